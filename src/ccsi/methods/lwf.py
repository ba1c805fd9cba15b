"""Learning without Forgetting: distillation of the old model's answers on the task's own images.

No old image and no impression stands in for the old classes. Source: Li, Hoiem, "Learning without
Forgetting", ECCV 2016. There, each task has a head of its own; here, as in every method, one head
answers for all classes.
"""

from __future__ import annotations

from ccsi.methods.base import Method
from ccsi.training import terms

METHOD = Method(name="lwf", terms={"ce": terms.ce, "logits": terms.logits})
