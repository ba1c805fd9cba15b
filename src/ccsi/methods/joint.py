"""Joint training: at each task a fresh network on the images of all tasks so far.

The upper bound; not data-free.
"""

from __future__ import annotations

from ccsi.methods.base import Method
from ccsi.training import terms

METHOD = Method(name="joint", terms={"ce": terms.ce}, starts_afresh=True, data_free=False)
