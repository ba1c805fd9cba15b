"""A training that is killed after any step ends with the bytes of one that was not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccsi.execution.checkpoint import NO_CHECKPOINTS, Checkpoints
from ccsi.execution.images import ImageSet
from ccsi.frame.progress import Silent
from ccsi.losses.params import LossWeights
from ccsi.methods.registry import load_method
from ccsi.models.classifier import Classifier
from ccsi.training.learn import Arrival, train_afresh, update
from ccsi.training.loop import Curve
from ccsi.training.params import TrainParams, UpdateParams
from tests.interruptions import Killed, KilledAfter
from tests.toy_networks import MODEL, TRAIN, UPDATE, classifier, generator, images

WEIGHTS = LossWeights(ce=1, distillation=1, margin=1, idc=1, logits=0, local=0)
# 20 images in batches of 8: three steps an epoch, the last of four images.
EPOCHS, STEPS = 3, 3
PLATEAU = {"schedule": "plateau", "plateau_patience": 1, "select": "best"}
AUGMENTED = {"shift": 1, "noise": 0.1}


def arrival(first: int) -> Arrival:
    data = ImageSet(*images(20, first=first, seed=first))
    names = [f"class {first}", f"class {first + 1}"]
    return Arrival(f"t{first // 2 + 1}", names, data, data, ("flip_vertical",))


def first_task(checkpoints: Checkpoints = NO_CHECKPOINTS) -> tuple[Classifier, Curve]:
    params = TrainParams.model_validate(
        {**TRAIN.model_dump(), **PLATEAU, **AUGMENTED, "epochs": EPOCHS}
    )
    return train_afresh(
        [arrival(0)],
        MODEL,
        params,
        generator_for=lambda purpose: generator(len(purpose)),
        progress=Silent(),
        checkpoints=checkpoints,
    )


def later_task(checkpoints: Checkpoints = NO_CHECKPOINTS) -> tuple[Classifier, Curve]:
    params = UpdateParams.model_validate(
        {**UPDATE.model_dump(), **PLATEAU, **AUGMENTED, "epochs": EPOCHS, "replay_ratio": 0.2}
    )
    return update(
        classifier(),
        arrival(2),
        ImageSet(*images(7, seed=5)),
        load_method("ccsi"),
        WEIGHTS,
        params,
        generator_for=lambda purpose: generator(len(purpose)),
        progress=Silent(),
        checkpoints=checkpoints,
    )


TASKS = {"train": first_task, "update": later_task}


def same(one: tuple[Classifier, Curve], other: tuple[Classifier, Curve]) -> bool:
    states = one[0].state_dict(), other[0].state_dict()
    return (
        list(states[0]) == list(states[1])
        and all(torch.equal(states[0][name], states[1][name]) for name in states[0])
        and one[1] == other[1]
    )


@pytest.fixture(scope="module", params=list(TASKS))
def task(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def whole(task: str) -> tuple[Classifier, Curve]:
    return TASKS[task]()


def test_after_every_single_step(
    task: str, whole: tuple[Classifier, Curve], tmp_path: Path
) -> None:
    killed = 0
    for step in range(1, EPOCHS * STEPS + 3):
        file = tmp_path / f"{step}.safetensors"
        try:
            TASKS[task](KilledAfter(file, steps=step))
        except Killed:
            killed += 1
            assert same(TASKS[task](KilledAfter(file, steps=-1)), whole), step
    assert killed >= EPOCHS * STEPS


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(kills=st.lists(st.integers(1, 4), min_size=2, max_size=4))
def test_after_several_kills_in_a_row(
    task: str,
    whole: tuple[Classifier, Curve],
    tmp_path_factory: pytest.TempPathFactory,
    kills: list[int],
) -> None:
    file = tmp_path_factory.mktemp("kills") / "state.safetensors"
    for steps in kills:
        try:
            done = TASKS[task](KilledAfter(file, steps=steps))
        except Killed:
            continue
        assert same(done, whole)
    assert same(TASKS[task](KilledAfter(file, steps=-1)), whole)


def test_the_checkpoints_of_another_training_would_be_noticed(
    task: str, whole: tuple[Classifier, Curve], tmp_path: Path
) -> None:
    """The comparison above can fail: another state gives another end."""
    file = tmp_path / "state.safetensors"
    with pytest.raises(Killed):
        TASKS[task](KilledAfter(file, steps=4))
    kept = KilledAfter(file, steps=-1)
    state = kept.load()
    assert state is not None
    name = next(name for name in state.tensors if name.startswith("momentum/"))
    state.tensors[name].add_(1e-3)  # type: ignore[attr-defined]
    kept.load = lambda: state  # type: ignore[method-assign]
    assert not same(TASKS[task](kept), whole)
