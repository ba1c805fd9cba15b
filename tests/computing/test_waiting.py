"""Threads spin on an idle machine, sleep on a busy one, and do what the user says on any."""

import pytest

from ccsi.computing import waiting
from ccsi.computing.waiting import choose_waiting


@pytest.mark.parametrize(
    ("idle", "chosen"),
    [(2.0, {"GOMP_SPINCOUNT": waiting.SPINS}), (1.1, {"OMP_WAIT_POLICY": "PASSIVE"})],
)
def test_it_depends_on_the_idle_cores(
    monkeypatch: pytest.MonkeyPatch, idle: float, chosen: dict[str, str]
) -> None:
    monkeypatch.setattr(waiting, "idle_cores", lambda: idle)
    environment: dict[str, str] = {}
    choose_waiting(environment, threads=2)
    assert environment == chosen


def test_the_users_choice_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "idle_cores", lambda: 8.0)
    environment = {"OMP_WAIT_POLICY": "ACTIVE"}
    choose_waiting(environment, threads=2)
    assert environment == {"OMP_WAIT_POLICY": "ACTIVE"}


def test_no_more_cores_are_idle_than_there_are() -> None:
    import psutil

    assert 0 <= waiting.idle_cores() <= psutil.cpu_count()
