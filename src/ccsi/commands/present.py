"""Whether a run was made by what is there now: the last commit's code, the images as they lie."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dvc.dependency import Dependency
from dvc.repo import Repo
from dvc.stage import PipelineStage

from ccsi.commands.experiments import git_ids
from ccsi.commands.stages import PIPELINE
from ccsi.comparison.run import Run
from ccsi.study.plan import identity


class Present:
    """The project at this moment; each file and folder is hashed once."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._hashes: dict[str, str | None] = {}

    def has_code_of(self, run: Run) -> bool:
        """Whether the code that made a run is that of the last commit."""
        return git_ids(Path(self._repo.root_dir), "HEAD", sorted(run.code)) == run.code

    def sort(self, runs: Iterable[Run]) -> tuple[list[Run], dict[str, str]]:
        """Of the runs made by this code those of the images as they are, and apart, by identity,
        what has changed since the others.
        """
        made = [(run, self.changed_data(run)) for run in runs if self.has_code_of(run)]
        changed = {identity(run.params): path for run, path in made if path is not None}
        return [run for run, path in made if path is None], changed

    def changed_data(self, run: Run) -> str | None:
        """The first file or folder of a run's images that has other content now.

        One that is gone is no other: old images may be deleted.
        """
        then = run.sources.items()
        return next((path for path, md5 in then if self.md5(path) not in (None, md5)), None)

    def md5(self, path: str) -> str | None:
        """DVC's hash of a file or folder as it lies there; None where there is none."""
        if path not in self._hashes:
            stage = PipelineStage(self._repo, path=str(Path(self._repo.root_dir) / PIPELINE))
            found = Dependency(stage, path, {})
            self._hashes[path] = str(found.get_hash().value) if found.exists else None
        return self._hashes[path]
