"""Single image files: judged by their header, decoded to uint8 [H, W, C]."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ccsi.data.reading.convert import pixels, resize
from ccsi.frame.errors import DataError

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
FORMATS = ("PNG", "JPEG", "TIFF", "BMP")
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA")
DAMAGE = (  # what PIL's decoders raise on damaged files
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@dataclass(frozen=True)
class ImageHeader:
    """Size in pixels, and whether the image holds colour."""

    width: int
    height: int
    colour: bool


def inspect(path: Path) -> ImageHeader:
    """Judge one file without decoding its pixels.

    Raises DataError for what is no 8-bit image of one frame: DICOM, 16-bit and multi-frame files,
    other colour spaces, damaged headers.
    """
    with _opened(path) as image:
        _check(path, image)
        return ImageHeader(*image.size, colour=_has_colour(image))


def decode(path: Path, *, channels: int, side: int | None) -> NDArray[np.uint8]:
    """One file as uint8 [H, W, channels], turned as its EXIF orientation says.

    side: see `ccsi.data.reading.convert.resize`. Palettes are resolved; an alpha channel goes if
    it is opaque. Raises DataError where the pixels cannot be decoded or are transparent.
    """
    with _opened(path) as image:
        _check(path, image)
        if image.format == "PNG":
            _verify(path)
        image.load()
        upright = ImageOps.exif_transpose(image)
        if upright.has_transparency_data:
            upright = _opaque(path, upright)
        plain = upright.convert("L" if channels == 1 else "RGB")
    return pixels(plain if side is None else resize(plain, side))


def check_suffix(path: Path) -> None:
    """Raise DataError for a file that is no png, jpg, tif or bmp by name."""
    if path.suffix.lower() in SUFFIXES:
        return
    if _is_dicom(path):
        raise DataError(f"{path}: DICOM is not read; export it as an 8-bit png with a fixed window")
    raise DataError(f"{path}: not one of {', '.join(SUFFIXES)}; convert it or move it away")


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                yield image
    except DAMAGE as error:
        if _is_dicom(path):
            raise DataError(f"{path}: DICOM is not read; export it as an 8-bit png") from error
        raise DataError(f"{path}: cannot be decoded: {error}") from error


def _check(path: Path, image: Image.Image) -> None:
    if _bits(path, image) > 8:
        raise DataError(f"{path}: 16-bit (or float) pixels; scale them to 8 bits first")
    if getattr(image, "n_frames", 1) != 1:
        raise DataError(f"{path}: holds several frames; save one image per file")
    if image.mode not in MODES:
        raise DataError(f"{path}: colour mode {image.mode}; save it as grayscale or RGB")


def _verify(path: Path) -> None:
    """Every checksum up to the end of a PNG: decoding alone stops at the last pixel."""
    with _opened(path) as image:
        image.verify()


def _bits(path: Path, image: Image.Image) -> int:
    """Bits per channel in the file; PIL lowers 16-bit colour to 8 bits without a word."""
    if image.mode.startswith(("I", "F")):
        return 16
    if image.format == "PNG":
        with path.open("rb") as stream:
            return stream.read(26)[24]  # of the IHDR chunk, always the first
    bits = getattr(image, "tag_v2", {}).get(258, 8)  # BitsPerSample
    return int(max(bits)) if isinstance(bits, tuple) else int(bits)


def _has_colour(image: Image.Image) -> bool:
    if image.mode not in ("P", "PA"):
        return image.mode in ("RGB", "RGBA")
    palette = np.asarray(image.getpalette("RGB"), dtype=np.uint8).reshape(-1, 3)
    return bool((palette != palette[:, :1]).any())


def _opaque(path: Path, image: Image.Image) -> Image.Image:
    rgba = image.convert("RGBA")
    if rgba.getchannel("A").getextrema()[0] != 255:
        raise DataError(f"{path}: has transparent pixels; flatten it first")
    return rgba if _has_colour(image) else rgba.convert("L")


def _is_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(132)[128:] == b"DICM"
    except OSError:
        return False
