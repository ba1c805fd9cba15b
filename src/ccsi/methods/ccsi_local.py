"""CCSI with what later papers found.

Added to CCSI's terms: cross-entropy of real images over the new classes only, and logit
distillation on impressions. The share of the full cross-entropy is its weight.

Sources: CCSI as in `ccsi.methods.ccsi`; Gao, Zhao, Ghanem, Zhang, "R-DFCIL: Relation-Guided
Representation Learning for Data-Free Class Incremental Learning", ECCV 2022.
"""

from __future__ import annotations

from ccsi.methods.base import Method
from ccsi.training import terms

METHOD = Method(
    name="ccsi_local",
    terms={
        "ce": terms.ce,
        "local": terms.local_ce,
        "distillation": terms.distillation,
        "margin": terms.margin,
        "idc": terms.idc,
        "logits": terms.synthetic_logits,
    },
)
