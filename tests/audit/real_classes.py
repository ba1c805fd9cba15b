"""Two classes of toy images, real and synthetic."""

from __future__ import annotations

import numpy as np

from ccsi.audit.real_images import RealClass
from tests.toy_networks import images

NAMES = ("class 0", "class 1")


def toy(count: int, class_id: int, *, seed: int) -> np.ndarray:
    """uint8 [count, 8, 8, 1] of one class."""
    pixels, _ = images(count, classes=1, first=class_id, seed=seed)
    found: np.ndarray = pixels.permute(0, 2, 3, 1).numpy().copy()
    return found


def real(members: int = 30, held: int = 24) -> list[RealClass]:
    """class 0 of task t1 and class 1 of task t2."""
    found = []
    for c, name in enumerate(NAMES):
        own, others = toy(members, c, seed=10 + c), toy(held, c, seed=20 + c)
        found.append(RealClass(c, name, f"t{c + 1}", own, others, np.concatenate([own, others])))
    return found


def synthetic(count: int = 12) -> dict[int, np.ndarray]:
    """Fresh images of both classes."""
    return {c: toy(count, c, seed=30 + c) for c in range(len(NAMES))}
