"""Which objects of the cache hold a task's images."""

from __future__ import annotations

import json
from pathlib import Path

from ccsi.lineage.lock import Entry, Executed, parse_lock
from ccsi.lineage.objects import image_objects, image_outs, object_path
from tests.lineage.locks import CCSI, LUCIR, Stages, lock_text, md5_of


def cached(cache: Path, path: str, files: dict[str, str]) -> Executed:
    """The stage that made a folder, whose listing lies in the cache; files: contents by name."""
    rows = [{"md5": md5_of(content), "relpath": name} for name, content in files.items()]
    folder = Entry(path, f"{md5_of(path)}.dir")
    place = object_path(cache, folder.md5)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(rows))
    return Executed(f"prepare@{path[-2:]}", "", (), (folder,))


def test_a_file_of_a_task_that_something_else_has_too_is_not_its_own(tmp_path: Path) -> None:
    """The same pixels arrived twice: images are told, their equal labels are let be."""
    files = {"train/images.npy": "pixels", "train/labels.npy": "labels"}
    mine = cached(tmp_path, "data/tasks/t1", {**files, "val/images.npy": "more"})
    theirs = cached(tmp_path, "data/tasks/t2", files)
    folder = mine.outs[0].md5
    found = image_objects({folder}, [mine, theirs], tmp_path, before={})
    assert found.owned == {
        folder: "data/tasks/t1",
        md5_of("more"): "data/tasks/t1/val/images.npy",
    }
    assert found.shared == {md5_of("pixels"): "data/tasks/t2/train/images.npy"}


def test_what_a_purge_before_named_is_known_without_its_listing(tmp_path: Path) -> None:
    """A remote that could not be asked then may still have all of it."""
    files = {"examples.npy": "examples", "pairs_t1.png": "pairs", "labels.npy": "labels"}
    mine = cached(tmp_path, "reports/evaluations/t1", files)
    folder = mine.outs[0].md5
    named = image_objects({folder}, [mine], tmp_path, before={}).owned
    assert len(named) == 4
    object_path(tmp_path, folder).unlink()
    assert image_objects({folder}, [mine], tmp_path, before={}).owned == {folder: mine.outs[0].path}
    assert image_objects({folder}, [mine], tmp_path, before=named).owned == named
    theirs = cached(tmp_path, "data/tasks/t2", {"labels.npy": "labels"})
    left = image_objects({folder}, [mine, theirs], tmp_path, before=named).owned
    assert left.keys() == named.keys() - {md5_of("labels")}


def outs(raw: str, stages: Stages) -> set[str]:
    return image_outs("t1", raw, parse_lock(lock_text(stages), where="dvc.lock").values())


def hashes(*paths: str) -> set[str]:
    return {md5_of(path) for path in paths}


PREPARED = hashes("arrived/2024", "data/tasks/t1", "data/test/t1")


def test_prepared_arrays_and_what_shows_images_count() -> None:
    assert outs("arrived/2024", CCSI) == PREPARED | hashes("reports/evaluations/t2")


def test_exemplars_count_for_ever_after() -> None:
    kept = hashes("data/exemplars/t1", "data/exemplars/t2", "reports/evaluations/t2")
    assert outs("arrived/2024", LUCIR) == PREPARED | kept


def test_another_data_sets_task_of_the_same_name_is_let_be() -> None:
    assert outs("elsewhere/2024", LUCIR) == set()
