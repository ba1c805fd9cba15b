"""Stages that two processes share, run by DVC."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file

from tests.pipeline.project import Project, stages_run, tree

pytestmark = pytest.mark.slow
MODEL = "data/models/{}/model.safetensors"
SECOND = "GLOBAL_RANK: 1, MEMBER: 2/2"


def shared(project: Project, stage: str) -> int:
    """How many stages a second process took part in, of those that ran."""
    done = project.dvc("repro", "--single-item", stage)
    assert stages_run(done.stdout) == [stage]
    return (done.stdout + done.stderr).count(SECOND)


def test_two_processes_make_the_impressions_and_the_update_of_one(project: Project) -> None:
    impressions = dict(tree(project.root / "data/impressions/t1"))
    before, alone = (load_file(project.root / MODEL.format(task)) for task in ("t1", "t2"))
    project.config("trainer.devices=2")
    assert shared(project, "synthesize@t1") == 1
    assert dict(tree(project.root / "data/impressions/t1")) == impressions
    assert shared(project, "update@t2") == 1
    both = load_file(project.root / MODEL.format("t2"))
    # How far rounding grows over an epoch is the processor's own; a wrong gradient's share of
    # what the update moved is not. To the last digit: tests/execution/test_processes.py.
    for name, value in alone.items():
        moved = value - before[name] if value.shape == before[name].shape else value
        assert torch.dist(both[name], value) <= 0.1 * torch.linalg.vector_norm(moved), name
    assert not any((project.root / ".ccsi/staging").iterdir())


def test_processes_for_the_synthesis_alone_make_nothing_after_it_run_again(
    project: Project,
) -> None:
    project.config("synthesis.devices=2")
    done = project.dvc("repro", "update@t2")
    assert stages_run(done.stdout) == ["synthesize@t1"]
    assert (done.stdout + done.stderr).count(SECOND) == 1
