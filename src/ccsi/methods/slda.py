"""Deep SLDA: class means and one shared covariance over the features of a frozen network.

Source: Hayes, Kanan, "Lifelong Machine Learning with Deep Streaming Linear Discriminant Analysis",
CVPR Workshops 2020.
"""

from __future__ import annotations

from ccsi.methods.base import Method

METHOD = Method(name="slda", terms={}, head="discriminant")
