"""CCSI with what later papers found.

Cross-entropy over the new classes only for real images, logit distillation on impressions, and a
head that is refined over all classes on detached features.

Sources: CCSI as in `ccsi.methods.ccsi`; Gao, Zhao, Ghanem, Zhang, "R-DFCIL: Relation-Guided
Representation Learning for Data-Free Class Incremental Learning", ECCV 2022.
"""

from __future__ import annotations

from ccsi.methods.base import Method
from ccsi.training import terms

METHOD = Method(
    name="ccsi_local",
    terms={
        "ce": terms.local_ce,
        "distillation": terms.distillation,
        "margin": terms.margin,
        "idc": terms.idc,
        "logits": terms.synthetic_logits,
        "refine": terms.refine,
    },
)
