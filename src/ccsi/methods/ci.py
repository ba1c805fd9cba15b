"""Class Impression: CCSI's predecessor, with BatchNorm and no class-adaptive statistics.

The differences lie in its configuration. Source: Ayromlou, Abolmaesumi, Tsang, Li, "Class
Impression for Data-free Incremental Learning", MICCAI 2022.
"""

from __future__ import annotations

from ccsi.methods.base import Method
from ccsi.training import terms

METHOD = Method(
    name="ci",
    terms={
        "ce": terms.ce,
        "distillation": terms.distillation,
        "margin": terms.margin,
        "idc": terms.idc,
    },
)
