"""The symmetries of a square that a data set may declare, and the group they generate."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

Composition = tuple[str, ...]


def transformed(images: Tensor, symmetry: str) -> Tensor:
    """Images [N, C, H, W] under one symmetry; `transpose` needs square images.

    Raises ValueError for an unknown name.
    """
    if symmetry == "flip_horizontal":
        return images.flip(-1)
    if symmetry == "flip_vertical":
        return images.flip(-2)
    if symmetry == "transpose":
        return images.transpose(-1, -2)
    raise ValueError(f"unknown symmetry {symmetry!r}")


def generated_group(symmetries: Sequence[str]) -> tuple[Composition, ...]:
    """Every distinct composition of the symmetries, the identity () first.

    One flip gives 2, both flips 4, a flip with the transposition all 8 of the dihedral group.
    """
    corner = torch.arange(4).view(1, 1, 2, 2)  # its four pixels tell all eight apart
    found: dict[tuple[int, ...], Composition] = {tuple(corner.flatten().tolist()): ()}
    waiting: list[Composition] = [()]
    while waiting:
        shorter = waiting.pop(0)
        for symmetry in symmetries:
            longer = (*shorter, symmetry)
            place = tuple(composed(corner, longer).flatten().tolist())
            if place not in found:
                found[place] = longer
                waiting.append(longer)
    return tuple(found.values())


def composed(images: Tensor, composition: Composition) -> Tensor:
    """Images [N, C, H, W] under the symmetries, one after the other."""
    for symmetry in composition:
        images = transformed(images, symmetry)
    return images
