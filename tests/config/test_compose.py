"""Composition with overrides: other tasks, per-task values, and errors of one line."""

from pathlib import Path

import pytest

from ccsi.config.compose import compose_params, to_yaml
from ccsi.config.digest import is_edited, read_params
from ccsi.frame.errors import CcsiError
from tests.config.projects import make_folders

CONF = Path("conf")

pytestmark = pytest.mark.usefixtures("project")


def test_classes_per_task_decides_how_many_tasks() -> None:
    params = compose_params(CONF, ["dataset.classes_per_task=4"])
    assert [task["classes"] for task in params["tasks"].values()] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
    ]
    assert list(params["rehearsals"]) == ["t1", "t2"]


def test_an_explicit_split() -> None:
    params = compose_params(CONF, ["dataset=bloodmnist", "split=[[0,1,2],[3,4],[5,6,7]]"])
    assert [task["first_id"] for task in params["tasks"].values()] == [0, 3, 5]
    assert params["split"] == [[0, 1, 2], [3, 4], [5, 6, 7]]


def test_a_task_gets_its_own_values() -> None:
    params = compose_params(CONF, ["+per_task.t3.update.epochs=7"])
    assert params["tasks"]["t3"]["update"] == {"epochs": 7}
    assert params["tasks"]["t2"]["update"] == {}
    assert params["update"]["epochs"] != 7


def test_validation_images_are_read_where_the_split_says_so() -> None:
    params = compose_params(CONF, ["evaluate.split=val"])
    assert params["tasks"]["t1"]["images"] == "data/tasks"


def test_overrides_are_noted() -> None:
    assert compose_params(CONF, ["loss.margin=0"])["overrides"] == ["loss.margin=0"]


def test_the_text_reads_back_unedited(project: Path) -> None:
    params = compose_params(CONF, ["loss.margin=0", "update.weight_decay=1e-5"])
    (project / "params.yaml").write_text(to_yaml(params))
    assert read_params(project / "params.yaml") == params
    assert not is_edited(read_params(project / "params.yaml"))


def test_what_prepare_reads_depends_on_the_source(project: Path) -> None:
    def reads(*overrides: str) -> list[str]:
        tasks = compose_params(CONF, overrides)["tasks"]
        return [task["reads"] for task in tasks.values()]

    make_folders(project / "mine", ["a", "b"])
    make_folders(project / "in/first", ["a", "b"])
    make_folders(project / "in/second", ["c"])
    assert set(reads()) == {"data/none"}
    assert set(reads("dataset=bloodmnist")) == {"data/raw/bloodmnist"}
    assert (
        reads("dataset=folder", "dataset.path=mine", "dataset.classes_per_task=1") == ["mine"] * 2
    )
    assert reads("dataset=arrivals", "dataset.path=in") == ["in/first", "in/second"]


