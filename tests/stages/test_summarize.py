"""The summarize stage, from the files of a small run to the report."""

import json
import shutil
from pathlib import Path

import pytest

from ccsi.frame.artifacts import load_json
from stages.summarize import STAGE, run
from tests.reporting.toy_run import ROOT, SETTINGS, make_run, write_run


def prepare(root: Path, *, impressions: str = "data/impressions") -> None:
    own: dict[str, dict[str, str]] = {"loss": {}, "train": {}, "update": {}, "synthesis": {}}
    made = impressions if impressions != "data/none" else ""
    tasks = {
        f"t{t}": {
            "model": f"data/models/t{t}",
            "rehearsed": f"{made}/t{t - 1}" if made and t > 1 else "data/none",
            **own,
        }
        for t in (1, 2, 3)
    }
    nothing = {"audit": "data/none", "bounds": "data/none", "calibration": "data/none"}
    summary = {**nothing, "impressions": impressions, "trained": list(tasks)}
    parameters = {"tasks": tasks, "summary": summary, **SETTINGS}
    shutil.copytree(ROOT / ".dvc/plots", root / ".dvc/plots")
    (root / "params.yaml").write_text(json.dumps(parameters))
    write_run(root, make_run(impressions=impressions != "data/none"))
    (root / "data/none").write_text("")


def test_everything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    STAGE.execute(run, name="summarize", task="")
    for out in STAGE.outs:
        assert Path(out).exists(), out
    assert load_json(Path("reports/metrics.json"))["tasks"] == ["t1", "t2", "t3"]
    assert sorted(p.name for p in Path("reports/sheets").iterdir()) == [
        "means.png",
        "t01.png",
        "t02.png",
    ]
    page = Path("reports/index.html").read_text()
    for task in ("t1", "t2", "t3"):
        assert f'href="evaluations/{task}/evaluation.json"' in page
    assert 'href="../data/impressions/t2/"' in page


def test_a_method_without_impressions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path, impressions="data/none")
    STAGE.execute(run, name="summarize", task="")
    assert [p.name for p in Path("reports/sheets").iterdir()] == ["means.png"]
    assert Path("reports/tables/synthesis.csv").read_text() == "task,iteration,term,value\n,,,\n"
