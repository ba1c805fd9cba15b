"""The random shift and flip of each synthesis step."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor


def shifted(images: Tensor, rows: int, columns: int) -> Tensor:
    """Shift by whole pixels; what comes in from outside is zero, and nothing wraps around."""
    height, width = images.shape[-2:]
    # A negative pad crops: one call moves and fills.
    moved = F.pad(images, (columns, -columns, rows, -rows))
    return moved.reshape(*images.shape[:-2], height, width)


def draw_view(*, jitter: int, generator: Generator) -> tuple[int, int, bool]:
    """Rows and columns to shift by, at most `jitter`, and whether to mirror: probability 1/2."""
    rows, columns = torch.randint(-jitter, jitter + 1, (2,), generator=generator).tolist()
    return rows, columns, bool(torch.rand((), generator=generator) < 0.5)


def random_view(images: Tensor, *, jitter: int, flip: bool, generator: Generator) -> Tensor:
    """The whole batch shifted and, where `flip` allows it, mirrored; the generator is a CPU's."""
    rows, columns, mirrored = draw_view(jitter=jitter, generator=generator)
    view = shifted(images, rows, columns) if rows or columns else images
    return view.flip(-1) if flip and mirrored else view
