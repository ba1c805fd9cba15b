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


@pytest.mark.parametrize(
    ("key", "value"),
    [("split", [[0, 1, 2], [3, 4, 5, 6, 7, 8, 9]]), ("dataset.classes_per_task", 2)],
)
def test_repro_refuses_an_edit_that_it_cannot_lay_out(
    fresh: Project, key: str, value: object
) -> None:
    assert "layout" in fresh.repro("layout")
    fresh.edit(key, value)
    done = fresh.dvc("repro", "layout", check=False)
    assert done.returncode != 0
    assert f"{key}" in done.stderr
    assert "ccsi config KEY=VALUE" in done.stderr


def test_repro_refuses_it_before_any_work(fresh: Project) -> None:
    fresh.edit("split", [[0, 1, 2], [3, 4, 5, 6, 7, 8, 9]])
    done = fresh.dvc("repro", check=False)
    assert done.returncode != 0
    assert stages_run(done.stdout) == ["layout"]


@pytest.mark.parametrize("target", ["update@t3", "synthesize@t1"])
def test_a_named_stage_refuses_it_too(fresh: Project, target: str) -> None:
    fresh.edit("split", [[0, 1, 2], [3, 4, 5, 6, 7, 8, 9]])
    done = fresh.dvc("repro", target, check=False)
    assert done.returncode != 0
    assert stages_run(done.stdout) == ["layout"]
    assert "split" in done.stderr


@pytest.mark.slow
def test_a_model_made_elsewhere_is_continued_to_the_same_bytes(project: Project) -> None:
    """`start` puts a folder in the place of task 1's training and means."""
    start = project.root / "elsewhere"
    start.mkdir()
    for made in ("data/models/t1", "data/means/t1"):
        for file in (project.root / made).iterdir():
            (start / file.name).write_bytes(file.read_bytes())
    last = project.root / "data/models/t3/model.safetensors"
    before = last.read_bytes()
    project.commit()
    done = project.dvc("exp", "run", "-S", "start=elsewhere")
    ran = stages_run(done.stdout)
    assert of(ran, "train") == []
    # Task 2's model has the same bytes as before, so that nothing after it has to run.
    assert of(ran, "update") == ["update@t2"]
    assert last.read_bytes() == before
