"""A synthesis that is killed after any step gives the bytes of one that was not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ccsi.execution.checkpoint import NO_CHECKPOINTS, Checkpoints
from ccsi.frame.errors import DivergenceError
from ccsi.frame.progress import Silent
from ccsi.synthesis.inversion import Impressions, synthesize
from tests.interruptions import Killed, KilledAfter
from tests.toy_networks import SYNTHESIS, classifier, generator

MEANS = torch.full((2, 1, 8, 8), 0.4)
# 6 images in batches of 4: two batches of 6 steps.
PARAMS = SYNTHESIS.model_copy(update={"impressions_per_class": 3, "flip": True})
STEPS = 12


def make(checkpoints: Checkpoints = NO_CHECKPOINTS, keep: str = "best") -> Impressions:
    return synthesize(
        classifier(),
        MEANS,
        PARAMS.model_copy(update={"keep": keep}),
        flip=True,
        generator=generator(),
        progress=Silent(),
        checkpoints=checkpoints,
    )


@pytest.mark.parametrize("keep", ["best", "last"])
def test_after_every_single_step(tmp_path: Path, keep: str) -> None:
    whole = make(keep=keep)
    for step in range(1, STEPS + 1):
        file = tmp_path / f"{step}.safetensors"
        with pytest.raises(Killed):
            make(KilledAfter(file, steps=step), keep)
        resumed = make(KilledAfter(file, steps=-1), keep)
        assert torch.equal(resumed.images, whole.images), step
        assert resumed.curve == whole.curve


def test_progress_tells_what_was_done_before(tmp_path: Path) -> None:
    class Counting:
        amount = 0

        def advance(self, amount: int, *, loss: float | None = None) -> None:
            self.amount += amount

    file, counting = tmp_path / "state.safetensors", Counting()
    with pytest.raises(Killed):
        make(KilledAfter(file, steps=8))
    synthesize(
        classifier(),
        MEANS,
        PARAMS,
        flip=True,
        generator=generator(),
        progress=counting,
        checkpoints=KilledAfter(file, steps=-1),
    )
    assert counting.amount == 6 * PARAMS.iterations


def test_divergence_between_two_points_of_the_curve_is_noticed_at_its_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The curve of 500 steps has a point every 10; step 4 is none."""
    from ccsi.synthesis import inversion

    real, calls = inversion.synthesis_loss, []

    def spoiled(*arguments: object, **options: object) -> object:
        loss = real(*arguments, **options)  # type: ignore[arg-type]
        if "view" in options:
            calls.append(1)
            if len(calls) == 4:
                loss.per_image["tv"] = loss.per_image["tv"] * float("inf")
        return loss

    monkeypatch.setattr(inversion, "synthesis_loss", spoiled)
    long = PARAMS.model_copy(update={"iterations": 500})
    with pytest.raises(DivergenceError, match=r"tv is not finite at iteration 4; .*lower synth"):
        synthesize(classifier(), MEANS, long, flip=False, generator=generator(), progress=Silent())
    assert len(calls) == 4
