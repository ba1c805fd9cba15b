"""Explicit randomness: every generator is derived from (seed, stage, task, purpose)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def derive_seed(seed: int, *, stage: str, task: str, purpose: str) -> int:
    """A 63-bit seed that depends on all four names and on nothing else.

    SHA-256 keeps neighbouring seeds and names unrelated, and is the same on every machine.
    """
    key = "\x1f".join((str(int(seed)), stage, task, purpose)).encode()
    return int.from_bytes(hashlib.sha256(key).digest()[:8], "big") >> 1


def numpy_generator(seed: int, *, stage: str, task: str, purpose: str) -> np.random.Generator:
    """NumPy's PCG64 generator for one purpose."""
    return np.random.default_rng(derive_seed(seed, stage=stage, task=task, purpose=purpose))


def torch_generator(seed: int, *, stage: str, task: str, purpose: str) -> torch.Generator:
    """PyTorch's CPU generator for one purpose; torch is imported only here."""
    import torch

    generator = torch.Generator()
    generator.manual_seed(derive_seed(seed, stage=stage, task=task, purpose=purpose))
    return generator


def torch_generators(seed: int, *, stage: str, task: str) -> Callable[[str], torch.Generator]:
    """From a purpose to its generator, for one task of a stage."""
    return lambda purpose: torch_generator(seed, stage=stage, task=task, purpose=purpose)
