"""Learning that processes share: `python shared_work.py FOLDER` runs it in two."""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from ccsi.computing.params import TrainerParams
from ccsi.execution.devices import Devices
from ccsi.execution.fabric import open_devices
from ccsi.execution.images import ImageSet
from ccsi.frame.progress import Silent
from ccsi.losses.params import LossWeights
from ccsi.methods.registry import load_method
from ccsi.synthesis.inversion import synthesize
from ccsi.training.learn import Arrival, update
from tests.toy_networks import SYNTHESIS, UPDATE, classifier, generator, images

# Three batches of impressions, the last a short one; training batches that do not halve.
MADE = SYNTHESIS.model_copy(update={"impressions_per_class": 5, "flip": True})
LEARNED = UPDATE.model_copy(update={"batch": 7, "noise": 0.01, "shift": 1, "select": "best"})
WEIGHTS = LossWeights(ce=1, distillation=5, margin=1, idc=1, logits=0, local=0)


def learn(devices: Devices) -> dict[str, Tensor]:
    """Impressions of two classes, and an update on them and on two new classes."""
    known = classifier()
    made = synthesize(
        known,
        torch.full((2, 1, 8, 8), 0.4),
        MADE,
        flip=True,
        generator=generator(),
        progress=Silent(),
        devices=devices,
    )
    arrival = Arrival(
        *("t2", ["c", "d"]),
        ImageSet(*images(30, first=2, seed=1)),
        ImageSet(*images(10, first=2, seed=2)),
        ("flip_horizontal",),
    )
    updated, curve = update(
        known,
        arrival,
        ImageSet(made.images, made.labels),
        load_method("ccsi"),
        WEIGHTS,
        LEARNED,
        generator_for=lambda purpose: generator(len(purpose)),
        progress=Silent(),
        devices=devices,
    )
    return {
        "impressions": made.images,
        "synthesis": torch.tensor([row["value"] for row in made.curve], dtype=torch.float64),
        "losses": torch.tensor([row["value"] for row in curve], dtype=torch.float64),
        **{f"model/{name}": value.contiguous() for name, value in updated.state_dict().items()},
    }


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    params = TrainerParams(threads=1, accelerator="cpu", devices=2, precision="32-true")
    devices = open_devices(params)
    save_file(learn(devices), folder / f"{devices.rank}.safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
