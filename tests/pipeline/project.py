"""A copy of the project in a temporary folder, small enough to run for real."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    *("src", "stages", "conf", "dvc.yaml", "runtime.lock", "data/none"),
    "studies/digits.bounds.csv",
    *(".dvc/.gitignore", ".dvc/config", ".dvc/plots", ".dvcignore", ".gitignore", ".gitattributes"),
)
TINY = (
    *("dataset.classes_per_task=4", "dataset.fraction=0.3", "trainer.threads=1"),
    *("train.epochs=1", "update.epochs=1", "synthesis.iterations=2", "synthesis.warmup=1"),
    *("synthesis.impressions_per_class=2", "means.minimum=0"),  # 38 training images a class
)


@dataclass(frozen=True)
class Resolved:
    """One stage of dvc.yaml with its names filled in."""

    command: str
    params: frozenset[str]
    deps: frozenset[str]
    outs: frozenset[str]


@dataclass(frozen=True)
class Project:
    """A project folder, and the commands its users run in it."""

    root: Path

    @classmethod
    def create(cls, root: Path, *choices: str) -> Project:
        """Copy the project, choose the tiny configuration, commit."""
        for name in COPIED:
            _copy(ROOT / name, root / name)
        project = cls(root)
        project.run("git", "init", "--quiet")
        project.config(*TINY, *choices)
        project.commit()
        return project

    def clone(self, root: Path) -> Project:
        """The same project, outputs and cache included, in another folder."""
        shutil.copytree(self.root, root, symlinks=True)
        return Project(root)

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in the project, with this interpreter's programs first on the path."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if check and done.returncode:
            raise AssertionError(f"{command} failed:\n{done.stdout}\n{done.stderr}")
        return done

    def ccsi(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`ccsi ...`, by this project's own copy of the library."""
        program = "from ccsi.cli import main; main()"
        return self.run(sys.executable, "-c", program, *arguments, check=check)

    def config(self, *choices: str) -> None:
        """`ccsi config ...`."""
        self.ccsi("config", *choices)

    def commit(self) -> None:
        """Commit everything that git does not ignore."""
        self.run("git", "add", "--all")
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
        self.run("git", *identity, "commit", "--quiet", "--allow-empty", "-m", "state")

    def dvc(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`dvc ...`."""
        return self.run(sys.executable, "-m", "dvc", *arguments, check=check)

    def repro(self, *arguments: str) -> list[str]:
        """`dvc repro ...`; the stages that really ran, in order."""
        return stages_run(self.dvc("repro", *arguments).stdout)

    def params(self) -> dict[str, Any]:
        """params.yaml."""
        values: dict[str, Any] = yaml.safe_load((self.root / "params.yaml").read_text())
        return values

    def edit(self, key: str, value: object) -> None:
        """Change one value of params.yaml by hand."""
        values = self.params()
        at = values
        *above, last = key.split(".")
        for part in above:
            at = at[part]
        assert last in at, f"{key} is not in params.yaml"
        at[last] = value
        (self.root / "params.yaml").write_text(yaml.safe_dump(values, sort_keys=False))

    def lock(self) -> dict[str, Any]:
        """The stages of dvc.lock."""
        stages: dict[str, Any] = yaml.safe_load((self.root / "dvc.lock").read_text())["stages"]
        return stages

    def resolved(self) -> dict[str, Resolved]:
        """All stages of dvc.yaml by address, as DVC itself resolves them."""
        from dvc.dependency import ParamsDependency
        from dvc.repo import Repo

        found = {}
        with Repo(str(self.root)) as repo:
            for stage in repo.index.stages:
                named = [dep for dep in stage.deps if isinstance(dep, ParamsDependency)]
                files = [dep for dep in stage.deps if not isinstance(dep, ParamsDependency)]
                found[stage.name] = Resolved(
                    command=str(stage.cmd),
                    params=frozenset(key for dep in named for key in dep.params),
                    deps=frozenset(str(dep.def_path) for dep in files),
                    outs=frozenset(str(out.def_path) for out in stage.outs),
                )
        return found

    def _environment(self) -> Mapping[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("DVC")}
        programs = Path(sys.executable).parent
        return kept | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.root / "src"),
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self.root.parent / f"{self.root.name}-site-cache"),
            "OMP_WAIT_POLICY": "PASSIVE",
        }


def stages_run(output: str) -> list[str]:
    """Addresses of the stages whose command DVC executed."""
    return re.findall(r"^Running stage '([^']+)'", output, flags=re.MULTILINE)


def tree(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder with its bytes, in order of names."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def of(stages: Sequence[str], name: str) -> list[str]:
    """The addresses of the stages called `name`."""
    return [address for address in stages if address.partition("@")[0] == name]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(source, target)
