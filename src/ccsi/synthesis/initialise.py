"""Where an impression starts, and which classes a batch holds."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from ccsi.synthesis.params import SynthesisParams


def balanced_labels(n_classes: int, per_class: int) -> Tensor:
    """Labels [n_classes * per_class] in turn 0, 1, .., so that every run of them is balanced."""
    return torch.arange(n_classes).repeat(per_class)


def starting_images(
    means: Tensor, labels: Tensor, params: SynthesisParams, *, generator: Generator
) -> Tensor:
    """m_c + N(0, start_noise^2), m_c being the class's mean or mid-grey; clipped to [0, 1].

    means [K, C, H, W] in [0, 1], labels [N] -> [N, C, H, W].
    """
    shape = (len(labels), *means.shape[1:])
    noise = torch.empty(shape).normal_(generator=generator).to(means.device)
    centre = means[labels] if params.start == "mean" else torch.full_like(noise, 0.5)
    return (centre + params.start_noise * noise).clamp_(0, 1)
