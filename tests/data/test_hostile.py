"""A corpus of hostile and corrupt files: one clear line each, and no code runs from data."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import save

from ccsi.data.reading.arrival_record import recorded
from ccsi.data.reading.image_files import decode
from ccsi.data.reading.image_tree import read_tree
from ccsi.data.reading.npz_arrays import read_splits
from ccsi.frame.artifacts import load_array, load_json
from ccsi.frame.declared import Declared
from ccsi.frame.errors import ArtifactError, CcsiError, DataError, ParameterError
from ccsi.models.store import load_classifier

MARK = "ccsi_was_here"
TRIES = 150
DOC = Path(__file__).parents[2] / "docs/deploy.md"


class Bomb:
    """Unpickled, it would leave a folder behind."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (MARK,)


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def header(shape: object, descr: str = "|u1") -> bytes:
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def sound() -> dict[str, bytes]:
    images = np.arange(6 * 64, dtype=np.uint32).reshape(6, 8, 8).astype(np.uint8)
    labels = np.arange(6).reshape(6, 1) % 2
    return {
        f"{split}_{kind}.npy": npy(array)
        for split in ("train", "val", "test")
        for kind, array in (("images", images), ("labels", labels))
    }


def npz(**changed: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (sound() | {f"{k}.npy": v for k, v in changed.items()}).items():
            archive.writestr(name, content)
    return stream.getvalue()


def objects() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array([Bomb()], dtype=object), allow_pickle=True)
    return stream.getvalue()


def npz_corpus() -> Iterator[tuple[str, bytes]]:
    whole = npz()
    yield from ((f"truncated to {n}", whole[:n]) for n in range(0, len(whole), 97))
    yield "pickled objects", npz(train_images=objects())
    yield "a bare pickle", npz(train_images=pickle.dumps(Bomb()))
    yield "a pickle as the file", pickle.dumps(Bomb())
    yield "a zip bomb", npz(train_images=header((1 << 20, 8, 8)) + bytes(1 << 24))
    for shape in ((-1, 8, 8), (1 << 62, 8, 8), (6, 1 << 40, 8), (6, 8, 8, 2), (0, 8, 8), (6,), ()):
        yield f"shape {shape}", npz(train_images=header(shape) + bytes(384))
    for descr in ("|O", "<f4", "<f8", "<u2", "|V8", "<U3", "nonsense", "__import__('os')"):
        yield f"dtype {descr}", npz(train_images=header((6, 8, 8), descr) + bytes(384))
    yield "code in the header", npz(train_images=header(f"__import__('os').mkdir('{MARK}')"))
    yield "labels of NaN", npz(train_labels=npy(np.full((6, 1), np.nan)))
    yield "labels out of range", npz(train_labels=npy(np.full((6, 1), 99)))
    yield "labels negative", npz(train_labels=npy(np.full((6, 1), -1)))
    yield "labels too few", npz(train_labels=npy(np.zeros((5, 1), dtype=np.int64)))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("../../train_images.npy", npy(np.zeros((6, 8, 8), dtype=np.uint8)))
    yield "path traversal", stream.getvalue()


def png(width: int, height: int, body: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def image_corpus() -> Iterator[tuple[str, bytes]]:
    whole = io.BytesIO()
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(whole, "PNG")
    data = whole.getvalue()
    yield from ((f"truncated to {n}", data[:n]) for n in range(0, len(data) - 12, 3))
    for side in (20_000, 100_000, 1 << 30):
        yield f"a bomb of {side}", png(side, side, zlib.compress(bytes(1000)))
    yield "no pixels", png(8, 8)
    yield "a pickle", pickle.dumps(Bomb())
    yield "svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    yield "postscript", b"%!PS-Adobe-3.0\n(x) run\n"
    yield "dicom", bytes(128) + b"DICM"


def tensors_corpus() -> Iterator[tuple[str, bytes]]:
    whole = save({"weight": torch.zeros(4)}, {"ccsi": "{}"})
    yield from ((f"truncated to {n}", whole[:n]) for n in range(0, len(whole), 7))
    yield "a huge header", struct.pack("<Q", 1 << 60) + b"{}"
    far = json.dumps({"w": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}})
    yield "a huge tensor", struct.pack("<Q", len(far)) + far.encode()
    yield "a pickle", pickle.dumps(Bomb())
    yield "no record", save({"weight": torch.zeros(4)})
    for record in ("null", "[" * 200_000, "[]", "{", '{"model": {"widths": [1e99]}}'):
        yield f"record {record[:40]}", save({"weight": torch.zeros(4)}, {"ccsi": record})


