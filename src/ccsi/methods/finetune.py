"""Fine-tuning on each task's own images: the lower bound.

Nothing protects the old classes. Source: McCloskey, Cohen, "Catastrophic interference in
connectionist networks", Psychology of Learning and Motivation 24, 1989, describe what follows;
as a bound: Masana et al., "Class-incremental learning: survey and performance evaluation on image
classification", TPAMI 2022.
"""

from __future__ import annotations

from ccsi.methods.base import Method
from ccsi.training import terms

METHOD = Method(name="finetune", terms={"ce": terms.ce})
