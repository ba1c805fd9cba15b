"""The run cache is read like dvc.lock."""

from __future__ import annotations

from pathlib import Path

import yaml

from ccsi.lineage.lock import read_runs


def test_a_run_is_named_by_its_command_and_what_is_damaged_is_left_out(tmp_path: Path) -> None:
    run = {
        "cmd": "python stages/update.py t3",
        "deps": [{"path": "data/tasks/t3", "md5": "a" * 32 + ".dir", "size": 7, "nfiles": 2}],
        "outs": [{"path": "data/models/t3", "md5": "b" * 32}],
    }
    folder = tmp_path / "ab" / "abcd"
    folder.mkdir(parents=True)
    (folder / "1").write_text(yaml.safe_dump(run))
    (folder / "2").write_text("cmd: 1")
    (folder / "3").write_bytes(b"\xff\x00")
    ((path, found),) = read_runs(tmp_path)
    assert path == folder / "1"
    assert (found.address, found.task) == ("update@t3", "t3")
    assert [(d.path, d.is_folder, d.files) for d in found.deps] == [("data/tasks/t3", True, 2)]
    assert not found.outs[0].is_folder
