"""Learning a dictionary of patches from images, without their labels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from ccsi.execution.images import ImageSet
from ccsi.frame.errors import ParameterError
from ccsi.models.feature_map_params import DictionaryParams
from ccsi.models.patch_dictionary import CONTRAST, PatchDictionary, averaged_down

IMAGES, PATCHES = 1_000, 30_000  # at most so many images, so many patches of them
TOGETHER = 64  # images averaged down at a time
WHITENING = 0.1  # added to the patches' variances (Coates and Ng)
ROUNDS = 12


@torch.no_grad()
def learned_dictionary(
    images: ImageSet, params: DictionaryParams, *, generator: Generator
) -> PatchDictionary:
    """Atoms of whitened random patches, by spherical k-means: each a mean of the patches near it.

    Raises ParameterError where the images are smaller than a patch. Source: Coates and Ng,
    "Learning Feature Representations with K-Means", in Neural Networks: Tricks of the Trade, 2012.
    """
    patches = _random_patches(images, params.patch, generator=generator)  # [P, C p p]
    mean = patches.mean(0)
    centred = patches - mean
    values, vectors = torch.linalg.eigh((centred.T @ centred / len(centred)).double())
    whitening = ((vectors / (values.clamp_min(0) + WHITENING).sqrt()) @ vectors.T).float()
    atoms = spherical_k_means(centred @ whitening, params.atoms, generator=generator)
    weight = atoms @ whitening
    bias = -(weight @ mean)
    # A patch minus its mean is what the weights see; so the mean may be taken from them instead.
    weight = weight - weight.mean(1, keepdim=True)
    channels = images.images.shape[1]
    shape = (params.atoms, channels, params.patch, params.patch)
    return PatchDictionary(weight.reshape(shape), bias, threshold=params.threshold)


def spherical_k_means(points: Tensor, count: int, *, generator: Generator) -> Tensor:
    """Unit vectors [count, d] that the points [P, d] are near to, or opposite of.

    Each round: every point goes to the atom of largest |d_k x|; an atom becomes the direction of
    the sum of its points, each times d_k x. An atom without points stays.
    """
    start = torch.randperm(len(points), generator=generator)[:count]
    atoms = F.normalize(points[start], dim=1)
    for _ in range(ROUNDS):
        products = points @ atoms.T
        nearest = products.abs().argmax(1)
        share = products.gather(1, nearest[:, None])
        sums = torch.zeros_like(atoms).index_add_(0, nearest, points * share)
        moved = sums.square().sum(1, keepdim=True) > 0
        atoms = torch.where(moved, F.normalize(sums, dim=1), atoms)
    return atoms


def _random_patches(images: ImageSet, side: int, *, generator: Generator) -> Tensor:
    """Patches [PATCHES, C p p] at random places, each of mean 0 and variance 1."""
    chosen = torch.randperm(len(images), generator=generator)[:IMAGES]
    parts = torch.split(chosen, TOGETHER)
    pixels = torch.cat([averaged_down(images.pixels(part)) for part in parts])
    count, _, height, width = pixels.shape
    if min(height, width) < side:
        raise ParameterError(
            f"params.yaml: statistics.dictionary.patch = {side}: images of {height}x{width} pixels "
            "hold no such patch; lower it"
        )
    which, row, column = (
        torch.randint(limit, (PATCHES, 1, 1), generator=generator)
        for limit in (count, height - side + 1, width - side + 1)
    )
    step = torch.arange(side)
    patches = pixels.permute(0, 2, 3, 1)[which, row + step[:, None], column + step]
    flat = patches.permute(0, 3, 1, 2).flatten(1)
    mean = flat.mean(1, keepdim=True)
    return (flat - mean) * torch.rsqrt(flat.var(1, keepdim=True, unbiased=False) + CONTRAST)
