"""A stage gets the parameters it declares and no others."""

from pathlib import Path

import pytest
import yaml

from ccsi.frame.declared import Declared, UndeclaredParameterError
from ccsi.frame.errors import ParameterError
from ccsi.losses.params import LossWeights

LOSS = {"ce": 1.0, "distillation": 5.0, "margin": 1.0, "idc": 1.0, "logits": 0.0, "local": 0.0}


@pytest.fixture
def params(tmp_path: Path) -> Path:
    path = tmp_path / "params.yaml"
    write(path, {"loss": LOSS, "seed": 3, "tasks": {"t3": {"loss": {"margin": 0.5}}}})
    return path


def write(path: Path, tree: object) -> None:
    path.write_text(yaml.safe_dump(tree))


def test_an_undeclared_key_is_a_fault_of_the_code(params: Path) -> None:
    declared = Declared(["seed"], params)
    assert declared.value("seed") == 3
    with pytest.raises(UndeclaredParameterError, match="loss"):
        declared.value("loss")


def test_what_a_stage_does_to_a_value_stays_with_the_stage(params: Path) -> None:
    declared = Declared(["loss"], params)
    declared.value("loss")["margin"] = 9.0
    assert declared.value("loss") == LOSS
    assert declared.changed() == []


def test_a_tasks_own_values_lie_over_the_defaults(params: Path) -> None:
    declared = Declared(["loss", "tasks.t3.loss"], params)
    section = declared.section(LossWeights, "loss", override="tasks.t3.loss")
    assert section.margin == 0.5
    assert section.distillation == 5.0


def test_an_error_names_the_layer_it_stands_in(params: Path) -> None:
    write(params, {"loss": LOSS, "tasks": {"t3": {"loss": {"margn": 0.5}}}})
    declared = Declared(["loss", "tasks.t3.loss"], params)
    with pytest.raises(ParameterError, match=r"tasks\.t3\.loss\.margn; did you mean .*margin"):
        declared.section(LossWeights, "loss", override="tasks.t3.loss")


def test_a_missing_key_says_how_to_get_it(params: Path) -> None:
    with pytest.raises(ParameterError, match=r"tasks\.t4 is missing.*ccsi config"):
        Declared(["tasks.t4"], params)


def test_a_broken_file_is_one_line(params: Path) -> None:
    params.write_text("loss: {ce: 1\nseed")
    with pytest.raises(ParameterError) as caught:
        Declared(["seed"], params)
    assert "\n" not in str(caught.value)


def test_only_a_change_of_a_declared_value_counts(params: Path) -> None:
    declared = Declared(["loss"], params)
    write(params, {"loss": LOSS, "seed": 4})
    assert declared.changed() == []
    write(params, {"loss": LOSS | {"idc": 0.0}, "seed": 4})
    assert declared.changed() == ["loss"]
    params.unlink()
    assert declared.changed() == ["loss"]
