"""What each task starts from, for each kind of method and for a start made elsewhere."""

from pathlib import Path

import pytest

from ccsi.config.compose import compose_params
from ccsi.frame.errors import CcsiError
from tests.config.projects import make_start

CONF = Path("conf")

pytestmark = pytest.mark.usefixtures("project")


def test_each_increment_starts_from_the_model_and_impressions_before_it() -> None:
    params = compose_params(CONF)
    assert params["increments"]["t3"] == {
        "prev": "t2",
        "data": "data/tasks/t3",
        "model": "data/models/t2",
        "rehearsed": "data/impressions/t2",
    }
    assert params["rehearsals"]["t2"] == {
        "next": "t3",
        "model": "data/models/t2",
        "means": "data/means/t2",
    }
    assert params["calibrations"] == {
        "t5": {
            "data": "data/tasks/t5",
            "model": "data/models/t5",
            "impressions": "data/impressions/t4",
        }
    }
    assert params["first"] == {"t1": {"data": "data/tasks/t1"}}
    assert params["audits"] == {}
    assert params["summary"] == {
        "audit": "data/none",
        "calibration": "data/calibration/t5",
        "impressions": "data/impressions",
        "bounds": "studies/digits.bounds.csv",
        "trained": ["t1", "t2", "t3", "t4", "t5"],
    }
    assert [task["means_before"] for task in params["tasks"].values()] == [
        "data/none",
        *(f"data/means/t{n}" for n in range(1, 5)),
    ]


def test_a_method_without_impressions_rehearses_nothing() -> None:
    params = compose_params(CONF, ["method=finetune"])
    assert params["rehearsals"] == {}
    assert params["increments"]["t2"]["rehearsed"] == "data/none"
    assert params["increments"]["t2"]["model"] == "data/models/t1"
    assert params["summary"]["impressions"] == "data/none"


def test_a_budget_names_the_bounds_of_its_own_data_alone() -> None:
    for others in (["dataset=bloodmnist"], ["budget=quick"], ["report.bounds=null"]):
        assert compose_params(CONF, others)["summary"]["bounds"] == "data/none"


def test_exemplars_are_kept_task_by_task_and_rehearsed() -> None:
    params = compose_params(CONF, ["method=lucir"])
    assert params["rehearsals"] == {}
    assert list(params["herdings"]) == ["t1", "t2", "t3", "t4"]
    assert params["herdings"]["t1"] == {"model": "data/models/t1", "before": "data/none"}
    assert params["herdings"]["t2"] == {"model": "data/models/t2", "before": "data/exemplars/t1"}
    assert params["increments"]["t3"]["rehearsed"] == "data/exemplars/t2"


@pytest.mark.parametrize("method", ["slda", "analytic"])
def test_statistics_are_gathered_under_the_first_network_and_solved(method: str) -> None:
    params = compose_params(CONF, [f"method={method}"])
    assert params["increments"] == params["rehearsals"] == params["herdings"] == {}
    assert list(params["gatherings"]) == list(params["fits"]) == list(params["tasks"])
    assert params["members"] == {}
    assert params["gatherings"]["t1"] == {
        "backbone": "data/models/t1",
        "members": "data/none",
        "before": "data/none",
    }
    assert params["gatherings"]["t3"]["before"] == "data/statistics/t2"
    assert params["fits"]["t3"] == {
        "backbone": "data/models/t1",
        "statistics": "data/statistics/t3",
    }
    assert params["tasks"]["t1"]["model"] == "data/fitted/t1"
    assert params["summary"]["trained"] == ["t1"]


def test_further_networks_of_the_first_task_are_members_that_only_its_statistics_read() -> None:
    params = compose_params(CONF, ["method=analytic-ensemble", "statistics.members=3"])
    assert params["members"] == {
        "m2": {"first": "t1", "data": "data/tasks/t1"},
        "m3": {"first": "t1", "data": "data/tasks/t1"},
    }
    assert params["gatherings"]["t1"]["members"] == "data/members"
    assert params["gatherings"]["t2"]["members"] == "data/none"