def test_downloads_are_for_medmnist_alone() -> None:
    assert compose_params(CONF)["downloads"] == {}
    params = compose_params(CONF, ["dataset=bloodmnist"])
    assert params["downloads"] == {"bloodmnist": {"raw": "data/raw/bloodmnist"}}


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (["loss.marign=0"], "did you mean loss.margin?"),
        (["+loss.marign=0"], "did you mean loss.margin?"),
        (["dataset=bloodmnst"], "did you mean bloodmnist?"),
        (["method=ccsi_local"], "did you mean ccsi-local?"),
        (["datset=digits"], "did you mean dataset?"),
        (["epochs=3"], "did you mean train.epochs or update.epochs or audit.epochs?"),
        (["nonsense.x=1"], "there is no nonsense.x in conf/; there are budget, "),
        (["+dataset=bloodmnist"], "write dataset=bloodmnist"),
        (["~dataset"], "write dataset=<file>"),
        (["+loss.ce=2"], "write loss.ce=2 without the +"),
        (["per_task.t3.update.epochs=7"], "write +per_task.t3.update.epochs=7"),
        (["tasks.t3.update.epochs=7"], "set +per_task.t3.update.epochs=7"),
        (["tasks.t1.train.epochs=7"], "set +per_task.t1.train.epochs=7"),
        (["tasks.t1.update.epochs=7"], "t1 reads only train"),
        (["dataset=folder"], "ccsi config dataset=folder dataset.path=<folder>"),
        (["synthesis.warmup=9", "synthesis.iterations=9"], "synthesis: warmup = 9 must be less"),
        (["digest=0"], "digest is laid out"),
        (["+tasks.t9={}"], "tasks is laid out"),
        (["+per_task.t9.update.epochs=7"], "per_task.t9: there is no such task"),
        (["+per_task.third.update.epochs=7"], "the tasks are t1, t2, t3, t4, t5"),
        (["+per_task.t3.updat.epochs=7"], "did you mean update?"),
        (["+per_task.t3.update.epoch=7"], "did you mean per_task.t3.update.epochs?"),
        (["+per_task.t3.loss.ce=-1"], "+per_task.t3.loss.ce=-1: must be a number >= 0"),
        (["+per_task.t3=5"], "per_task.t3=5: must be a mapping"),
        (["loss.ce=-1"], "loss.ce=-1: must be a number >= 0"),
        (["loss.ce=many"], "loss.ce=many: must be a number >= 0"),
        (["loss=3"], "loss=3: must be a mapping"),
        (["seed=-1"], "seed=-1: must be"),
        (["seed=true"], "seed=true: must be"),
        (["split=3"], "split=3"),
        (["split=[[0,1],[]]"], "split=[[0,1],[]]: must be"),
        (["split=[[0,1,2],[3,4],[5,6,7]]"], "class 8 is omitted"),
        (["split=[[0,1,2,3,4],[4,5,6,7,8,9]]"], "class 4 stands there twice"),
        (["start=[1]"], "start=[1]"),
        (["+colour=red"], "unknown key colour"),
        (["model.widths=[15,30,60]"], "multiple of groups"),
        (["dataset=bloodmnist", "budget=paper", "synthesis.tv=0"], "the budget gives t2 its own"),
        (["loss.ce"], "loss.ce: a value is missing; write KEY=VALUE"),
        (["lossmargin"], "did you mean loss.margin?"),
        (["update.replay_ratio=2"], "=2: must be a number >= 0 and < 1, or balanced"),
        (["synthesis.betas=[2,0]"], "=[2,0]: synthesis.betas.0 must be a number >= 0 and < 1"),
        (["statistics.dictionary.atoms=-2"], "atoms=-2: must be a whole number >= 0"),
        (["update.target=tsk"], "must be task | validation; did you mean task?"),
        (["update.imprint=maybe"], "must be true or false"),
        (["dataset.name=a/b"], "must be text of the form ^[A-Za-z0-9]"),
        (["report.bounds=nowhere.csv"], "report.bounds = nowhere.csv: there is no such file"),
    ],
)
def test_a_wrong_override_is_told_in_one_line(overrides: list[str], told: str) -> None:
    with pytest.raises(CcsiError) as caught:
        compose_params(CONF, overrides)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_record_is_told_in_one_line(project: Path) -> None:
    config = project / "conf/config.yaml"
    config.write_text(config.read_text() + "losss:\n  ce: 1\n")
    with pytest.raises(CcsiError, match=r"unknown key losss; did you mean loss\?"):
        compose_params(CONF)


def test_a_typed_value_beside_a_typed_task_is_no_fault() -> None:
    compose_params(
        CONF,
        [
            "dataset=octmnist",
            "budget=paper",
            "synthesis.tv=0",
            "per_task.t2.synthesis.tv=0",
        ],
    )


def record_values(project: Path, text: str) -> None:
    path = project / "conf/config.yaml"
    path.write_text(path.read_text() + text)


def test_another_data_set_does_not_take_over_recorded_values(project: Path) -> None:
    record_values(project, "dataset:\n  fraction: 0.5\nsplit: [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]\n")
    with pytest.raises(CcsiError) as caught:
        compose_params(CONF, ["dataset=bloodmnist"])
    told = str(caught.value)
    assert "dataset.fraction=0.5, split=[[0,1,2,3,4],[5,6,7,8,9]] for dataset=digits" in told
    assert "`ccsi config dataset=bloodmnist`" in told
    assert "\n" not in told
    assert compose_params(CONF, ["dataset=digits"])["dataset"]["fraction"] == 0.5


def test_values_given_anew_belong_to_the_data_set_named_with_them(project: Path) -> None:
    record_values(project, "dataset:\n  fraction: 0.5\nsplit: null\n")
    params = compose_params(CONF, ["dataset=bloodmnist", "dataset.fraction=0.25"])
    assert (params["dataset"]["name"], params["dataset"]["fraction"]) == ("bloodmnist", 0.25)
