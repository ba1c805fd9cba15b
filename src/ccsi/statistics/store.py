"""Statistics as safetensors: sums, the feature map they are of, and the classes they count."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ccsi.frame.artifacts import write_bytes
from ccsi.frame.errors import ArtifactError
from ccsi.models.feature_map import FeatureMap
from ccsi.models.store import METADATA_KEY, part
from ccsi.statistics.moments import FeatureStatistics

STATISTICS_FILE = "statistics.safetensors"


@dataclass(frozen=True)
class Gathered:
    """Statistics of all classes so far, and of which features; class ids of each task."""

    statistics: FeatureStatistics
    feature_map: FeatureMap
    tasks: Mapping[str, Sequence[int]]
    class_names: tuple[str, ...]


def save_statistics(path: Path, gathered: Gathered) -> None:
    """Write atomically. The scatter is symmetric: only its lower triangle is kept."""
    record = {
        "class_names": list(gathered.class_names),
        "feature_map": gathered.feature_map.record(),
        "tasks": {task: list(ids) for task, ids in gathered.tasks.items()},
    }
    tensors = {f"feature_map.{k}": v for k, v in gathered.feature_map.state_dict().items()}
    statistics = gathered.statistics
    tensors |= {"counts": statistics.counts, "sums": statistics.sums}
    tensors["scatter"] = lower_triangle(statistics.scatter)
    contiguous = {name: value.contiguous() for name, value in tensors.items()}
    write_bytes(path, save(contiguous, {METADATA_KEY: json.dumps(record, sort_keys=True)}))


def load_statistics(path: Path) -> Gathered:
    """Read what `save_statistics` wrote. Raises ArtifactError where it cannot."""
    try:
        with safe_open(path, framework="pt") as stream:
            record = json.loads((stream.metadata() or {})[METADATA_KEY])
            state = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118
        feature_map = FeatureMap.from_record(record["feature_map"], part(state))
        scatter = full_matrix(state["scatter"], feature_map.width)
        statistics = FeatureStatistics(state["counts"], state["sums"], scatter)
        by_arrival = sorted(record["tasks"].items(), key=lambda item: item[1])
        tasks = {task: tuple(ids) for task, ids in by_arrival}
        names = tuple(record["class_names"])
        if not len(names) == len(statistics.counts) == len(statistics.sums):
            raise ValueError("names, counts and sums are of different classes")
    except (OSError, SafetensorError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise ArtifactError(
            f"{path} holds no readable statistics: {type(error).__name__}: {error}"
        ) from error
    return Gathered(statistics, feature_map, tasks, names)


def lower_triangle(matrix: Tensor) -> Tensor:
    """A symmetric matrix [d, d] as d (d + 1) / 2 numbers, row by row."""
    return torch.cat([row[: index + 1] for index, row in enumerate(matrix)])


def full_matrix(triangle: Tensor, width: int) -> Tensor:
    """The matrix [width, width] of a lower triangle. Raises ValueError where the sizes differ."""
    if triangle.shape != (width * (width + 1) // 2,):
        raise ValueError(f"{tuple(triangle.shape)} numbers are no triangle of {width} rows")
    matrix = triangle.new_empty(width, width)
    start = 0
    for index in range(width):
        row = triangle[start : start + index + 1]
        matrix[index, : index + 1] = row
        matrix[: index + 1, index] = row
        start += index + 1
    return matrix
