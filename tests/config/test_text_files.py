"""Whatever is wrong with a file that people write is told in one line that names it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ccsi.config.compose import compose_params
from ccsi.config.digest import read_params
from ccsi.config.record import record
from ccsi.config.text_files import read_yaml
from ccsi.frame.errors import ParameterError
from ccsi.study.plan import read_grids
from ccsi.study.space import read_space

LATIN = "# f\u00fcr\nseed: 1\n".encode("latin-1")
READERS = {
    "yaml": read_yaml,
    "params": read_params,
    "grids": read_grids,
    "space": lambda path: read_space(path, Path("conf"), task=None),
}


@pytest.mark.parametrize("content", [LATIN, b"a: [", b"a: \x00"], ids=["latin-1", "open", "nul"])
@pytest.mark.parametrize("name", READERS)
def test_what_is_no_yaml_in_utf_8_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(content)
    read: Callable[[Path], object] = READERS[name]
    with pytest.raises(ParameterError) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "- 1", "seed: 1", "loss: [", "a: 1\na: 2\ndefaults: []"])
def test_a_damaged_record_of_choices_is_told(text: str) -> None:
    with pytest.raises(ParameterError, match=r"^conf/config\.yaml ") as caught:
        record(text, ["seed=1"], {})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [LATIN, b"loss: ["], ids=["latin-1", "open"])
def test_a_damaged_file_of_conf_is_told(project: Path, content: bytes) -> None:
    (project / "conf/config.yaml").write_bytes(content)
    with pytest.raises(ParameterError, match="conf") as caught:
        compose_params(Path("conf"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("tasks", ["5", "[1]", "{t1: 5}"])
def test_tasks_that_are_no_records_are_told(tmp_path: Path, tasks: str) -> None:
    (tmp_path / "params.yaml").write_text(f"tasks: {tasks}\n")
    with pytest.raises(ParameterError, match="tasks must be a mapping of mappings"):
        read_params(tmp_path / "params.yaml")
