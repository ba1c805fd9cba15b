"""Fine-tuning on each task's own images: the lower bound."""

from __future__ import annotations

from ccsi.methods.base import Method
from ccsi.training import terms

METHOD = Method(name="finetune", terms={"ce": terms.ce})