def test_a_start_brings_its_members() -> None:
    start = make_start(Path("start"), ["0", "1"], {"t1": [0, 1]})
    (start / "statistics.safetensors").touch()
    params = compose_params(CONF, ["start=start", "method=analytic-ensemble"])
    assert params["members"] == {}
    assert params["gatherings"]["t2"]["members"] == "data/none"


@pytest.mark.parametrize("method", ["ccsi", "finetune", "joint", "lucir"])
def test_other_methods_gather_nothing(method: str) -> None:
    params = compose_params(CONF, [f"method={method}"])
    assert params["members"] == params["gatherings"] == params["fits"] == {}
    assert bool(params["herdings"]) == (method == "lucir")


def test_statistics_continue_from_a_start_that_brings_its_own() -> None:
    start = make_start(Path("start"), ["0", "1"], {"t1": [0, 1]})
    with pytest.raises(CcsiError, match=r"slda needs statistics\.safetensors of the old classes"):
        compose_params(CONF, ["start=start", "method=slda"])
    (start / "statistics.safetensors").touch()
    params = compose_params(CONF, ["start=start", "method=slda"])
    assert params["first"] == {}
    assert params["tasks"]["t1"]["model"] == "start"
    assert list(params["fits"]) == list(params["gatherings"]) == ["t2", "t3", "t4", "t5"]
    shared = {"backbone": "start", "members": "data/none"}
    assert params["gatherings"]["t2"] == {**shared, "before": "start"}
    assert params["gatherings"]["t3"] == {**shared, "before": "data/statistics/t2"}


def test_exemplars_refuse_a_start() -> None:
    make_start(Path("start"), ["0", "1"], {"t1": [0, 1]})
    with pytest.raises(CcsiError, match="lucir rehearses images of the old classes"):
        compose_params(CONF, ["start=start", "method=lucir"])


def test_statistics_rehearse_nothing() -> None:
    with pytest.raises(CcsiError, match="learning: statistics needs rehearsal: none"):
        compose_params(CONF, ["method=slda", "method.rehearsal=impressions"])


def test_joint_training_reads_all_tasks_and_no_model() -> None:
    params = compose_params(CONF, ["method=joint"])
    assert params["calibrations"]["t5"]["data"] == "data/tasks/t5"
    assert params["calibrations"]["t5"]["impressions"] == "data/none"
    assert params["increments"]["t2"] == {
        "prev": "t1",
        "data": "data/tasks",
        "model": "data/none",
        "rehearsed": "data/none",
    }


def test_a_start_that_knows_the_first_tasks_trains_the_others() -> None:
    make_start(Path("start"), ["0", "1", "2", "3"], {"t1": [0, 1], "t2": [2, 3]})
    params = compose_params(CONF, ["start=start"])
    assert [task["model"] for task in params["tasks"].values()] == [
        "start",
        "start",
        "data/models/t3",
        "data/models/t4",
        "data/models/t5",
    ]
    assert params["first"] == {}
    assert list(params["calibrations"]) == ["t5"]
    assert list(params["increments"]) == ["t3", "t4", "t5"]
    assert params["increments"]["t3"]["model"] == "start"
    assert params["increments"]["t3"]["rehearsed"] == "data/impressions/t2"
    assert params["rehearsals"]["t2"] == {"next": "t3", "model": "start", "means": "start"}
    assert params["rehearsals"]["t3"]["means"] == "data/means/t3"
    assert params["tasks"]["t2"]["means_before"] == "data/means/t1"
    assert params["tasks"]["t3"]["means_before"] == "start"
    assert params["tasks"]["t3"]["first_id"] == 4


