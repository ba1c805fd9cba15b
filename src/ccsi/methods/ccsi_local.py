"""CCSI with what later papers found: local cross-entropy, and logit distillation on impressions.

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
    },
)
