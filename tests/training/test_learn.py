import dataclasses
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch

from ccsi.execution import images as execution_images
from ccsi.execution.images import ImageSet
from ccsi.frame.artifacts import load_array, save_array
from ccsi.frame.errors import DataError, DivergenceError, ParameterError
from ccsi.frame.progress import Silent
from ccsi.losses.params import LossWeights
from ccsi.methods.registry import load_method
from ccsi.models.classifier import Classifier, accuracy
from ccsi.training import loop
from ccsi.training.learn import Arrival, GeneratorFor, train_afresh, update
from ccsi.training.loop import Curve
from ccsi.training.params import UpdateParams
from ccsi.training.sampling import Batch
from ccsi.training.step import Step
from tests.memory import peak_growth
from tests.toy_networks import MODEL, TRAIN, UPDATE, generator, images

WEIGHTS = LossWeights(ce=1, distillation=1, margin=1, idc=1, logits=0, local=0)


def generators(seed: int = 0) -> GeneratorFor:
    return lambda purpose: generator(seed * 1000 + sum(map(ord, purpose)))


def arrival(task: str, *, first: int = 0, count: int = 48) -> Arrival:
    data = ImageSet(*images(count, first=first, seed=first))
    names = [f"class {first}", f"class {first + 1}"]
    return Arrival(task, names, data, data, ())


def first_model() -> Classifier:
    params = TRAIN.model_copy(update={"epochs": 8})
    made, _ = train_afresh(
        [arrival("t1")], MODEL, params, generator_for=generators(), progress=Silent()
    )
    return made


def updated(
    previous: Classifier,
    *,
    given: Arrival | None = None,
    weights: LossWeights = WEIGHTS,
    method: str = "ccsi",
    **params: object,
) -> tuple[Classifier, Curve]:
    chosen = UpdateParams.model_validate({**UPDATE.model_dump(), **params})
    return update(
        previous,
        given or arrival("t2", first=2),
        ImageSet(*images(16, seed=5)),
        load_method(method),
        weights,
        chosen,
        generator_for=generators(1),
        progress=Silent(),
    )


@pytest.fixture(scope="module")
def model() -> Classifier:
    return first_model()


def test_the_first_task_is_learned(model: Classifier) -> None:
    data = arrival("t1").val
    assert accuracy(model, data.parts(), data.labels) > 0.9
    assert all(norm.class_mean.shape == (2, 4) for norm in model.norms())


def test_an_update_learns_the_new_task_and_keeps_the_old_models_statistics(
    model: Classifier,
) -> None:
    after, curve = updated(model, epochs=8)
    new = arrival("t2", first=2).val
    assert accuracy(after, new.parts(), new.labels) > 0.9
    assert {row["term"] for row in curve} == {"ce", "distillation", "margin", "idc", "total", "lr"}
    for before, norm in zip(model.norms(), after.norms(), strict=True):
        assert norm.class_mean.shape == (4, 4)
        assert torch.equal(norm.class_mean[:2], before.class_mean)
        assert torch.equal(norm.class_var[:2], before.class_var)


def test_an_update_leaves_the_previous_model_alone(model: Classifier) -> None:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    updated(model)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_the_same_seed_gives_the_same_model(model: Classifier) -> None:
    first, second = updated(model)[0].state_dict(), updated(model)[0].state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_reestimated_moments_change_only_the_old_rows(model: Classifier) -> None:
    kept, moved = updated(model)[0], updated(model, reestimate_moments=True)[0]
    for a, b in zip(kept.norms(), moved.norms(), strict=True):
        assert torch.equal(a.class_mean[2:], b.class_mean[2:])
        assert not torch.equal(a.class_mean[:2], b.class_mean[:2])


def test_finetuning_forgets_the_old_classes_that_rehearsal_of_them_keeps(
    model: Classifier,
) -> None:
    old = arrival("t1").val
    alone = WEIGHTS.model_copy(update=dict.fromkeys(("distillation", "margin", "idc"), 0.0))
    options = {"epochs": 8, "imprint": False, "replay_ratio": 0.0}
    tuned, _ = updated(model, method="finetune", weights=alone, **options)
    rehearsed, _ = updated(model, method="ccsi", epochs=8)
    assert accuracy(tuned, old.parts(), old.labels) < 0.3
    assert accuracy(rehearsed, old.parts(), old.labels) > 0.6


def test_frozen_old_rows_do_not_move_and_free_ones_do(model: Classifier) -> None:
    frozen, free = updated(model, freeze_old_rows=True)[0], updated(model)[0]
    assert torch.equal(frozen.head.weight[:2], model.head.weight)
    assert not torch.equal(free.head.weight[:2], model.head.weight)
    assert not torch.equal(frozen.head.sigma, model.head.sigma)


@pytest.mark.parametrize("off", [("idc",), ("distillation", "margin"), ("ce", "idc", "margin")])
def test_terms_can_be_switched_off_alone_or_together(
    model: Classifier, off: tuple[str, ...]
) -> None:
    weights = WEIGHTS.model_copy(update=dict.fromkeys(off, 0.0))
    _, curve = updated(model, weights=weights)
    left = {"ce", "distillation", "margin", "idc"} - set(off)
    assert {row["term"] for row in curve} == left | {"total", "lr"}


def test_a_weight_that_the_method_does_not_know_is_refused(model: Classifier) -> None:
    with pytest.raises(ParameterError, match=r"loss\.distillation = 1.0: method finetune"):
        updated(model, method="finetune")


