"""What stands behind a model, by dvc.lock."""

from __future__ import annotations

import pytest

from ccsi.frame.errors import ArtifactError
from ccsi.lineage.ancestry import readings, stages_behind
from ccsi.lineage.lock import Executed, parse_lock
from tests.lineage.locks import CCSI, LUCIR, SLDA, Stages, lock_text


def lock(stages: Stages) -> dict[str, Executed]:
    return parse_lock(lock_text(stages), where="dvc.lock")


def old_images(out: str, stages: Stages) -> set[tuple[str, str]]:
    found = readings(stages_behind(out, lock(stages)))
    return {(r.stage, r.entry.path) for r in found if r.old_images}


def test_all_stages_behind_a_model_and_no_others() -> None:
    behind = [stage.address for stage in stages_behind("data/models/t2", lock(CCSI))]
    assert set(behind) == {
        *("prepare@t1", "prepare@t2", "means@t1", "train@t1", "synthesize@t1", "update@t2")
    }
    assert [s.address for s in stages_behind("data/models/t1", lock(CCSI))] == [
        "prepare@t1",
        "train@t1",
    ]


def test_every_file_that_they_read_is_named_once_per_reader() -> None:
    found = readings(stages_behind("data/models/t1", lock(CCSI)))
    assert [(r.stage, r.entry.path) for r in found] == [
        ("prepare@t1", "arrived/2024"),
        ("train@t1", "data/tasks/t1"),
        ("train@t1", "src/ccsi/seeding.py"),
    ]
    assert all(r.entry.md5 for r in found)


def test_a_data_free_model_read_no_old_image() -> None:
    assert old_images("data/models/t2", CCSI) == set()
    assert old_images("data/fitted/t2", SLDA) == set()
    assert old_images("data/calibration/t2", SLDA) == set()


def test_kept_images_are_seen_wherever_they_are_handed_on() -> None:
    assert old_images("data/models/t2", LUCIR) == {("update@t2", "data/exemplars/t1")}
    assert old_images("data/exemplars/t2", LUCIR) == {
        ("exemplars@t2", "data/exemplars/t1"),
        ("update@t2", "data/exemplars/t1"),
    }


@pytest.mark.parametrize(
    "read",
    ["data/tasks", "data/tasks/t1", "data/test", "data/test/t2", "data/anything/t2",
     "arrived/2024", "/archive/2024", "reports/evaluations/t1"],
)  # fmt: skip
@pytest.mark.parametrize("stage", ["means@t1", "update@t2", "calibrate@t2", "gather@t2", "fit@t2"])
def test_images_of_others_and_unknown_data_are_seen(stage: str, read: str) -> None:
    deps, outs = SLDA[stage]
    changed = {**SLDA, stage: ([*deps, read], outs)}
    own = {f"data/tasks/{stage.partition('@')[2]}"}
    assert old_images(outs[0], changed) == {(stage, path) for path in {read} - own}


def test_a_model_made_elsewhere_counts_unless_its_record_is_data_free() -> None:
    deps, outs = CCSI["update@t2"]
    behind = stages_behind(outs[0], lock({**CCSI, "update@t2": ([*deps, "/theirs/t4"], outs)}))
    (seen,) = (r for r in readings(behind) if r.old_images)
    assert (seen.stage, seen.entry.path) == ("update@t2", "/theirs/t4")
    assert not any(r.old_images for r in readings(behind, data_free=["/theirs/t4"]))


def test_a_model_that_no_stage_made_is_told_with_those_that_are_known() -> None:
    with pytest.raises(ArtifactError, match=r"made data/models/t7; it knows data/models/t1, data"):
        stages_behind("data/models/t7", lock(CCSI))
    with pytest.raises(ArtifactError, match="no model"):
        stages_behind("data/models/t7", {})


@pytest.mark.parametrize("text", ["stages: [1]", "- 1", "stages: {a: {deps: []}}", "a: [", "\x00"])
def test_a_damaged_lock_is_told(text: str) -> None:
    with pytest.raises(ArtifactError, match=r"^dvc\.lock is damaged"):
        parse_lock(text, where="dvc.lock")
