"""One trial of a search: tasks run one after another in a worker's own copy of the project."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from dvc.repo import Repo

from ccsi.commands.queue import dvc
from ccsi.config.compose import Params, to_yaml
from ccsi.config.paths import EVALUATIONS, PARAMS_FILE
from ccsi.config.prune import leftovers, remove
from ccsi.frame.artifacts import load_json, write_text
from ccsi.frame.errors import ArtifactError


class Workplace:
    """A clone of the project's last commit that shares the project's cache."""

    def __init__(self, project: Path, folder: Path) -> None:
        self._project = project
        self.root = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        _git(project, "clone", "--quiet", "--shared", str(project), str(folder))
        with Repo(str(project)) as repo:
            cache = repo.cache.legacy.path  # what cache.dir names; DVC adds files/md5 itself
        local = project / ".dvc/config.local"
        if local.exists():
            shutil.copyfile(local, folder / ".dvc/config.local")
        dvc("cache", "dir", "--local", str(cache), cwd=folder)

    def accuracies(self, params: Params, tasks: Sequence[str]) -> Iterator[float]:
        """Run up to the evaluation of each of these tasks; its accuracy, as soon as it is there.

        Raises ArtifactError where a stage fails, or where other than validation images were read.
        """
        _git(self.root, "reset", "--quiet", "--hard")
        write_text(self.root / PARAMS_FILE, to_yaml(params))
        remove([path for path in leftovers(self.root, params)])
        for task in tasks:
            dvc("repro", f"evaluate@{task}", cwd=self.root, env=self._environment())
            record = load_json(self.root / EVALUATIONS / task / "evaluation.json")
            if record["split"] != "val":
                raise ArtifactError(f"evaluate@{task} read {record['split']} images, not val")
            yield float(record["accuracy"])

    def keep(self, name: str, overrides: Sequence[str]) -> None:
        """`dvc exp run` of the whole trial, its stages from the cache, kept in the project."""
        chosen = [word for override in overrides for word in ("-S", override)]
        env = self._environment()
        dvc("exp", "run", "--name", name, *chosen, cwd=self.root, env=env)
        refs = _git(self.root, "for-each-ref", "--format=%(refname)", "refs/exps").split()
        found = [ref for ref in refs if ref.rpartition("/")[2] == name]
        if not found:
            raise ArtifactError(f"dvc exp run left no experiment {name} in {self.root}")
        _git(self._project, "fetch", "--quiet", str(self.root), f"{found[0]}:{found[0]}")

    def __enter__(self) -> Workplace:
        return self

    def __exit__(self, *error: object) -> None:
        """Delete the clone; the cache stays."""
        shutil.rmtree(self.root, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        return {"DVC_ROOT": str(self._project)}


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ArtifactError(f"git {arguments[0]} in {folder}: {done.stderr}")
    return done.stdout