def test_a_start_that_knows_other_classes_is_numbered_on_from() -> None:
    make_start(Path("start"), ["cat", "dog", "bird"], {"t1": [0, 1], "t2": [2]})
    params = compose_params(CONF, ["start=start", "dataset.classes_per_task=5"])
    assert list(params["tasks"]) == ["t3", "t4"]
    assert [task["first_id"] for task in params["tasks"].values()] == [3, 8]
    assert params["tasks"]["t3"]["means_before"] == "start"
    assert params["tasks"]["t4"]["means_before"] == "data/means/t3"
    assert list(params["increments"]) == ["t3", "t4"]
    assert params["increments"]["t3"]["model"] == "start"
    assert params["increments"]["t4"]["model"] == "data/models/t3"
    assert params["rehearsals"] == {
        "t2": {"next": "t3", "model": "start", "means": "start"},
        "t3": {"next": "t4", "model": "data/models/t3", "means": "data/means/t3"},
    }


@pytest.mark.parametrize("names", [["1", "0"], ["0"], ["0", "1", "2"], ["0", "cat"], ["2", "3"]])
def test_a_start_whose_classes_overlap_otherwise_is_refused(names: list[str]) -> None:
    make_start(Path("start"), names, {"t1": list(range(len(names)))})
    with pytest.raises(CcsiError, match="neither those of the first tasks"):
        compose_params(CONF, ["start=start"])


def test_a_start_must_be_whole_and_readable() -> None:
    with pytest.raises(CcsiError, match=r"no file model\.safetensors"):
        compose_params(CONF, ["start=start"])
    folder = make_start(Path("start"), ["0", "1"], {"t1": [0, 1]})
    (folder / "means.json").unlink()
    with pytest.raises(CcsiError, match=r"no file means\.json"):
        compose_params(CONF, ["start=start"])
    (folder / "means.json").touch()
    (folder / "model.safetensors").write_bytes(b"weights")
    with pytest.raises(CcsiError, match="no readable ccsi model"):
        compose_params(CONF, ["start=start"])


def test_an_audit_reads_what_the_run_kept_and_real_images() -> None:
    params = compose_params(CONF, ["audit.enabled=true"])
    assert params["audits"] == {
        "t5": {
            "tasks": ["t1", "t2", "t3", "t4", "t5"],
            "made": ["t1", "t2", "t3", "t4", "t5"],
            "keeps": ["impressions"],
            "own_means": True,
            "models": "data/models",
            "rehearsals": {f"t{t}": f"data/models/t{t}" for t in range(1, 5)},
            "start": "data/none",
            "impressions": "data/impressions",
            "means": "data/means/t5",
            "statistics": "data/none",
            "members": "data/tasks",
            "held": "data/test",
        }
    }
    assert params["summary"]["audit"] == "reports/audit"


def test_settings_chosen_on_validation_images_are_audited_on_these() -> None:
    params = compose_params(CONF, ["audit.enabled=true", "evaluate.split=val"])
    assert params["audits"]["t5"]["held"] == "data/none"


def test_an_audit_of_statistics_looks_at_these() -> None:
    found = compose_params(CONF, ["audit.enabled=true", "method=slda"])["audits"]["t5"]
    assert found["keeps"] == ["statistics"]
    assert (found["models"], found["statistics"]) == ("data/fitted", "data/statistics/t5")
    assert (found["rehearsals"], found["impressions"]) == ({}, "data/none")


def test_an_audit_reads_a_start_where_impressions_were_made_from_it() -> None:
    make_start(Path("start"), ["0", "1", "2", "3"], {"t1": [0, 1], "t2": [2, 3]})
    found = compose_params(CONF, ["audit.enabled=true", "start=start"])["audits"]["t5"]
    assert found["made"] == ["t3", "t4", "t5"]
    assert (found["start"], found["rehearsals"]["t2"]) == ("start", "start")
    assert found["own_means"] is False
    found = compose_params(CONF, ["audit.enabled=true", "start=start", "method=lwf"])["audits"]
    assert (found["t5"]["start"], found["t5"]["own_means"]) == ("data/none", False)


def test_joint_training_refuses_a_start() -> None:
    make_start(Path("start"), ["0", "1"], {"t1": [0, 1]})
    with pytest.raises(CcsiError, match="joint trains a fresh network"):
        compose_params(CONF, ["start=start", "method=joint"])
