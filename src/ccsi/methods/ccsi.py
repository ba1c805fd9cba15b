"""CCSI: impressions guided by class-adaptive statistics, and four losses.

Source: Ayromlou, Tsang, Abolmaesumi, Li, "CCSI: Continual Class-Specific Impression for Data-free
Class Incremental Learning", 2024.
"""

from __future__ import annotations

from ccsi.methods.base import Method
from ccsi.training import terms

METHOD = Method(
    name="ccsi",
    terms={
        "ce": terms.ce,
        "distillation": terms.distillation,
        "margin": terms.margin,
        "idc": terms.idc,
    },
)
