"""What composing knows of a method, and the choices it refuses because of that."""

import subprocess
import sys
from pathlib import Path

import pytest

from ccsi.config.compose import compose_params
from ccsi.config.hydra_tree import group_options
from ccsi.config.method_declaration import read_declaration
from ccsi.config.paths import CONF
from ccsi.frame.errors import ParameterError
from ccsi.methods.registry import load_method, method_names
from tests.config.projects import REPOSITORY

pytestmark = pytest.mark.usefixtures("project")


@pytest.mark.parametrize("name", method_names())
def test_what_is_read_of_a_file_is_what_the_method_says(name: str) -> None:
    declared, method = read_declaration(name), load_method(name)
    assert declared.terms == tuple(method.terms)
    assert declared.starts_afresh == method.starts_afresh
    assert declared.data_free == method.data_free
    assert declared.head == method.head


@pytest.mark.parametrize("method", group_options(REPOSITORY / "conf")["method"])
def test_every_method_as_configured_is_composed(method: str) -> None:
    assert compose_params(CONF, [f"method={method}"])["tasks"]


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (["method=joint", "loss.margin=1"], "loss.margin = 1: method joint has no such term"),
        (["method=joint", "loss.ce=2"], "loss.ce = 2: it is the only loss of method joint"),
        (["method=joint", "update.target=validation"], "update.target = validation"),
        (["method=joint", "update.imprint=true"], "joint trains a fresh network"),
        (["method=joint", "update.freeze_old_rows=true"], "joint trains a fresh network"),
        (["method=joint", "update.class_weights=true"], "joint trains a fresh network"),
        (["method=joint", "method.reads=task"], "set method.reads=seen"),
        (["method=joint", "method.rehearsal=impressions"], "set method.rehearsal=none"),
        (["method.reads=seen"], "set method.reads=task"),
        (["method.rehearsal=exemplars"], "ccsi is data-free and keeps no image"),
        (["method.learning=statistics", "method.rehearsal=none"], "ccsi learns by updates"),
        (["method=slda", "method.learning=updates"], "slda learns by statistics"),
        (["method.name=ccis"], "'ccis' is unknown; known: analytic, analytic_ensemble, ccsi"),
        (["loss.local=1"], "loss.local = 1: method ccsi has no such term"),
        (["+per_task.t3.loss.local=1"], "per_task.t3.loss.local = 1: method ccsi has no"),
        (["loss.idc=0", "update.target=validation"], "loss.idc is 0"),
        (["method=lwf", "update.reestimate_moments=true"], "rehearses no old class"),
        (
            ["method=finetune", "update.mixup=0.4"],
            "update.mixup = 0.4: method finetune rehearses no",
        ),
        (["method=finetune", "loss.ce=0"], "every weight is 0"),
    ],
)
def test_what_a_method_cannot_use_is_refused_in_one_line(overrides: list[str], told: str) -> None:
    with pytest.raises(ParameterError) as caught:
        compose_params(CONF, overrides)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "overrides",
    [
        ["method=finetune", "update.imprint=true"],  # new rows of a linear head can start anywhere
        ["update.target=validation"],
        ["method=slda", "loss.ce=2"],  # whatever it says, statistics read no loss
        ["loss.idc=0", "loss.margin=0"],
    ],
)
def test_what_works_is_composed(overrides: list[str]) -> None:
    assert compose_params(CONF, overrides)["tasks"]


def test_a_term_that_is_no_literal_is_left_to_the_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text("METHOD = Method(name='mine', terms=dict(ce=ce))\n")
    monkeypatch.setattr("ccsi.methods.__path__", [str(tmp_path)])
    declared = read_declaration("mine")
    assert declared.terms is None
    assert (declared.starts_afresh, declared.data_free, declared.head) == (False, True, None)


def test_composing_imports_no_torch() -> None:
    code = "import sys, ccsi.config.compose; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
