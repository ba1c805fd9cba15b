"""The digest changes with any value, and with nothing else."""

from pathlib import Path

import pytest

from ccsi.config.digest import digest_of, is_edited, read_params
from ccsi.frame.errors import ParameterError


def test_order_and_the_digest_itself_do_not_matter() -> None:
    one = {"loss": {"ce": 1.0, "margin": 0.0}, "seed": 0}
    other = {"seed": 0, "loss": {"margin": 0.0, "ce": 1.0}, "digest": "x"}
    assert digest_of(one) == digest_of(other)


@pytest.mark.parametrize("value", [{"ce": 2.0}, {"ce": 1.0, "margin": 1.0}, {}, None])
def test_any_other_value_changes_it(value: object) -> None:
    params = {"loss": {"ce": 1.0}, "seed": 0}
    digest = digest_of(params)
    assert not is_edited({**params, "digest": digest})
    assert is_edited({**params, "loss": value, "digest": digest})


def test_a_file_without_digest_counts_as_edited() -> None:
    assert is_edited({"seed": 0})


def test_reading(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    assert read_params(path) == {}
    path.write_text("lr: 1e-5\n")
    assert read_params(path) == {"lr": 1e-5}
    for text in ("a: [", "- 1\n", "a: 1\na: 2\n"):
        path.write_text(text)
        with pytest.raises(ParameterError, match=r"params\.yaml"):
            read_params(path)
