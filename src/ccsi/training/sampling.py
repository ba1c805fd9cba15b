"""Batches that mix real images of the task and rehearsed images of older classes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from ccsi.execution.checkpoint import State
from ccsi.execution.devices import ONE_CPU, Devices
from ccsi.execution.images import ImageSet
from ccsi.training.augment import augment
from ccsi.training.blending import mean_images, mixed, transplanted


@dataclass(frozen=True)
class Batch:
    """images [N, C, H, W] in [0, 1], labels [N]; the first n_real are real, the rest rehearsed;
    target: unlabelled real images [n, C, H, W] of the target domain, or None.
    """

    images: Tensor
    labels: Tensor
    n_real: int
    target: Tensor | None = None

    @property
    def synthetic(self) -> Tensor:
        """[N]: True for rehearsed images."""
        return torch.arange(len(self.labels), device=self.labels.device) >= self.n_real


def draws_per_epoch(n_real: int, replay_ratio: float) -> int:
    """floor(|D_t| / (1 - r)): as many real images as there are, plus their share of impressions."""
    # 3 / (1 - 0.7) is 9.999999999999998 in floating point, and means 10.
    return math.floor(n_real / (1 - replay_ratio) + 1e-9)


def ratio_of(replay_ratio: float | str, *, n_old: int, n_new: int) -> float:
    """The probability r of an impression; "balanced" draws every class equally often:
    r = |C_old| / (|C_old| + |C_t|).
    """
    return n_old / (n_old + n_new) if isinstance(replay_ratio, str) else replay_ratio


class RehearsalSampler:
    """Draws batches: each draw is an impression with probability r, else a real image.

    Each kind is dealt like a pack of cards, reshuffled when it is used up, so that an epoch shows
    every real image about once. With a `target_generator`, batches carry a second, unlabelled,
    augmented view, of the batch's own real images or of the set `target`; it draws from a generator
    of its own, so that switching it off leaves the labelled batches as they are. All is drawn on
    the CPU, the same for every device; the sets lie on the device, and so do the batches.
    `transplant` and `mixup`: see `ccsi.training.blending`; at 0 nothing is drawn for them.
    """

    def __init__(
        self,
        real: ImageSet,
        rehearsed: ImageSet | None,
        *,
        replay_ratio: float,
        batch: int,
        symmetries: tuple[str, ...],
        shift: int,
        noise: float,
        generator: Generator,
        target_generator: Generator | None = None,
        target: ImageSet | None = None,
        transplant: float = 0.0,
        mixup: float = 0.0,
        devices: Devices = ONE_CPU,
    ) -> None:
        self.real, self.rehearsed = real, rehearsed
        self.replay_ratio = replay_ratio if rehearsed is not None else 0.0
        self.batch, self.symmetries = batch, symmetries
        self.shift, self.noise = shift, noise
        self.generator = generator
        self.target_generator, self.target = target_generator, target
        self.transplant, self.mixup = transplant, mixup
        means = mean_images(real) if rehearsed is not None and transplant else {}
        self._first = min(means, default=0)
        self._means = torch.stack([means[key] for key in sorted(means)]) if means else None
        self._devices = devices
        self.step = 0
        self._synthetic = torch.zeros(0, dtype=torch.bool)
        self._packs: dict[str, Tensor] = {}

    @property
    def draws(self) -> int:
        """Images drawn in an epoch."""
        return draws_per_epoch(len(self.real), self.replay_ratio)

    @property
    def steps(self) -> int:
        """Batches in an epoch; a last batch of one image is dropped, it has no moments."""
        full, rest = divmod(self.draws, self.batch)
        return full + (rest > 1)

    def epoch(self) -> Iterator[Batch]:
        """The batches of one epoch, or what is left of it after `restore`.

        `step` counts the batches drawn; it is 0 between two epochs.
        """
        if not self.step:
            self._synthetic = torch.rand(self.draws, generator=self.generator) < self.replay_ratio
        while self.step < self.steps:
            chosen = self._synthetic[self.step * self.batch : (self.step + 1) * self.batch]
            self.step += 1
            yield self._batch(chosen)
        self.step = 0

    def capture(self) -> State:
        """What `restore` needs to go on with the next batch."""
        tensors = {"synthetic": self._synthetic, "generator": self.generator.get_state()}
        if self.target_generator is not None:
            tensors["target_generator"] = self.target_generator.get_state()
        tensors |= {f"pack/{kind}": pack for kind, pack in self._packs.items()}
        return State(tensors, {"step": self.step})

    def restore(self, state: State) -> None:
        """Take up a captured state of the same images and settings."""
        tensors = state.tensors
        self.step, self._synthetic = int(state.record["step"]), tensors["synthetic"]
        self.generator.set_state(tensors["generator"])
        if self.target_generator is not None:
            self.target_generator.set_state(tensors["target_generator"])
        kinds = [name.partition("/")[2] for name in tensors if name.startswith("pack/")]
        self._packs = {kind: tensors[f"pack/{kind}"] for kind in kinds}

    def _batch(self, synthetic: Tensor) -> Batch:
        n_synthetic = int(synthetic.sum())
        n_real, own = len(synthetic) - n_synthetic, self.generator
        picked = self._devices.place(self._deal("real", len(self.real), n_real, own))
        images, labels = self.real.pixels(picked), self.real.labels[picked]
        if self.rehearsed is not None and n_synthetic:
            replayed = self._deal("rehearsed", len(self.rehearsed), n_synthetic, own)
            replayed = self._devices.place(replayed)
            images = self._blended(images, self.rehearsed.pixels(replayed))
            labels = torch.cat([labels, self.rehearsed.labels[replayed]])
        return Batch(self._augmented(images, own), labels, n_real, self._target(picked))

    def _blended(self, real: Tensor, impressions: Tensor) -> Tensor:
        """Both kinds, one after the other, each with something of the other."""
        if self._means is not None:
            donors = self._drawn(len(impressions), len(self.real))
            means = self._means[self.real.labels[donors] - self._first]
            deviation = self.real.pixels(donors) - means
            impressions = transplanted(impressions, deviation, share=self.transplant)
        if not self.mixup or not len(real):
            return torch.cat([real, impressions])
        images = torch.cat([real, impressions])
        of_real = self._drawn(len(real), len(impressions))
        of_impressions = self._drawn(len(impressions), len(self.real))
        others = torch.cat([impressions[of_real], self.real.pixels(of_impressions)])
        shares = self.mixup * torch.rand(len(images), generator=self.generator)
        return mixed(images, others, self._devices.place(shares))

    def _drawn(self, count: int, among: int) -> Tensor:
        return self._devices.place(torch.randint(among, (count,), generator=self.generator))

    def _target(self, picked: Tensor) -> Tensor | None:
        generator = self.target_generator
        if generator is None or not len(picked):
            return None
        if self.target is None:
            return self._augmented(self.real.pixels(picked), generator)
        other = self._deal("target", len(self.target), len(picked), generator)
        return self._augmented(self.target.pixels(self._devices.place(other)), generator)

    def _augmented(self, images: Tensor, generator: Generator) -> Tensor:
        return augment(
            images,
            symmetries=self.symmetries,
            shift=self.shift,
            noise=self.noise,
            generator=generator,
        )

    def _deal(self, kind: str, total: int, count: int, generator: Generator) -> Tensor:
        pack = self._packs.get(kind, torch.zeros(0, dtype=torch.int64))
        while len(pack) < count:
            pack = torch.cat([pack, torch.randperm(total, generator=generator)])
        self._packs[kind] = pack[count:]
        return pack[:count]
