"""What is known of a model made elsewhere before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccsi.config.start import read_start
from tests.config.projects import make_start


@pytest.mark.parametrize("data_free", [True, False])
def test_a_start_tells_what_it_knows_and_whether_old_images_stand_behind_it(
    tmp_path: Path, data_free: bool
) -> None:
    tasks = {"t1": [0, 1], "t2": [2]}
    folder = str(make_start(tmp_path / "start", ["a", "b", "c"], tasks, data_free=data_free))
    start = read_start(folder)
    assert (start.class_names, start.n_tasks) == (("a", "b", "c"), 2)
    assert start.data_free == data_free
