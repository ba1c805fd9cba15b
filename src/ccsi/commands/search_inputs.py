"""What the trials of a search depend on: settings, code, runtime and images, as DVC sees them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dvc.repo import Repo

from ccsi.commands.experiments import git_ids
from ccsi.commands.present import Present
from ccsi.commands.stages import StageResolver
from ccsi.config.compose import compose_params
from ccsi.config.paths import CONF
from ccsi.study.forecast import needed_for, stage_keys
from ccsi.study.space import SearchSpace

EVALUATE = "evaluate"


@dataclass(frozen=True)
class SearchInputs:
    """digest: changes with anything that makes trials incomparable; space: with the file alone.

    files: the content of all that the stages read and none of them makes, by path.
    """

    digest: str
    space: str
    files: Mapping[str, str]


def search_inputs(repo: Repo, space: SearchSpace, *, task: str | None) -> SearchInputs:
    """Of the stages up to a trial's last evaluation, for every end and choice of the space.

    A change of a page, a chart or of this command is none: it changes no trial.
    """
    params = [
        compose_params(CONF, space.trial_overrides(values, task=task)) for values in space.corners()
    ]
    resolver = StageResolver(Path())
    targets = [
        [f"{EVALUATE}@{name}" for name in one["tasks"] if task in (None, name)] for one in params
    ]
    stages = [
        needed_for(some, resolver.stages(one)) for some, one in zip(targets, params, strict=True)
    ]
    made = {out for some in stages for stage in some for out in stage.outs}
    read = {dep for some in stages for stage in some for dep in stage.deps} - made
    files = _content(repo, sorted(read))
    keys = {
        found[address]
        for some, chosen, one in zip(stages, targets, params, strict=True)
        for found in [stage_keys(some, one, lambda path: files.get(path, ""))]
        for address in chosen
    }
    text = json.dumps([space.digest, sorted(keys)])
    return SearchInputs(hashlib.sha256(text.encode()).hexdigest()[:16], space.digest, files)


def what_changed(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Names the first of the files that differ and counts the others."""
    paths = sorted({*before, *now})
    changed = [path for path in paths if before.get(path) != now.get(path)]
    if not changed:
        return "conf/ or dvc.yaml"
    return changed[0] if len(changed) == 1 else f"{changed[0]} and {len(changed) - 1} more"


def _content(repo: Repo, paths: list[str]) -> dict[str, str]:
    """Git's id of what the last commit holds, DVC's hash of what lies elsewhere."""
    found = git_ids(Path(repo.root_dir), "HEAD", paths)
    present = Present(repo)
    return {path: found.get(path) or present.md5(path) or "" for path in paths}
