"""Conversions of whole arrays of images: side and channels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ccsi.frame.artifacts import release
from ccsi.tasks.images import allocate

CHUNK = 1 << 24  # bytes converted at a time
RELEASED = 64  # images made one by one between two releases of mapped memory


def to_channels(images: NDArray[np.uint8], channels: int | None) -> NDArray[np.uint8]:
    """uint8 [N, H, W, C] as [N, H, W, channels].

    Grayscale becomes RGB by repetition; RGB becomes grayscale as ITU-R 601 luma (as PIL's "L").
    """
    if channels in (None, images.shape[3]):
        return images
    target = allocate((*images.shape[:3], channels or 0))
    rows = max(1, CHUNK // int(np.prod(images.shape[1:])))
    for start in range(0, len(images), rows):
        part = images[start : start + rows]
        target[start : start + rows] = part if channels == 3 else luma(part)
        release(images)
        release(target)
    return target


def luma(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 [..., 3] to uint8 [..., 1] with the 16-bit fixed-point weights that PIL uses."""
    weighted = images.astype(np.uint32) @ np.array([19595, 38470, 7471], dtype=np.uint32)
    return ((weighted + 0x8000) >> 16).astype(np.uint8)[..., None]


def to_side(images: NDArray[np.uint8], side: int | None) -> NDArray[np.uint8]:
    """uint8 [N, H, W, C] as [N, side, side, C], each image by `resize`."""
    if side is None or images.shape[1:3] == (side, side):
        return images
    target = allocate((len(images), side, side, images.shape[3]))
    for row, image in enumerate(images):
        target[row] = pixels(resize(picture(image), side))
        if row % RELEASED == 0:
            release(images)
            release(target)
    return target


def resize(image: Image.Image, side: int) -> Image.Image:
    """The central square of `image`, resized to `side` x `side` pixels.

    Bicubic; PIL widens the kernel when it shrinks an image, so that nothing aliases. Cropping
    keeps the proportions of cells and organs, which stretching would not.
    """
    width, height = image.size
    edge = min(width, height)
    left, top = (width - edge) // 2, (height - edge) // 2
    square = image.crop((left, top, left + edge, top + edge))
    return square if edge == side else square.resize((side, side), Image.Resampling.BICUBIC)


def picture(image: NDArray[np.uint8]) -> Image.Image:
    """uint8 [H, W, 1 or 3] as a PIL image of mode L or RGB."""
    return Image.fromarray(np.ascontiguousarray(image[..., 0] if image.shape[2] == 1 else image))


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    """A PIL image of mode L or RGB as uint8 [H, W, 1 or 3]."""
    array = np.asarray(image, dtype=np.uint8)
    return array[..., None] if array.ndim == 2 else array
