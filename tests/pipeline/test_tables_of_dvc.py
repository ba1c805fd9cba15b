"""What DVC shows of experiments with different methods and numbers of tasks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ccsi.config.compose import compose_params, to_yaml
from ccsi.reporting.report import ReportPaths, summarize
from ccsi.study.plan import expand, names_of, read_grids
from tests.docs.guides import ROOT, blocks
from tests.reporting.toy_run import make_context, make_run

pytestmark = pytest.mark.slow

RUNS = {
    "ccsi-s0": (5, ["method=ccsi", "seed=0"]),
    "local-margin0-s1": (5, ["method=ccsi-local", "loss.margin=0", "seed=1"]),
    "finetune-three-tasks": (3, ["method=finetune", "dataset.classes_per_task=4"]),
    "analytic-ensemble-s0": (5, ["method=analytic-ensemble", "seed=0"]),
}
COLUMNS = 120


def run(root: Path, *words: str) -> str:
    identity = {f"GIT_{who}_{what}": f"{who}@x" for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")}  # fmt: skip
    environment = os.environ | identity | {"DVC_NO_ANALYTICS": "1", "COLUMNS": str(COLUMNS)}
    done = subprocess.run(
        words, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def dvc(root: Path, *words: str) -> str:
    return run(root, sys.executable, "-m", "dvc", *words)


def report(root: Path, tasks: int, overrides: list[str], *, seed: int) -> None:
    """Parameters as they are, results of a made-up run."""
    (root / "params.yaml").write_text(to_yaml(compose_params(ROOT / "conf", overrides)))
    out = root / "reports"
    paths = ReportPaths(out / "metrics.json", out / "tables", out / "plots", out / "sheets",
                        out / "index.html")  # fmt: skip
    summarize(make_run(tasks=tasks, seed=seed), paths, make_context(tasks))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the real parameters, plots and metrics, and four experiments."""
    root = tmp_path_factory.mktemp("tables")
    run(root, "git", "init", "-q")
    shutil.copytree(ROOT / ".dvc/plots", root / ".dvc/plots")
    shutil.copy(ROOT / ".dvc/config", root / ".dvc/config")
    plots = yaml.safe_load((ROOT / "dvc.yaml").read_text())["plots"]
    pipeline = {"metrics": ["reports/metrics.json"], "params": ["params.yaml"], "plots": plots}
    (root / "dvc.yaml").write_text(yaml.safe_dump(pipeline, sort_keys=False))
    report(root, 5, [], seed=0)
    run(root, "git", "add", "--all")
    run(root, "git", "commit", "-q", "-m", "first")
    for seed, (name, (tasks, overrides)) in enumerate(RUNS.items(), start=1):
        report(root, tasks, overrides, seed=seed)
        dvc(root, "exp", "save", "--name", name)
    return root


def tables_of_the_guide() -> list[list[str]]:
    """Its `dvc exp show` commands: for the runs of a study, for runs typed by hand."""
    commands = [c for block in blocks(ROOT / "docs/sweeps.md") for c in block.commands
                if block.language == "sh"]  # fmt: skip
    return [words for words in commands if words[:3] == ["dvc", "exp", "show"]]


def columns(told: str) -> list[str]:
    heading = next(line for line in told.splitlines() if "accuracy" in line)
    return re.findall(r"[a-z_]+", heading.replace("Experiment", ""))


def test_the_table_of_typed_runs_fits_120_columns(project: Path) -> None:
    (_, command) = tables_of_the_guide()
    told = dvc(project, *command[1:])
    assert max(map(len, told.splitlines())) <= COLUMNS
    for name, (_, overrides) in RUNS.items():
        assert name in told
        assert all(override in told for override in overrides)
    assert columns(told) == ["accuracy", "forgetting", "overrides"]


def test_the_table_of_a_study_fits_120_columns_with_its_longest_names(project: Path) -> None:
    """Every run of a study repeats in its overrides all that the study's list says."""
    (command, _) = tables_of_the_guide()
    studies = [p for p in (ROOT / "studies").glob("*.yaml") if not p.stem.endswith("search")]
    named = [
        name
        for file in studies
        for grid in read_grids(file)
        for name in names_of(file.stem, expand(grid, file))
    ]
    longest = max(named, key=len)
    dvc(project, "exp", "save", "--force", "--name", longest)
    told = dvc(project, *command[1:])
    dvc(project, "exp", "remove", longest)
    assert longest in told
    assert max(map(len, told.splitlines())) <= COLUMNS
    assert columns(told) == ["accuracy", "forgetting"]


def test_metrics_of_three_and_of_five_tasks_stand_side_by_side(project: Path) -> None:
    told = dvc(project, "metrics", "diff", "ccsi-s0", "finetune-three-tasks")
    rows = {cells[1]: cells[2:] for line in told.splitlines() if len(cells := line.split()) >= 5}
    assert float(rows["accuracy"][0]) != float(rows["accuracy"][1])
    assert rows["accuracy_after.t3"][1] != "-"
    assert rows["accuracy_after.t5"][1] == "-"  # the run of three tasks has none
    assert max(map(len, told.splitlines())) <= COLUMNS


def test_plots_of_three_and_of_five_tasks_stand_side_by_side(project: Path) -> None:
    dvc(project, "plots", "diff", "ccsi-s0", "finetune-three-tasks", "--out", "diff")
    page = (project / "diff/index.html").read_text()
    for name in ("ccsi-s0", "finetune-three-tasks"):
        assert re.search(rf'"rev": ?"{name}"', page)
