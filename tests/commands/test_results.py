"""The table that a demonstration ends with."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from ccsi.commands.results import print_results
from ccsi.frame.artifacts import save_json
from ccsi.frame.errors import ArtifactError
from ccsi.model_cli import info

METRICS = {
    "method": "ccsi",
    "dataset": "digits",
    "seed": 0,
    "split": "test",
    "data_free": True,
    "tasks": ["t1", "t2"],
    "accuracy_after": {"t1": 1.0, "t2": 0.5},
    "average_incremental_accuracy": 0.75,
    "balanced_accuracy": 0.5,
    "forgetting": None,
}


def test_before_any_run_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="dvc repro"):
        print_results(tmp_path)


def test_a_folder_inside_the_project_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_json(tmp_path / "reports/metrics.json", METRICS)
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/config.yaml").touch()
    monkeypatch.chdir(tmp_path / "reports")
    info()
    assert "ccsi on digits" in capsys.readouterr().out


def test_it_shows_the_numbers_and_the_pages_that_exist(tmp_path: Path) -> None:
    save_json(tmp_path / "reports/metrics.json", METRICS)
    (tmp_path / "reports/index.html").touch()
    stream = io.StringIO()
    print_results(tmp_path, Console(file=stream, width=100))
    rows = [line.strip("│ \n").split() for line in stream.getvalue().splitlines()]
    assert ["t2", "│", "50.0", "%"] in rows
    assert ["average", "incremental", "accuracy", "│", "75.0", "%"] in rows
    assert ["forgetting", "│", "-"] in rows
    assert "reports/index.html" in stream.getvalue()
    assert "dvc_plots" not in stream.getvalue()


@pytest.mark.parametrize(("missing", "told"), [([], False), (["t1", "t2"], True)])
def test_it_says_what_the_numbers_leave_out(tmp_path: Path, missing: list[str], told: bool) -> None:
    save_json(tmp_path / "reports/metrics.json", METRICS | {"unmeasured_tasks": missing})
    stream = io.StringIO()
    print_results(tmp_path, Console(file=stream, width=100))
    assert ("no images to test t1, t2 on" in stream.getvalue()) == told
