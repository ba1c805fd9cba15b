"""DVC's experiments, read from their commits without changing the workspace."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import subprocess
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dvc.repo import Repo

from ccsi.comparison.cost import kept_bytes, timed_as, total_seconds
from ccsi.comparison.run import Audit, Run, stage_addresses, stale_stage
from ccsi.frame.artifacts import load_json, load_table
from ccsi.frame.errors import ArtifactError
from ccsi.lineage.holders import CODE, related
from ccsi.lineage.lock import Executed, parse_lock
from ccsi.lineage.objects import members, object_path
from ccsi.study.forecast import Times

METRICS = "reports/metrics.json"
MATRIX = "reports/tables/accuracy_matrix.csv"
MACHINES = "reports/machine.json"
AUDIT, FORGETTING = "reports/audit/audit.json", "reports/audit/forgetting.csv"
DRAWING = "summarize"
MEASURED = ("evaluation/metrics.py", "reporting/summary.py", "reporting/tables.py")
"""The code that the compared numbers come from, of what `summarize` reads. The rest draws."""


@dataclass(frozen=True)
class Experiment:
    """A name in the project's repository and the commit it stands for."""

    name: str
    commit: str
    baseline: str


@contextlib.contextmanager
def open_project(root: Path) -> Iterator[Repo]:
    """DVC's view of the project. Raises ArtifactError where it cannot be opened."""
    from dvc.exceptions import DvcException

    try:
        with Repo(str(root)) as repo:
            yield repo
    except DvcException as error:
        raise ArtifactError(f"DVC: {error}") from error


def list_experiments(repo: Repo) -> list[Experiment]:
    """Every experiment of every commit, in order of names."""
    found = [
        Experiment(str(name), str(commit), str(baseline))
        for baseline, named in repo.experiments.ls(all_commits=True).items()
        for name, commit in named
        if name and commit
    ]
    return sorted(found, key=lambda e: (e.name, e.commit))


def read_run(repo: Repo, experiment: Experiment, times: Times | None = None) -> Run | str:
    """The run that the experiment's commit holds; a sentence where it holds none of its own.

    times: of the stages that ran on this machine.
    """
    files = repo.scm.get_fs(experiment.commit)
    texts: dict[str, str] = {}
    for path in ("params.yaml", "dvc.lock", METRICS, MATRIX):
        if not files.exists(path):
            return f"it has no {path}"
        texts[path] = files.open(path, mode="r").read()
    params, lock = (read_yaml(texts[path], path) for path in ("params.yaml", "dvc.lock"))
    lock = lock["stages"]
    stale = stale_stage(params, lock)
    if stale is not None:
        return f"{stale} did not run with its parameters"
    stages = parse_lock(texts["dvc.lock"], where=f"{experiment.name}: dvc.lock")
    recorded = {a: (entry.get("params") or {}).get("params.yaml", {}) for a, entry in lock.items()}
    timed = timed_as(params, stages, recorded)
    return Run(
        name=experiment.name,
        params=params,
        metrics=json.loads(texts[METRICS]),
        learned=_learned(texts[MATRIX]),
        code=git_ids(Path(repo.root_dir), experiment.commit, code_paths(lock)),
        data=_data(params, lock),
        sources=_sources(params, lock),
        kept=kept_bytes(params, stages),
        seconds=total_seconds(timed, (times or Times()).of_settings),
        timed=frozenset(f"{kind} {settings}" for kind, settings in timed),
        commit=experiment.baseline[:7],
        machines=_machines(files),
        audit=_audit(params, stages, Path(repo.cache.local.path)),
    )


def read_yaml(text: str, path: str) -> dict[str, Any]:
    """YAML as DVC reads it: in 1.2, which DVC writes, 1e-05 is a number, in PyYAML's 1.1 a text."""
    from dvc.utils.serialize import parse_yaml

    found: dict[str, Any] = parse_yaml(text, path)
    return found


def code_paths(lock: Mapping[str, Any]) -> list[str]:
    """The files and folders of the project's code that a run's numbers follow from."""
    stages = {address: entry for address, entry in lock.items() if address != DRAWING}
    read = {dep["path"] for entry in stages.values() for dep in entry["deps"]}
    measured = [f"src/ccsi/{name}" for name in MEASURED]
    return sorted({path for path in (*read, *measured) if path.startswith(CODE)})


def git_ids(root: Path, commit: str, paths: list[str]) -> dict[str, str]:
    """Git's id of the content of each path in a commit; paths that are not there are left out."""
    asked = "".join(f"{commit}:{path}\n" for path in paths)
    done = subprocess.run(
        ["git", "cat-file", "--batch-check=%(objectname)"],
        cwd=root, input=asked, capture_output=True, text=True, check=True,
    )  # fmt: skip
    answers = dict(zip(paths, done.stdout.splitlines(), strict=True))
    return {path: found for path, found in answers.items() if not found.endswith("missing")}


def _machines(files: Any) -> tuple[str, ...]:
    """Of a commit's record; runs of before there was one have none."""
    if not files.exists(MACHINES):
        return ()
    found = json.loads(files.open(MACHINES, mode="r").read())["machines"]
    return tuple(f"{m['vendor']} {m['capability']} {m['machine']}" for m in found)


def _learned(text: str) -> dict[str, float]:
    rows = csv.DictReader(io.StringIO(text))
    return {
        r["task"]: float(r["accuracy"]) for r in rows if r["after"] == r["task"] and r["accuracy"]
    }


def _audit(params: Mapping[str, Any], stages: Mapping[str, Executed], cache: Path) -> Audit | None:
    """What the run's audit wrote, if it made one and DVC's cache still has it."""
    outs = [out for key in params.get("audits", ()) for out in stages[f"audit@{key}"].outs]
    lying = {path: md5 for out in outs for md5, path in members(cache, out).items()}
    files = [object_path(cache, lying[path]) for path in (AUDIT, FORGETTING) if path in lying]
    if len(files) < 2 or not all(file.is_file() for file in files):
        return None
    return Audit(load_json(files[0]), load_table(files[1]))


def _sources(params: Mapping[str, Any], lock: Mapping[str, Any]) -> dict[str, str]:
    """Of the run's own stages but summarize: its bounds and templates change no number."""
    own = [lock[a] for a in stage_addresses(params) if a != "summarize" and a in lock]
    outs = {out["path"] for entry in own for out in entry.get("outs", [])}
    return {
        dep["path"]: str(dep["md5"])
        for entry in own
        for dep in entry["deps"]
        if "md5" in dep and not _made(dep["path"], outs) and not dep["path"].startswith(CODE)
    }


def _made(path: str, outs: Collection[str]) -> bool:
    """Whether stages made it, or what lies in it, as evaluate reads data/test.

    The folder above all outs does not count: it may hold somebody's images as well.
    """
    return path in outs or ("/" in path and any(related(path, out) for out in outs))


def _data(params: Mapping[str, Any], lock: Mapping[str, Any]) -> dict[str, str]:
    entries = [lock[f"prepare@{task}"] for task in params["tasks"]]
    return {out["path"]: str(out["md5"]) for entry in entries for out in entry["outs"]}
