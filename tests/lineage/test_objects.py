"""Which objects of the cache hold a task's images."""

from __future__ import annotations

from ccsi.lineage.lock import parse_lock
from ccsi.lineage.objects import image_outs
from tests.lineage.locks import CCSI, LUCIR, Stages, lock_text, md5_of


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
