"""LUCIR: cosine head with its old rows fixed, feature distillation, margin, and real exemplars
chosen by herding.

Not data-free: it keeps images of old classes. Source: Hou, Pan, Loy, Wang, Lin, "Learning a
Unified Classifier Incrementally via Rebalancing", CVPR 2019. Otherwise than there: the network is
that of the other methods, so its last layer keeps its ReLU, and no balanced fine-tuning follows.
"""

from __future__ import annotations

from ccsi.methods.base import Method
from ccsi.training import terms

METHOD = Method(
    name="lucir",
    terms={"ce": terms.ce, "distillation": terms.distillation, "margin": terms.margin},
    data_free=False,
)
