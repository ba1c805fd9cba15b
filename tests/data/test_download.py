"""Fetching, with a package that stands in for medmnist's network."""

import hashlib
import socket
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

import pytest

from ccsi.data.catalogue import sets as catalogue
from ccsi.data.download import fetch
from ccsi.data.reading.prepare import prepare
from ccsi.frame.errors import DataError
from tests.data.builders import dataset_params, npz_arrays, write_npz

NAME = "bloodmnist"


@pytest.fixture
def file(tmp_path):
    """A file that passes for the official one at 28 pixels."""
    return write_npz(tmp_path / "made.npz", npz_arrays(classes=8, side=28))


@pytest.fixture
def official(monkeypatch, file):
    """Its MD5 in the catalogue."""
    md5 = hashlib.md5(file.read_bytes()).hexdigest()
    entry = catalogue.CATALOGUE[NAME]
    changed = replace(entry, md5={**entry.md5, 28: md5})
    sets = MappingProxyType({**catalogue.CATALOGUE, NAME: changed})
    monkeypatch.setattr(catalogue, "CATALOGUE", sets)
    return md5


def stand_in(monkeypatch, download):
    """Put a module in medmnist's place whose only class calls `download(root, size)`."""

    def blood(*, split, download: bool, root, size):
        assert split == "val"
        assert download
        call(root, size)

    call = download
    package = SimpleNamespace(INFO={NAME: {"python_class": "BloodMNIST"}}, BloodMNIST=blood)
    monkeypatch.setitem(sys.modules, "medmnist", package)


def no_network(root, size):
    Path(root, "bloodmnist.npz").write_bytes(b"half")
    raise RuntimeError(f"no network for {size}")


def test_it_is_downloaded_once(monkeypatch, tmp_path, file, official, capsys):
    calls = []

    def download(root, size):
        calls.append(size)
        Path(root, "bloodmnist.npz").write_bytes(file.read_bytes())

    stand_in(monkeypatch, download)
    (tmp_path / "raw" / ".download-killed").mkdir(parents=True)
    assert fetch(NAME, None, tmp_path / "raw") == []
    assert fetch(NAME, 28, tmp_path / "raw") == []
    assert calls == [28]
    assert sorted(p.name for p in (tmp_path / "raw").iterdir()) == ["bloodmnist.npz", "md5.json"]
    assert capsys.readouterr().err == ""


def test_without_network_it_says_which_file_to_put_where(monkeypatch, tmp_path):
    stand_in(monkeypatch, no_network)
    with pytest.raises(DataError) as caught:
        fetch(NAME, 64, tmp_path / "raw", by_hand=[tmp_path / "hand"])
    message = str(caught.value)
    assert str(tmp_path / "hand" / "bloodmnist_64.npz") in message
    assert catalogue.CATALOGUE[NAME].md5[64] in message
    assert "https://zenodo.org" in message
    assert "\n" not in message
    assert list((tmp_path / "raw").iterdir()) == []


def test_it_tells_before_it_tries_and_waits_for_no_answer_for_ever(monkeypatch, tmp_path, capsys):
    seen = []

    def hangs(root, size):
        seen.append((socket.getdefaulttimeout(), capsys.readouterr().out))
        raise RuntimeError("timed out")

    stand_in(monkeypatch, hangs)
    with pytest.raises(DataError):
        fetch(NAME, 64, tmp_path / "raw")
    [(timeout, told)] = seen
    assert timeout == 30
    for word in ("bloodmnist_64.npz", catalogue.CATALOGUE[NAME].md5[64], str(tmp_path / "raw")):
        assert word in told
    assert len(told.splitlines()) == 1
    assert socket.getdefaulttimeout() is None


def test_without_the_package_too(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "medmnist", None)
    with pytest.raises(DataError, match="could not be downloaded"):
        fetch(NAME, 28, tmp_path)


def test_a_file_put_there_by_hand_is_used_without_network(monkeypatch, tmp_path, file, official):
    stand_in(monkeypatch, no_network)
    (tmp_path / "hand").mkdir()
    file.rename(tmp_path / "hand" / "bloodmnist.npz")
    assert fetch(NAME, 28, tmp_path / "raw", by_hand=[tmp_path / "hand"]) == []
    dataset = dataset_params(NAME)
    data, _ = prepare(dataset, task="t1", classes=[0, 1], first_id=0, raw=tmp_path / "raw")
    assert data.info.warnings == ()
    assert data.info.class_names == ("basophil", "eosinophil")


@pytest.mark.parametrize("recorded", [True, False])
def test_another_md5_is_a_warning_in_the_task_and_on_stderr(tmp_path, file, capsys, recorded):
    file.rename(tmp_path / "bloodmnist.npz")
    if recorded:
        [warning] = fetch(NAME, 28, tmp_path)
        assert warning in capsys.readouterr().err
    data, _ = prepare(dataset_params(NAME), task="t1", classes=[0], first_id=0, raw=tmp_path)
    [warning] = data.info.warnings
    assert catalogue.CATALOGUE[NAME].md5[28] in warning
    assert warning in capsys.readouterr().err


def test_a_missing_file_names_its_source(tmp_path):
    with pytest.raises(DataError, match=r"bloodmnist_128\.npz: no such file; download https"):
        prepare(dataset_params(NAME, side=128), task="t1", classes=[0], first_id=0, raw=tmp_path)


def test_a_file_of_another_side_is_refused(tmp_path, file):
    file.rename(tmp_path / "bloodmnist_64.npz")
    with pytest.raises(DataError, match="images of 28 pixels, not 64"):
        prepare(dataset_params(NAME, side=64), task="t1", classes=[0], first_id=0, raw=tmp_path)


def test_sets_that_cannot_be_used_are_not_fetched(tmp_path):
    with pytest.raises(DataError, match="several labels"):
        fetch("chestmnist", 28, tmp_path)
