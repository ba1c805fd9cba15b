"""Analytic learning on an ensemble of frozen features, all made from the first task alone.

Networks of the first task that differ in their start, and responses to a dictionary of patches
learned without labels, stand side by side; one ridge regression reads random projections of all of
them, averaged over the symmetries of the data set. Sources: Zhuang, Weng, Wei, Xie, Toh, Lin,
"ACIL: Analytic Class-Incremental Learning with Absolute Memorization and Privacy Protection",
NeurIPS 2022; McDonnell, Gong, Parvaneh, Abbasnejad, van den Hengel, "RanPAC: Random Projections and
Pre-trained Models for Continual Learning", NeurIPS 2023; Coates, Ng, "The Importance of Encoding
Versus Training with Sparse Coding and Vector Quantization", ICML 2011.
"""

from __future__ import annotations

from ccsi.methods.base import Method

METHOD = Method(name="analytic_ensemble", terms={}, head="ridge")
