"""The heads that can be solved from statistics, by the names that methods choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ccsi.statistics.affine import Affine
from ccsi.statistics.discriminant import shared_covariance_discriminant
from ccsi.statistics.params import FitParams
from ccsi.statistics.ridge import ridge_classifier
from ccsi.statistics.store import Gathered


def _discriminant(gathered: Gathered, params: FitParams) -> Affine:
    return shared_covariance_discriminant(gathered.statistics, shrinkage=params.shrinkage)


def _ridge(gathered: Gathered, params: FitParams) -> Affine:
    copies = gathered.feature_map.copies
    return ridge_classifier(gathered.statistics, ridge=params.ridge, copies=copies)


HEADS: Mapping[str, Callable[[Gathered, FitParams], Affine]] = {
    "discriminant": _discriminant,
    "ridge": _ridge,
}
