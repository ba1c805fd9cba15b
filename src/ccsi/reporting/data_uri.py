"""Images inside a page: rows of pictures as one PNG in a data: address."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

LARGEST = 96
"""Larger pictures are shrunk to this side; smaller ones are enlarged by the reader's browser."""


def image_row(images: np.ndarray) -> str:
    """Images uint8 [N, H, W, C] side by side as a data: address; N >= 1, C is 1 or 3.

    A transparent gap, an eighth of a picture wide, stands between two.
    """
    pictures = [_shrunk(picture) for picture in images]
    side = pictures[0].width
    gap = max(1, side // 8)
    row = Image.new("RGBA", (len(pictures) * (side + gap) - gap, side))
    for place, picture in enumerate(pictures):
        row.paste(picture, (place * (side + gap), 0))
    buffer = io.BytesIO()
    row.save(buffer, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def as_pixels(images: np.ndarray) -> np.ndarray:
    """Float images in [0, 1] as uint8."""
    pixels: np.ndarray = np.clip(np.rint(images * 255), 0, 255).astype(np.uint8)
    return pixels


def _shrunk(pixels: np.ndarray) -> Image.Image:
    colour = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    picture = Image.fromarray(np.ascontiguousarray(colour))
    if picture.width <= LARGEST:
        return picture
    return picture.resize((LARGEST, LARGEST), Image.Resampling.BOX)
