"""Where a task's images lie, and which outputs are free of them."""

from __future__ import annotations

import pytest

from ccsi.config import paths
from ccsi.lineage.holders import image_holders, may_hold_images
from ccsi.lineage.lock import parse_lock
from tests.lineage.locks import CCSI, ENSEMBLE, LUCIR, SLDA, Stages, lock_text


def holders(task: str, stages: Stages) -> list[str]:
    return image_holders(task, parse_lock(lock_text(stages), where="dvc.lock").values())


@pytest.mark.parametrize("stages", [CCSI, SLDA, ENSEMBLE])
def test_data_free_methods_leave_images_in_what_is_prepared_and_shown(stages: Stages) -> None:
    assert holders("t1", stages) == ["data/tasks/t1", "data/test/t1", "reports/evaluations/t2"]


def test_exemplars_hold_images_for_ever_after() -> None:
    kept = [path for path in holders("t1", LUCIR) if path.startswith(paths.EXEMPLARS)]
    assert kept == ["data/exemplars/t1", "data/exemplars/t2"]
    kept = [path for path in holders("t2", LUCIR) if path.startswith(paths.EXEMPLARS)]
    assert kept == ["data/exemplars/t2"]


def test_what_holds_images_and_what_does_not() -> None:
    """Every folder of the layout is on one side; one that nobody has judged holds images."""
    holding = {paths.TASKS, paths.TEST, paths.EXEMPLARS, paths.RAW}
    holding |= {paths.EVALUATIONS, paths.AUDIT_REPORT}
    free = {
        *(paths.MODELS, paths.MEANS, paths.IMPRESSIONS, paths.STATISTICS, paths.FITTED),
        *(paths.MEMBERS, paths.CALIBRATION, paths.AUDIT),
    }
    for folder in holding:
        assert may_hold_images(f"{folder}/t1")
    for folder in free:
        assert not may_hold_images(f"{folder}/t1")
    assert may_hold_images("data/new/t1")
    assert may_hold_images("data/models_and_images/t1")
