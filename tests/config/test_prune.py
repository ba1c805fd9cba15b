"""Only outputs of tasks that are gone are removed, and never anything elsewhere."""

from pathlib import Path

import pytest

from ccsi.config.compose import compose_params
from ccsi.config.prune import leftovers, remove

CONF = Path("conf")
PLACES = [
    "data/tasks", "data/test", "data/means", "data/models", "data/impressions",
    "reports/evaluations",
]  # fmt: skip


@pytest.fixture
def with_outputs(project: Path) -> Path:
    """Outputs of tasks t1..t5, and things that are none."""
    for place in PLACES:
        for task in ("t1", "t2", "t3", "t4", "t5"):
            (project / place / task).mkdir(parents=True)
            (project / place / task / "out.npy").touch()
    (project / "reports/sheets").mkdir()
    for name in ("t1.png", "t5.png", "index.png"):
        (project / "reports/sheets" / name).touch()
    for name in ("data/raw/t9", "data/models/mine", "data/models/t1-backup", "notes/t9"):
        (project / name).mkdir(parents=True)
    return project


def names(paths: list[Path]) -> set[str]:
    return {path.as_posix() for path in paths}


def test_nothing_goes_while_the_tasks_are_the_same(with_outputs: Path) -> None:
    found = leftovers(Path(), compose_params(CONF))
    assert names(found) == {"data/impressions/t5"}


def test_outputs_of_tasks_that_are_gone_go(with_outputs: Path) -> None:
    found = leftovers(Path(), compose_params(CONF, ["dataset.classes_per_task=4"]))
    gone = {f"{place}/{task}" for place in PLACES for task in ("t4", "t5")}
    assert names(found) == gone | {"data/impressions/t3", "reports/sheets/t5.png"}
    remove(found)
    assert not any(path.exists() for path in found)
    assert (with_outputs / "data/models/t3/out.npy").exists()
    for name in ("data/raw/t9", "data/models/mine", "data/models/t1-backup", "notes/t9"):
        assert (with_outputs / name).is_dir()


def test_impressions_of_a_method_without_them_go(with_outputs: Path) -> None:
    found = leftovers(Path(), compose_params(CONF, ["method=finetune"]))
    assert names(found) == {f"data/impressions/t{n}" for n in range(1, 6)}


def test_what_only_another_method_makes_goes(with_outputs: Path) -> None:
    for place in ("data/statistics", "data/fitted", "data/exemplars"):
        (with_outputs / place / "t2").mkdir(parents=True)
    by_statistics = names(leftovers(Path(), compose_params(CONF, ["method=slda"])))
    assert {f"data/models/t{n}" for n in range(2, 6)} < by_statistics
    assert not {"data/models/t1", "data/statistics/t2", "data/fitted/t2"} & by_statistics
    assert "data/exemplars/t2" in by_statistics
    with_exemplars = names(leftovers(Path(), compose_params(CONF, ["method=lucir"])))
    assert {"data/statistics/t2", "data/fitted/t2"} < with_exemplars
    assert not {"data/exemplars/t2", "data/models/t5"} & with_exemplars


def test_members_beyond_their_number_go(with_outputs: Path) -> None:
    for member in ("m2", "m3", "m4"):
        (with_outputs / "data/members" / member).mkdir(parents=True)
    chosen = ["method=analytic-ensemble", "statistics.members=3"]
    found = names(leftovers(Path(), compose_params(CONF, chosen)))
    assert {name for name in found if "members" in name} == {"data/members/m4"}


def test_links_are_removed_and_their_targets_stay(with_outputs: Path) -> None:
    outside = with_outputs.parent / "outside"
    (outside / "t9").mkdir(parents=True)
    (with_outputs / "data/models/t9").symlink_to(outside / "t9")
    found = leftovers(Path(), compose_params(CONF))
    assert "data/models/t9" in names(found)
    remove(found)
    assert (outside / "t9").is_dir()
    assert not (with_outputs / "data/models/t9").is_symlink()


def test_an_output_folder_that_is_a_link_is_left_alone(project: Path) -> None:
    outside = project.parent / "outside"
    (outside / "t9").mkdir(parents=True)
    (project / "data/models").symlink_to(outside)
    assert leftovers(Path(), compose_params(CONF)) == []


def test_nothing_there_is_nothing_to_remove(project: Path) -> None:
    assert leftovers(Path(), compose_params(CONF)) == []


def test_the_report_of_an_audit_goes_with_it(project: Path) -> None:
    for place in ("data/audit/t5", "reports/audit"):
        (project / place).mkdir(parents=True)
    assert leftovers(Path(), compose_params(CONF, ["audit.enabled=true"])) == []
    gone = leftovers(Path(), compose_params(CONF))
    assert names(gone) == {"data/audit/t5", "reports/audit"}
