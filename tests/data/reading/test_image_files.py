"""Image files of all kinds, sound and unsound."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from ccsi.data.reading.image_files import check_suffix, decode, inspect
from ccsi.frame.errors import DataError

GREY = (np.arange(64, dtype=np.uint8) * 3).reshape(8, 8)
RED = np.stack([GREY, GREY // 2, GREY * 0], axis=-1)


def png_16_bit_colour():
    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\x00" + bytes(8 * 6) for _ in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp"])
def test_lossless_kinds_are_read_exactly(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(RED).save(path)
    assert np.array_equal(decode(path, channels=3, side=None), RED)
    assert inspect(path).colour
    Image.fromarray(GREY).save(path)
    assert np.array_equal(decode(path, channels=1, side=None)[..., 0], GREY)
    assert not inspect(path).colour
    assert inspect(path).width == 8


def test_jpeg_is_read_and_resized(tmp_path):
    Image.new("RGB", (40, 20), (10, 20, 30)).save(tmp_path / "a.JPG", format="JPEG")
    image = decode(tmp_path / "a.JPG", channels=3, side=16)
    assert image.shape == (16, 16, 3)
    assert np.abs(image.astype(int) - [10, 20, 30]).max() <= 2


def test_palettes_are_resolved(tmp_path):
    Image.fromarray(RED).quantize(64).save(tmp_path / "colour.png")
    assert inspect(tmp_path / "colour.png").colour
    assert decode(tmp_path / "colour.png", channels=3, side=None).shape == (8, 8, 3)
    Image.fromarray(GREY).convert("P").save(tmp_path / "grey.png")
    assert not inspect(tmp_path / "grey.png").colour
    assert np.array_equal(decode(tmp_path / "grey.png", channels=1, side=None)[..., 0], GREY)


def test_bilevel_images_are_black_and_white(tmp_path):
    Image.fromarray(GREY > 90).save(tmp_path / "a.png")
    assert set(np.unique(decode(tmp_path / "a.png", channels=1, side=None))) == {0, 255}


def test_the_exif_orientation_is_heeded(tmp_path):
    image = Image.fromarray(np.repeat(np.repeat(GREY, 4, 0), 4, 1))
    exif = image.getexif()
    exif[0x0112] = 6  # turn by 90 degrees
    image.save(tmp_path / "turned.jpg", exif=exif, quality=100)
    image.rotate(-90).save(tmp_path / "upright.jpg", quality=100)
    turned, upright = (
        decode(tmp_path / f"{name}.jpg", channels=1, side=None).astype(int)
        for name in ("turned", "upright")
    )
    assert np.abs(turned - upright).max() < 8


def test_an_opaque_alpha_channel_is_dropped_a_transparent_one_refused(tmp_path):
    image = Image.fromarray(RED).convert("RGBA")
    image.save(tmp_path / "a.png")
    assert np.array_equal(decode(tmp_path / "a.png", channels=3, side=None), RED)
    image.putpixel((3, 3), (0, 0, 0, 10))
    image.save(tmp_path / "b.png")
    with pytest.raises(DataError, match="transparent"):
        decode(tmp_path / "b.png", channels=3, side=None)


def save_16_bit(path):
    Image.fromarray(GREY.astype(np.uint16) * 100).save(path)


def save_float(path):
    Image.fromarray(GREY.astype(np.float32)).save(path)


def save_frames(path):
    Image.fromarray(GREY).save(path, save_all=True, append_images=[Image.fromarray(GREY + 1)])


def save_cmyk(path):
    Image.fromarray(RED).convert("CMYK").save(path)


def save_dicom(path):
    path.write_bytes(bytes(128) + b"DICM" + bytes(100))


def save_truncated(path):
    Image.fromarray(RED).resize((64, 64)).save(path)
    path.write_bytes(path.read_bytes()[:-200])


FAULTS = [
    ("a.png", save_16_bit, "16-bit"),
    ("a.tif", save_16_bit, "16-bit"),
    ("a.png", lambda path: path.write_bytes(png_16_bit_colour()), "16-bit"),
    ("a.tif", save_float, "16-bit"),
    ("a.tif", save_frames, "several frames"),
    ("a.png", save_frames, "several frames"),
    ("a.jpg", save_cmyk, "colour mode CMYK"),
    ("a.png", save_dicom, "DICOM"),
    ("a.png", lambda path: path.write_text("text"), "cannot be decoded"),
    ("a.png", lambda path: path.write_bytes(b""), "cannot be decoded"),
    ("a.png", lambda path: None, "cannot be decoded"),
    ("a.png", save_truncated, "cannot be decoded"),
    ("a.jpg", save_truncated, "cannot be decoded"),
    ("a.tif", save_truncated, "cannot be decoded"),
    ("a.bmp", save_truncated, "cannot be decoded"),
]


@pytest.mark.parametrize(("name", "save", "word"), FAULTS)
def test_unsound_files_are_refused_in_one_line(tmp_path, name, save, word):
    save(tmp_path / name)
    with pytest.raises(DataError, match=word) as caught:
        decode(tmp_path / name, channels=3, side=None)
    assert str(tmp_path / name) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "save", "word"), FAULTS[:12])
def test_headers_are_enough_to_refuse_most(tmp_path, name, save, word):
    save(tmp_path / name)
    if save is not save_truncated:
        with pytest.raises(DataError, match=word):
            inspect(tmp_path / name)


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    Image.fromarray(GREY).save(tmp_path / "a.png")
    with pytest.raises(DataError, match="decompression bomb"):
        inspect(tmp_path / "a.png")


def test_foreign_suffixes_are_refused(tmp_path):
    check_suffix(tmp_path / "a.JPEG")
    (tmp_path / "scan").write_bytes(bytes(128) + b"DICM")
    with pytest.raises(DataError, match="DICOM is not read"):
        check_suffix(tmp_path / "scan")
    with pytest.raises(DataError, match=r"a\.webp: not one of"):
        check_suffix(tmp_path / "a.webp")
