"""Joint training: at each task a fresh network on the images of all tasks so far.

The usual upper bound; not data-free. Source: Masana et al., "Class-incremental learning: survey
and performance evaluation on image classification", TPAMI 2022, who name it so; learning tasks at
once is Caruana, "Multitask Learning", Machine Learning 28, 1997.
"""

from __future__ import annotations

from ccsi.methods.base import Method
from ccsi.training import terms

METHOD = Method(name="joint", terms={"ce": terms.ce}, starts_afresh=True, data_free=False)
