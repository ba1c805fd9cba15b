"""The PNG figures: same numbers, same bytes, and no failure at the edges."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ccsi.reporting.figures import write_figures
from tests.reporting.toy_run import make_run


def test_same_bytes_twice(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_figures(tmp_path / folder, make_run(seed=2).evaluations)
    for name in ("accuracy.png", "forgetting.png"):
        first = (tmp_path / "a" / name).read_bytes()
        assert first == (tmp_path / "b" / name).read_bytes()
        assert b"Software" not in first


def test_other_numbers_give_another_picture(tmp_path: Path) -> None:
    write_figures(tmp_path / "a", make_run(seed=2).evaluations)
    records = [dict(record) for record in make_run(seed=2).evaluations]
    records[-1]["accuracy"] = 0.01
    write_figures(tmp_path / "b", records)
    first, second = (tmp_path / folder / "accuracy.png" for folder in "ab")
    assert first.read_bytes() != second.read_bytes()


@pytest.mark.parametrize("changes", [{"tasks": 1}, {"without_images_of": "t1"}, {"tasks": 12}])
def test_edges_draw(tmp_path: Path, changes: dict[str, int]) -> None:
    write_figures(tmp_path, make_run(**changes).evaluations)  # type: ignore[arg-type]
    for name in ("accuracy.png", "forgetting.png"):
        with Image.open(tmp_path / name) as picture:
            assert len(np.unique(np.asarray(picture.convert("L")))) > 10


def test_mathematics_in_a_name_is_plain_text(tmp_path: Path) -> None:
    records = [{**record, "dataset": r"$\frac{"} for record in make_run().evaluations]
    write_figures(tmp_path, records)
