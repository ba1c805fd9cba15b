"""DeepInversion: impressions from noise by BatchNorm statistics, and logit distillation.

How impressions are made lies in its configuration. Source: Yin, Molchanov, Alvarez, Li, Mallya,
Hoiem, Jha, Kautz, "Dreaming to Distill: Data-free Knowledge Transfer via DeepInversion", CVPR 2020
(section 4.5, data-free continual learning).
"""

from __future__ import annotations

from ccsi.methods.base import Method
from ccsi.training import terms

METHOD = Method(name="deepinversion", terms={"ce": terms.ce, "logits": terms.logits})
