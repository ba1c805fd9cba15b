"""Experiments with `-S`, and that no edit is lost on the way."""

import pytest

from tests.pipeline.project import Project, of, stages_run


def test_an_edit_by_hand_is_not_composed_away(fresh: Project) -> None:
    fresh.edit("loss.margin", 0.125)
    before = (fresh.root / "params.yaml").read_text()

    done = fresh.dvc("exp", "run", "prepare@t1", "-S", "seed=1", check=False)
    assert done.returncode != 0
    assert "loss.margin=0.125" in done.stdout + done.stderr
    assert (fresh.root / "params.yaml").read_text() == before

    done = fresh.ccsi("config", "seed=1", check=False)
    assert done.returncode == 1
    assert "loss.margin=0.125" in done.stderr
    assert (fresh.root / "params.yaml").read_text() == before


def test_a_recorded_choice_survives_an_experiment(fresh: Project) -> None:
    fresh.config("dataset.classes_per_task=5", "method=finetune")
    fresh.commit()
    fresh.dvc("exp", "run", "prepare@t1", "-S", "seed=1")
    after = fresh.params()
    assert list(after["tasks"]) == ["t1", "t2"]
    assert (after["method"]["name"], after["seed"]) == ("finetune", 1)


@pytest.mark.slow
def test_another_number_of_tasks(project: Project) -> None:
    """The larger split's leftovers are no part of the smaller run's results."""
    done = project.dvc("exp", "run", "-S", "dataset.classes_per_task=5", "-S", "method=finetune")
    ran = stages_run(done.stdout)
    assert of(ran, "prepare") == ["prepare@t1", "prepare@t2"]
    assert of(ran, "update") == ["update@t2"]
    assert of(ran, "synthesize") == []
    table = (project.root / "reports/tables/accuracy.csv").read_text()
    assert "t2" in table
    assert "t3" not in table


@pytest.mark.slow
def test_everything_comes_out_again_byte_for_byte(finished: Project) -> None:
    """In a clone, with nothing cached: what `make verify` does."""
    done = finished.run("python", "-m", "ccsi.pipeline.verify")
    assert "processor as recorded" in done.stdout
    assert "verified" in done.stdout
