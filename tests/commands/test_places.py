"""Where purge looks: a cache elsewhere is searched, or named as out of reach."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ccsi.commands.place import Place
from ccsi.commands.places import find_places, fingerprints
from ccsi.commands.storage import Storage
from ccsi.lineage.objects import Objects

RAW = Path("arrived/2024")
NAME = "data/tasks/t1/train_images.npy"
MD5 = "ab" + "0" * 30


def storage(home: Path) -> Storage:
    cache = SimpleNamespace(
        local=SimpleNamespace(path=str(home / "files/md5")), legacy=SimpleNamespace(path=str(home))
    )
    return Storage(SimpleNamespace(cache=cache, config={"remote": {}}))


def places(home: Path) -> dict[str, Place]:
    objects, there = Objects({MD5: NAME}, {}), storage(home)
    known = fingerprints("t1", RAW, there, objects)
    return {p.where: p for p in find_places("t1", RAW, there, objects, set(), known)}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one prepared array, and a cache outside that holds it and a copy."""
    project, home = tmp_path / "project", tmp_path / "cache"
    project.mkdir()
    monkeypatch.chdir(project)
    images = np.random.default_rng(0).integers(0, 256, (3, 4, 4, 1), dtype=np.uint8)
    for path in (Path(NAME), home / "files/md5" / MD5[:2] / MD5[2:], home / "left/over.npy"):
        path.parent.mkdir(parents=True)
        with path.open("wb") as stream:
            np.save(stream, images)
    return home


def test_a_cache_elsewhere_is_emptied_by_name_and_searched_by_content(home: Path) -> None:
    found = places(home)
    cached, copy = str(home / "files/md5" / MD5[:2] / MD5[2:]), str(home / "left/over.npy")
    assert set(found) == {"data/tasks/t1", cached, copy}
    for where in (cached, copy):
        empty = found[where].empty
        assert empty is not None
        empty()
        assert not Path(where).exists()
    assert set(places(home)) == {"data/tasks/t1"}


def test_a_link_to_a_cache_elsewhere_is_one_place(home: Path) -> None:
    Path(".dvc").mkdir()
    Path(".dvc/cache").symlink_to(home)
    assert set(places(Path(".dvc/cache").absolute())) == set(places(home))


def test_a_cache_elsewhere_that_is_not_there_is_out_of_reach(home: Path) -> None:
    home.rename(home.with_name("unmounted"))
    place = places(home)[str(home)]
    assert place.empty is None
    assert "is its disk mounted?" in place.obstacle
    home.mkdir()  # the mount point, empty
    assert str(home) in places(home)


def test_a_cache_of_ones_own_that_is_not_there_holds_nothing(home: Path) -> None:
    assert set(places(Path(".dvc/cache").absolute())) == {"data/tasks/t1"}


def test_a_folder_that_cannot_be_read_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def walk(top: Path, onerror):  # type: ignore[no-untyped-def]
        if Path(top) == Path("reports"):
            onerror(PermissionError(13, "Permission denied", "reports/secret"))
        return iter(())

    monkeypatch.setattr("ccsi.commands.places.os.walk", walk)
    place = places(home)["reports/secret"]
    assert place.empty is None
    assert place.obstacle == "Permission denied"


@pytest.mark.parametrize(
    "left",
    [".ccsi/staging/summarize", ".ccsi/staging/audit@t5", ".ccsi/search/lr/reports"],
)
def test_pages_that_a_killed_stage_or_a_search_left_are_places(home: Path, left: str) -> None:
    Path(left).mkdir(parents=True)
    (Path(left) / "index.html").write_text("<img src='data:image/png;base64,...'>")
    empty = places(home)[left].empty
    assert empty is not None
    empty()
    assert not Path(left).exists()


def test_images_that_a_commit_had_are_named_though_the_folder_is_deleted(home: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", *who, *arguments], check=True, capture_output=True)

    RAW.mkdir(parents=True)
    (RAW / "scan.png").write_bytes(b"an image")
    git("init")
    git("add", "-f", str(RAW))
    git("commit", "-m", "by mistake")
    git("rm", "-r", str(RAW))
    git("commit", "-m", "deleted")
    assert not RAW.exists()
    (kept,) = [place for place in places(home).values() if place.kind == "git history"]
    assert "arrived/2024/scan.png" in kept.where
    assert kept.empty is None
