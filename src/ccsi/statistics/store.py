"""Statistics as safetensors: sums, the feature map they are of, and the classes they count."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ccsi.frame.artifacts import atomic_path
from ccsi.frame.errors import ArtifactError
from ccsi.models.feature_map import FeatureMap
from ccsi.models.store import METADATA_KEY, part
from ccsi.statistics.moments import FeatureStatistics

STATISTICS_FILE = "statistics.safetensors"
SCATTER = "scatter"
CHUNK = 1 << 21  # numbers of the triangle read at a time, 16 MB


@dataclass(frozen=True)
class Gathered:
    """Statistics of all classes so far, and of which features; class ids of each task."""

    statistics: FeatureStatistics
    feature_map: FeatureMap
    tasks: Mapping[str, Sequence[int]]
    class_names: tuple[str, ...]


def save_statistics(path: Path, gathered: Gathered) -> None:
    """Write atomically. The scatter is symmetric: only its lower triangle is kept.

    While it is written, the triangle takes the matrix's place: a large one is in memory once.
    """
    record = {
        "class_names": list(gathered.class_names),
        "feature_map": gathered.feature_map.record(),
        "tasks": {task: list(ids) for task, ids in gathered.tasks.items()},
    }
    tensors = {f"feature_map.{k}": v for k, v in gathered.feature_map.state_dict().items()}
    statistics = gathered.statistics
    tensors |= {"counts": statistics.counts, "sums": statistics.sums}
    contiguous = {name: value.contiguous() for name, value in tensors.items()}
    contiguous[SCATTER] = pack(statistics.scatter)
    try:
        with atomic_path(path) as temporary:
            save_file(contiguous, temporary, {METADATA_KEY: json.dumps(record, sort_keys=True)})
    finally:
        unpack(statistics.scatter)


def load_statistics(path: Path) -> Gathered:
    """Read what `save_statistics` wrote. Raises ArtifactError where it cannot."""
    try:
        with safe_open(path, framework="pt") as stream:
            record = json.loads((stream.metadata() or {})[METADATA_KEY])
            names = set(stream.keys()) - {SCATTER}
            state = {name: stream.get_tensor(name) for name in sorted(names)}
        feature_map = FeatureMap.from_record(record["feature_map"], part(state))
        scatter = _read_scatter(path, feature_map.width)
        statistics = FeatureStatistics(state["counts"], state["sums"], scatter)
        by_arrival = sorted(record["tasks"].items(), key=lambda item: item[1])
        tasks = {task: tuple(ids) for task, ids in by_arrival}
        class_names = tuple(record["class_names"])
        if not len(class_names) == len(statistics.counts) == len(statistics.sums):
            raise ValueError("names, counts and sums are of different classes")
    except (OSError, SafetensorError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise ArtifactError(
            f"{path} holds no readable statistics: {type(error).__name__}: {error}"
        ) from error
    return Gathered(statistics, feature_map, tasks, class_names)


def _read_scatter(path: Path, width: int) -> Tensor:
    """The matrix of the triangle in the file, opened anew for every part.

    An open file is mapped, and all that was read of it stays in memory beside the matrix.
    """
    count = width * (width + 1) // 2
    with safe_open(path, framework="pt") as stream:
        shape = stream.get_slice(SCATTER).get_shape()
    if shape != [count]:
        raise ValueError(f"{shape} numbers are no triangle of {width} rows")
    matrix = torch.empty(width, width, dtype=torch.float64)
    for start in range(0, count, CHUNK):
        end = min(start + CHUNK, count)
        with safe_open(path, framework="pt") as stream:
            matrix.view(-1)[start:end] = stream.get_slice(SCATTER)[start:end]
    unpack(matrix)
    return matrix


def pack(matrix: Tensor) -> Tensor:
    """The lower triangle of a symmetric matrix [d, d], row by row: d (d + 1) / 2 numbers.

    They take the place of the matrix's first numbers, until `unpack`.
    """
    numbers, filled = matrix.view(-1), 0
    for index, row in enumerate(matrix):
        # Where a row goes it may overlap where it was, but no row that is still to go.
        numbers[filled : filled + index + 1] = row[: index + 1].clone()
        filled += index + 1
    return numbers[:filled]


def unpack(matrix: Tensor) -> None:
    """Undo `pack`, in place."""
    numbers, width = matrix.view(-1), len(matrix)
    for index in reversed(range(width)):
        start = index * (index + 1) // 2
        matrix[index, : index + 1] = numbers[start : start + index + 1].clone()
    for index in range(1, width):
        matrix[:index, index] = matrix[index, :index]