def yaml_corpus() -> Iterator[tuple[str, bytes]]:
    yield "python tag", b"seed: !!python/object/apply:os.mkdir ['ccsi_was_here']\n"
    yield "python module", b"seed: !!python/module:os\n"
    yield "no mapping", b"- 1\n"
    yield "tabs", b"seed:\n\t- 1"
    yield "binary", bytes(range(256))
    yield "empty", b""
    yield "open bracket", b"seed: [1, 2"
    yield "an unknown alias", b"seed: *none\n"
    yield "too deep", b"seed: " + b"[" * 20_000
    levels = (f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    yield "a bomb of 9^10 values", f"a0: &a0 {[0] * 9}\n{''.join(levels)}seed: *a9\n".encode()


def one_line(error: CcsiError) -> bool:
    return "\n" not in str(error) and 10 < len(str(error)) < 2000


def fault_of(read: Callable[[], object]) -> CcsiError | None:
    """The fault told, None if it was read; any other exception goes through."""
    try:
        read()
    except CcsiError as error:
        return error
    return None


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    assert not Path(MARK).exists()


@pytest.mark.parametrize(
    ("name", "content"), list(npz_corpus()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_npz(name: str, content: bytes) -> None:
    Path("a.npz").write_bytes(content)
    with pytest.raises(DataError) as raised:
        read_splits(Path("a.npz"), [0, 1], ["a", "b"])
    assert one_line(raised.value)


def test_the_sound_npz_is_read() -> None:
    """What the corpus spoils is in order otherwise."""
    Path("a.npz").write_bytes(npz())
    assert len(read_splits(Path("a.npz"), [0, 1], ["a", "b"]).train) == 6


@pytest.mark.parametrize(
    ("name", "content"), list(image_corpus()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_images(name: str, content: bytes) -> None:
    path = Path("a.png")
    path.write_bytes(content)
    with pytest.raises(DataError) as raised:
        decode(path, channels=1, side=8)
    assert one_line(raised.value)


@pytest.mark.parametrize(
    ("name", "content"), list(tensors_corpus()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_safetensors(name: str, content: bytes) -> None:
    Path("m.safetensors").write_bytes(content)
    with pytest.raises(ArtifactError) as raised:
        load_classifier(Path("m.safetensors"))
    assert one_line(raised.value)


@pytest.mark.parametrize(
    ("name", "content"), list(yaml_corpus()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_yaml(name: str, content: bytes) -> None:
    Path("params.yaml").write_bytes(content)
    with pytest.raises(ParameterError) as raised:
        Declared(["seed"], Path("params.yaml"))
    assert one_line(raised.value)


def npy_corpus() -> list[bytes]:
    return [npy(np.zeros(3))[:-1], objects(), header((1 << 60,)), header((-5,)), b"", b"\x93NUMPY"]


def json_corpus() -> list[bytes]:
    return [b'{"a": ' + b"[" * 200_000, b"[]", b"{", b"\xff", b'{"a": 1', b""]


@pytest.mark.parametrize("content", json_corpus())
def test_json(content: bytes) -> None:
    Path("r.json").write_bytes(content)
    with pytest.raises(ArtifactError) as raised:
        load_json(Path("r.json"))
    assert one_line(raised.value)


@pytest.mark.parametrize("content", npy_corpus())
def test_npy(content: bytes) -> None:
    Path("a.npy").write_bytes(content)
    with pytest.raises(ArtifactError) as raised:
        load_array(Path("a.npy"))
    assert one_line(raised.value)


def test_links_out_of_the_folder() -> None:
    Path("outside").mkdir()
    Path("outside/secret.png").write_bytes(png(8, 8))
    Path("root/flu").mkdir(parents=True)
    Path("root/flu/a.png").symlink_to(Path("outside/secret.png").resolve())
    with pytest.raises(DataError, match="leads out of"):
        read_tree(Path("root"))


NAMES = ("../up", "a/b", "..", "", "a\nb", "a\x00b", "x" * 300)


@pytest.mark.parametrize("name", NAMES)
def test_names_that_are_paths(name: str) -> None:
    Path("arrivals.json").write_text(json.dumps({"arrivals": [{"name": "1", "classes": [name]}]}))
    with pytest.raises(DataError) as raised:
        recorded(Path())
    assert one_line(raised.value)


def test_the_documentation_says_how_many_are_tried() -> None:
    corpora = (npz_corpus, image_corpus, tensors_corpus, yaml_corpus, json_corpus, npy_corpus)
    counts = [*(len(list(corpus())) for corpus in corpora), len(NAMES)]
    npz, images, models, yaml, records, npy, names = counts
    told = " ".join(DOC.read_text().split())
    assert f"{sum(counts)} such files and names ({npz} npz, {images} images, " in told
    assert f" {models} models, {yaml} yaml, {records} json, {npy} npy, {names} names of" in told
    assert told.count(f"{TRIES} times") == 2


@settings(max_examples=TRIES, deadline=None, suppress_health_check=list(HealthCheck))
@example(at=27, value=3)  # a name in a header that goes on for kilobytes
@given(at=st.integers(0, 4000), value=st.integers(0, 255))
def test_one_byte_changed_is_read_or_told(at: int, value: int) -> None:
    """Anywhere in an npz and in a record: a sound result or one line, never another exception."""
    content = bytearray(npz())
    content[at % len(content)] = value
    Path("a.npz").write_bytes(content)
    fault = fault_of(lambda: read_splits(Path("a.npz"), [0, 1], ["a", "b"]))
    assert fault is None or one_line(fault)


@settings(max_examples=TRIES, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=200))
def test_any_bytes_are_told(content: bytes) -> None:
    Path("m.safetensors").write_bytes(content)
    Path("r.json").write_bytes(content)
    Path("a.png").write_bytes(content)
    with pytest.raises(ArtifactError) as raised:
        load_classifier(Path("m.safetensors"))
    assert one_line(raised.value)
    with pytest.raises(DataError) as faulty:
        decode(Path("a.png"), channels=1, side=8)
    assert one_line(faulty.value)
    fault = fault_of(lambda: load_json(Path("r.json")))
    assert fault is None or one_line(fault)