def test_all_weights_zero_are_refused(model: Classifier) -> None:
    nothing = LossWeights(ce=0, distillation=0, margin=0, idc=0, logits=0, local=0)
    with pytest.raises(ParameterError, match="every weight is 0"):
        updated(model, weights=nothing)


def test_the_best_epoch_is_kept_by_validation_accuracy(model: Classifier) -> None:
    after, curve = updated(model, select="best", epochs=3)
    values = [float(row["value"]) for row in curve if row["term"] == "val_accuracy"]
    joined = arrival("t2", first=2).val.joined(ImageSet(*images(16, seed=5)))
    assert len(values) == 3
    assert accuracy(after, joined.parts(), joined.labels) == pytest.approx(max(values))


@pytest.mark.parametrize("select", ["last", "best"])
def test_validation_images_on_disk_stay_there(
    select: str, model: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also beside impressions, which lie in memory."""
    monkeypatch.setattr(execution_images, "IN_MEMORY", 1 << 20)
    count = 4_000  # of 24 kB
    file = tmp_path / "images.npy"
    save_array(file, np.zeros((count, 160, 160, 1), np.uint8))
    labels = 2 + np.arange(count) % 2
    on_disk = ImageSet.from_arrays(load_array(file, memory_map=True), labels)
    assert on_disk.file is not None
    asked: list[int] = []

    def accuracy_of(_: Classifier, parts: Iterable[torch.Tensor], __: torch.Tensor) -> float:
        asked.append(sum(map(len, parts)))
        return 0.5

    monkeypatch.setattr(loop, "accuracy", accuracy_of)
    given = dataclasses.replace(arrival("t2", first=2), val=on_disk)
    held = peak_growth(lambda: updated(model, given=given, select=select, epochs=1))
    assert asked == ([count + 16] if select == "best" else [])
    assert held < on_disk.images.numel() / 2


def test_divergence_names_the_term_the_step_and_a_hint(model: Classifier) -> None:
    with pytest.raises(DivergenceError, match=r"loss term \w+ became .* in epoch 1, step"):
        updated(model, lr=1e30)


def test_joint_training_is_a_fresh_network_on_all_tasks() -> None:
    both = [arrival("t1"), arrival("t2", first=2)]
    params = TRAIN.model_copy(update={"epochs": 12})
    made, _ = train_afresh(both, MODEL, params, generator_for=generators(), progress=Silent())
    data = both[0].val.joined(both[1].val)
    assert made.tasks == {"t1": (0, 1), "t2": (2, 3)}
    assert not torch.equal(made.head.weight[:2], made.head.weight[2:])
    assert accuracy(made, data.parts(), data.labels) > 0.8


def test_the_earliest_of_equally_good_epochs_is_kept(model: Classifier) -> None:
    after, curve = updated(model, select="best", epochs=4, schedule="constant")
    values = [float(row["value"]) for row in curve if row["term"] == "val_accuracy"]
    first = values.index(max(values)) + 1
    assert first < 4
    shorter, _ = updated(model, select="last", epochs=first, schedule="constant")
    longer, _ = updated(model, select="last", epochs=4, schedule="constant")
    assert torch.equal(after.head.weight, shorter.head.weight)
    assert not torch.equal(after.head.weight, longer.head.weight)


@pytest.mark.parametrize("option", [{"imprint": False}, {"class_weights": True}])
def test_an_option_changes_the_model(model: Classifier, option: dict[str, bool]) -> None:
    assert not torch.equal(updated(model, **option)[0].head.weight, updated(model)[0].head.weight)


def test_frozen_rows_of_a_linear_head_keep_their_biases() -> None:
    linear = MODEL.model_copy(update={"head": "linear"})
    first, _ = train_afresh(
        [arrival("t1")], linear, TRAIN, generator_for=generators(), progress=Silent()
    )
    after, _ = updated(first, freeze_old_rows=True)
    assert torch.equal(after.head.bias[:2], first.head.bias)
    assert not torch.equal(after.head.bias[2:], torch.zeros(2))


@pytest.mark.parametrize("term", ["distillation", "margin", "idc"])
def test_a_term_at_100_times_its_weight_ends_lower_than_without_it(
    model: Classifier, term: str
) -> None:
    """From the same seed, and measured on the same images: a term of weight 0 has no curve."""

    def ends_at(weight: float) -> float:
        weights = WEIGHTS.model_copy(update={term: weight})
        after, _ = updated(model, weights=weights, epochs=4, lr=0.01, clip_norm=1.0)
        return value_of(term, after, model)

    assert ends_at(100.0) < ends_at(0.0)


@torch.no_grad()
def value_of(term: str, after: Classifier, previous: Classifier) -> float:
    """A term of the updated model on all images of the update, without its weight."""
    new, old = arrival("t2", first=2).train, ImageSet(*images(16, seed=5))
    every = new.joined(old)
    pixels = every.pixels(torch.arange(len(every)))
    batch = Batch(pixels, every.labels, len(new), target=pixels[: len(new)])
    after, previous = after.eval(), previous.eval()
    step = Step(batch, after(pixels), after, previous, UPDATE)
    return float(load_method("ccsi").terms[term](step))


def test_too_few_images_are_refused(model: Classifier) -> None:
    with pytest.raises(DataError, match="1 training images make no batch of two"):
        train_afresh(
            [arrival("t1", count=1)], MODEL, TRAIN, generator_for=generators(), progress=Silent()
        )
