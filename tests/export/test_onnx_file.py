"""The exported file computes what PyTorch computes, and explains itself."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from ccsi.export.model_card import model_card
from ccsi.export.onnx_file import largest_difference, to_onnx
from ccsi.frame.errors import ArtifactError
from ccsi.inference.trained_model import TrainedModel
from ccsi.models.feature_map import TOGETHER, FeatureMap
from ccsi.models.feature_map_params import DictionaryParams, StatisticsParams
from ccsi.models.heads import Linear
from ccsi.models.patch_dictionary import PatchDictionary
from tests.evaluation.test_calibration_record import SOUND
from tests.toy_networks import classifier, generator

MODEL = TrainedModel(Path("m.safetensors"), classifier(), 8, SOUND, SOUND.dataset, SOUND.licence)


@pytest.fixture(scope="module")
def content() -> bytes:
    return to_onnx(MODEL)


@pytest.mark.parametrize("count", [1, 5])
def test_any_number_of_images_gives_pytorchs_probabilities(content: bytes, count: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 1), dtype=np.uint8)
    assert largest_difference(content, MODEL, images) < 1e-5


def on_statistics() -> TrainedModel:
    """A linear head over two networks and a dictionary, averaged over four symmetric copies."""
    params = StatisticsParams(
        features="stages",
        poolings=("mean", "max", "rms"),
        projections=10,
        symmetries=True,
        copies="mean",
        members=2,
        dictionary=DictionaryParams(atoms=3, patch=3, threshold=0.2),
    )
    weight = torch.randn(3, 1, 3, 3, generator=generator())
    feature_map = FeatureMap(
        params,
        ("flip_horizontal", "transpose"),
        members=[classifier(seed=1).trunk],
        dictionary=PatchDictionary(weight, torch.zeros(3), threshold=0.2),
    )
    feature_map.set_up(torch.zeros(162), torch.ones(162), generator=generator())
    network = classifier()
    names, tasks = network.class_names, network.tasks
    network.stand_on(feature_map)
    network.class_names, network.tasks = names, tasks
    head = Linear(10)
    head.weight = torch.nn.Parameter(torch.randn(2, 10, generator=generator(3)))
    head.bias = torch.nn.Parameter(torch.randn(2, generator=generator(4)))
    network.head = head
    return TrainedModel(MODEL.path, network.eval(), 8, SOUND)


def test_a_head_made_of_statistics_is_exported_with_all_that_it_reads() -> None:
    model = on_statistics()
    images = np.random.default_rng(0).integers(0, 256, (TOGETHER + 5, 8, 8, 1), dtype=np.uint8)
    assert np.ptp(model.probabilities(images)) > 0.1
    assert largest_difference(to_onnx(model), model, images) < 1e-5


def test_another_temperature_is_noticed(content: bytes) -> None:
    other = TrainedModel(MODEL.path, MODEL.classifier, 8, None)
    images = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 1), dtype=np.uint8)
    with pytest.raises(ArtifactError, match="differs from PyTorch"):
        largest_difference(content, other, images)


def test_the_file_names_classes_and_temperature_and_no_path(content: bytes) -> None:
    facts = {p.key: json.loads(p.value) for p in onnx.load_from_string(content).metadata_props}
    assert facts["ccsi.classes"] == ["class 0", "class 1"]
    assert facts["ccsi.temperature"] == SOUND.temperature
    assert facts["ccsi.input"]["side"] == 8
    assert facts["ccsi.tasks"] == {"t1": [0, 1]}
    assert str(Path(__file__).parents[2]).encode() not in content


def test_the_card_states_use_licence_and_that_nothing_was_measured() -> None:
    text = model_card(MODEL, None, name="toy")
    for part in ("Not for diagnosis", "CC BY 4.0", "Not measured", "temperature 1.500"):
        assert part.lower() in text.lower()


def test_text_from_outside_is_no_markup() -> None:
    hostile = dataclasses.replace(MODEL, dataset="<script>|[x](y)", licence="<img src=x>")
    text = model_card(hostile, None, name="toy")
    assert "<img" not in text
    assert "<script>" not in text
    assert "[x](y)" not in text
