"""DVC's queue is asked as seldom as its files allow, and never half-way through a change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ccsi.commands import queue

BROKER = ("broker/in", "broker/processed", "result")


class Files:
    """A queue of files as DVC keeps them; `asked` counts how often DVC is asked what they say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked = 0
        self.meanwhile: Callable[[], object] = lambda: None
        for place in BROKER:
            (folder / place).mkdir(parents=True)
        self.repo: Any = SimpleNamespace(
            experiments=SimpleNamespace(
                celery_queue=SimpleNamespace(wdir=str(folder), status=self.status)
            )
        )

    def status(self) -> list[dict[str, str]]:
        """As DVC: first what runs, then what waits, then what has ended."""
        self.asked += 1
        ended = {path.name for path in (self.folder / "result").iterdir()}
        taken = [path.name for path in (self.folder / "broker/processed").glob("*.celery.msg")]
        running = [name for name in taken if name not in ended]
        self.meanwhile()
        waiting = [path.name for path in (self.folder / "broker/in").glob("*.celery.msg")]
        told = [("Running", running), ("Queued", waiting), ("Success", sorted(ended))]
        return [{"name": n, "status": s, "rev": "r"} for s, names in told for n in names]

    def put(self, place: str, name: str) -> None:
        (self.folder / place / name).touch()

    def take(self, name: str) -> None:
        self.meanwhile = lambda: None
        (self.folder / "broker/in" / name).rename(self.folder / "broker/processed" / name)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    found = Files(tmp_path)
    found.put("broker/in", "a.celery.msg")
    return found


def statuses(found: list[queue.Task]) -> dict[str, str]:
    return {task.name: task.status for task in found}


def test_dvc_is_asked_again_where_a_run_was_taken_or_has_ended_and_else_not(files: Files) -> None:
    look = queue.watched(files.repo)
    assert [statuses(look()) for _ in range(50)] == [{"a.celery.msg": "Queued"}] * 50
    assert files.asked == 1
    files.take("a.celery.msg")
    assert [statuses(look()) for _ in range(50)] == [{"a.celery.msg": "Running"}] * 50
    assert files.asked == 2
    files.put("result", "a.celery.msg")
    assert statuses(look()) == {"a.celery.msg": "Success"}
    files.put("broker/in", "b.celery.msg")
    assert statuses(look()) == {"a.celery.msg": "Success", "b.celery.msg": "Queued"}
    assert files.asked == 4


def test_what_workers_tell_each_other_is_no_reason_to_ask(files: Files) -> None:
    look = queue.watched(files.repo)
    look()
    for place in ("broker/in", "broker/processed"):
        files.put(place, "1_x.dvc-exp-1@localhost.celery.pidbox.msg")
        files.put(place, "2_y.reply.celery.pidbox.msg")
    look()
    assert files.asked == 1


def test_after_some_minutes_dvc_is_asked_whatever_the_files_say(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(queue.time, "monotonic", lambda: now)
    look = queue.watched(files.repo)
    look()
    now += queue.SECONDS_UNASKED + 1
    look()
    assert files.asked == 2


def test_a_run_that_is_taken_while_dvc_lists_is_not_lost(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After what runs was listed and before what waits is: it would be in neither list."""
    monkeypatch.setattr(queue.time, "sleep", lambda seconds: None)
    files.meanwhile = lambda: files.take("a.celery.msg")
    assert statuses(queue.tasks(files.repo)) == {"a.celery.msg": "Running"}
    assert files.asked == 2
