"""Analytic learning: recursive ridge regression on randomly projected features of a frozen network.

Sources: Zhuang, Weng, Wei, Xie, Toh, Lin, "ACIL: Analytic Class-Incremental Learning with Absolute
Memorization and Privacy Protection", NeurIPS 2022; McDonnell, Gong, Parvaneh, Abbasnejad, van den
Hengel, "RanPAC: Random Projections and Pre-trained Models for Continual Learning", NeurIPS 2023.
"""

from __future__ import annotations

from ccsi.methods.base import Method

METHOD = Method(name="analytic", terms={}, head="ridge")
