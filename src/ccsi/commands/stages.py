"""The stages of dvc.yaml for given parameters, as DVC itself unfolds them."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from dvc.dependency import ParamsDependency
from dvc.repo import Repo

from ccsi.config.sections import LAID_OUT
from ccsi.study.forecast import ResolvedStage

PIPELINE = Path("dvc.yaml")


class StageResolver:
    """Unfolds the project's dvc.yaml; parameters with the same tasks are unfolded once."""

    def __init__(self, root: Path) -> None:
        self._pipeline = root / PIPELINE
        self._known: dict[str, list[ResolvedStage]] = {}

    def stages(self, params: Mapping[str, Any]) -> list[ResolvedStage]:
        """In a folder of their own, so that neither the project nor its index is touched."""
        names = [params["method"]["name"], params["dataset"]["source"]]
        key = json.dumps([names, [params[section] for section in LAID_OUT]], sort_keys=True)
        if key not in self._known:
            self._known[key] = self._unfold(params)
        return self._known[key]

    def _unfold(self, params: Mapping[str, Any]) -> list[ResolvedStage]:
        with tempfile.TemporaryDirectory(prefix="ccsi-stages-") as folder:
            root = Path(folder)
            (root / ".dvc").mkdir()
            (root / ".dvc/config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
            shutil.copyfile(self._pipeline, root / PIPELINE)
            (root / "params.yaml").write_text(yaml.safe_dump(dict(params)))
            with Repo(folder) as repo:
                return [_resolved(stage) for stage in repo.index.stages]


def _resolved(stage: Any) -> ResolvedStage:
    named = [dep for dep in stage.deps if isinstance(dep, ParamsDependency)]
    files = [dep for dep in stage.deps if not isinstance(dep, ParamsDependency)]
    return ResolvedStage(
        address=str(stage.name),
        command=str(stage.cmd),
        params=tuple(sorted(key for dep in named for key in dep.params)),
        deps=tuple(sorted(str(dep.def_path) for dep in files)),
        outs=tuple(sorted(str(out.def_path) for out in stage.outs)),
    )
