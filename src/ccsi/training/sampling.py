"""Batches that mix real images of the task and rehearsed images of older classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from ccsi.training.augment import augment
from ccsi.training.images import ImageSet


@dataclass(frozen=True)
class Batch:
    """images [N, C, H, W] in [0, 1], labels [N], synthetic [N]: True for rehearsed images;
    target: unlabelled real images [n, C, H, W] of the target domain, or None.
    """

    images: Tensor
    labels: Tensor
    synthetic: Tensor
    target: Tensor | None = None


def draws_per_epoch(n_real: int, replay_ratio: float) -> int:
    """floor(|D_t| / (1 - r)): as many real images as there are, plus their share of impressions."""
    return int(n_real / (1 - replay_ratio))


class RehearsalSampler:
    """Draws batches: each draw is an impression with probability r, else a real image.

    Each kind is dealt like a pack of cards, reshuffled when it is used up, so that an epoch shows
    every real image about once. `target`: images for a second, unlabelled, augmented view; the
    default is the batch's own real images.
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
        generator: Generator,
        with_target: bool = False,
        target: ImageSet | None = None,
    ) -> None:
        self.real, self.rehearsed = real, rehearsed
        self.replay_ratio = replay_ratio if rehearsed is not None else 0.0
        self.batch, self.symmetries, self.shift = batch, symmetries, shift
        self.generator = generator
        self.with_target, self.target = with_target, target
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
        """The batches of one epoch."""
        synthetic = torch.rand(self.draws, generator=self.generator) < self.replay_ratio
        for step in range(self.steps):
            yield self._batch(synthetic[step * self.batch : (step + 1) * self.batch])

    def _batch(self, synthetic: Tensor) -> Batch:
        n_synthetic = int(synthetic.sum())
        picked = self._deal("real", len(self.real), len(synthetic) - n_synthetic)
        images, labels = self.real.pixels(picked), self.real.labels[picked]
        if self.rehearsed is not None and n_synthetic:
            replayed = self._deal("rehearsed", len(self.rehearsed), n_synthetic)
            images = torch.cat([images, self.rehearsed.pixels(replayed)])
            labels = torch.cat([labels, self.rehearsed.labels[replayed]])
        mask = torch.arange(len(labels)) >= len(picked)
        return Batch(self._augmented(images), labels, mask, self._target(picked))

    def _target(self, picked: Tensor) -> Tensor | None:
        if not self.with_target or not len(picked):
            return None
        if self.target is None:
            return self._augmented(self.real.pixels(picked))
        return self._augmented(
            self.target.pixels(self._deal("target", len(self.target), len(picked)))
        )

    def _augmented(self, images: Tensor) -> Tensor:
        return augment(
            images, symmetries=self.symmetries, shift=self.shift, generator=self.generator
        )

    def _deal(self, kind: str, total: int, count: int) -> Tensor:
        pack = self._packs.get(kind, torch.zeros(0, dtype=torch.int64))
        while len(pack) < count:
            pack = torch.cat([pack, torch.randperm(total, generator=self.generator)])
        self._packs[kind] = pack[count:]
        return pack[:count]
