from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from ccsi.frame.errors import ArtifactError
from ccsi.models.feature_map import FeatureMap
from ccsi.models.feature_map_params import StatisticsParams
from ccsi.statistics.store import (
    SCATTER,
    Gathered,
    load_statistics,
    pack,
    save_statistics,
    unpack,
)
from tests.statistics.features import WIDTH, labelled, statistics_of
from tests.toy_networks import generator

PARAMS = StatisticsParams(features="last", poolings=("mean",), projections=0, symmetries=False)


def gathered() -> Gathered:
    feature_map = FeatureMap(PARAMS, ("transpose",))
    feature_map.set_up(torch.zeros(WIDTH), torch.ones(WIDTH), generator=generator())
    statistics = statistics_of(*labelled())
    return Gathered(statistics, feature_map, {"t2": (0, 1), "t10": (2,)}, ("a", "b", "c"))


def test_a_triangle_holds_a_symmetric_matrix() -> None:
    matrix = torch.tensor([[1.0, 2.0, 4.0], [2.0, 3.0, 5.0], [4.0, 5.0, 6.0]])
    whole = matrix.clone()
    triangle = pack(matrix)
    assert triangle.tolist() == [1, 2, 3, 4, 5, 6]
    assert triangle.data_ptr() == matrix.data_ptr()
    unpack(matrix)
    assert torch.equal(matrix, whole)


def test_any_width_comes_back_exactly_from_several_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = gathered()
    scatter = made.statistics.scatter.clone()
    save_statistics(tmp_path / "s", made)
    torch.testing.assert_close(made.statistics.scatter, scatter, rtol=0, atol=0)
    monkeypatch.setattr("ccsi.statistics.store.CHUNK", 4)  # 21 numbers: six parts
    again = load_statistics(tmp_path / "s").statistics.scatter
    assert torch.equal(again, again.T)
    assert torch.equal(again.tril(), scatter.tril())


def test_a_triangle_of_another_width_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s"
    save_statistics(path, gathered())
    with safe_open(path, framework="pt") as stream:
        metadata = stream.metadata()
        state = {name: stream.get_tensor(name).clone() for name in stream.keys()}  # noqa: SIM118
    save_file(state | {SCATTER: state[SCATTER][:-1].clone()}, path, metadata)
    with pytest.raises(ArtifactError, match="no triangle of 6 rows"):
        load_statistics(path)


def test_statistics_come_back_the_same(tmp_path: Path) -> None:
    made = gathered()
    save_statistics(tmp_path / "s", made)
    again = load_statistics(tmp_path / "s")
    assert torch.equal(again.statistics.counts, made.statistics.counts)
    assert torch.equal(again.statistics.sums, made.statistics.sums)
    torch.testing.assert_close(again.statistics.scatter, made.statistics.scatter)
    assert list(again.tasks.items()) == [("t2", (0, 1)), ("t10", (2,))]
    assert again.class_names == made.class_names
    assert again.feature_map.params == PARAMS


def test_the_same_statistics_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_statistics(tmp_path / name, gathered())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("damage", ["missing", "truncated", "text"])
def test_an_unusable_file_is_named_in_one_line(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "statistics.safetensors"
    save_statistics(path, gathered())
    if damage == "missing":
        path.unlink()
    elif damage == "truncated":
        path.write_bytes(path.read_bytes()[:-9])
    else:
        path.write_text("no statistics")
    with pytest.raises(ArtifactError, match="holds no readable statistics") as caught:
        load_statistics(path)
    assert "\n" not in str(caught.value)
