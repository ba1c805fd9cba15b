"""What an update refuses before it trains."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from ccsi.execution.images import ImageSet
from ccsi.frame.errors import ArtifactError, ParameterError
from ccsi.frame.progress import Silent
from ccsi.losses.params import LossWeights
from ccsi.methods.registry import load_method
from ccsi.models.feature_map import FeatureMap
from ccsi.models.feature_map_params import StatisticsParams
from ccsi.pipeline.update import Places, _require_fit, learn_task
from ccsi.training.learn import Arrival
from tests.toy_networks import MODEL, UPDATE, classifier, generator, images


def test_a_method_that_updates_nothing_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"slda updates nothing; set method\.learning"):
        learn_task(
            "t2",
            Places(Path("data"), Path("model"), Path("none")),
            method=load_method("slda"),
            weights=LossWeights(ce=1, distillation=0, margin=0, idc=0, logits=0, local=0),
            params=UPDATE,
            model=MODEL,
            seed=0,
            generator_for=lambda purpose: generator(),
            progress_for=lambda total: nullcontext(Silent()),
        )


def test_a_model_with_a_head_made_of_statistics_is_refused() -> None:
    previous = classifier()
    params = StatisticsParams(features="last", poolings=("mean",), projections=0, symmetries=False)
    previous.stand_on(FeatureMap(params, ()))
    data = ImageSet(*images(8, first=2))
    with pytest.raises(ArtifactError, match="head made of statistics and cannot be trained"):
        _require_fit(Arrival("t2", ["c", "d"], data, data, ()), previous, None)
