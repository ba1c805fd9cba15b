"""How the classes of a data set are laid out in tasks. Reads names only, never images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ccsi.data.params import DatasetParams
from ccsi.data.reading.arrival_record import arrivals
from ccsi.data.reading.names import check_class_names
from ccsi.data.reading.source import open_source
from ccsi.frame.errors import DataError
from ccsi.seeding import numpy_generator

ARRIVALS = "arrivals"


@dataclass(frozen=True)
class TaskLayout:
    """One task. classes: source ids; the i-th becomes class id `first_id` + i.

    names: of the classes. arrival: the folder they came in, for the source "arrivals" only.
    """

    classes: tuple[int, ...]
    names: tuple[str, ...]
    first_id: int
    arrival: str | None = None


def class_catalogue(dataset: DatasetParams) -> list[str]:
    """Names of all classes; a class's position is its source id.

    Raises DataError where there are fewer than two, or not dataset.classes.
    """
    names = open_source(dataset.source).class_names(dataset)
    check_class_names(names, where=f"dataset {dataset.name}")
    if dataset.classes is not None and dataset.classes != len(names):
        raise DataError(f"dataset.classes = {dataset.classes}, but {dataset.name} has {len(names)}")
    if len(names) < 2:
        raise DataError(f"dataset {dataset.name} has one class, {names[0]!r}; two are needed")
    return names


def lay_out(
    dataset: DatasetParams, split: Sequence[Sequence[int]] | None = None
) -> dict[str, TaskLayout]:
    """Tasks "t1", "t2" and so on.

    split: classes of each task, as positions in the class order (which are the source ids, where
    that order is natural). Without one, dataset.classes_per_task cuts the class order into equal
    tasks, the last taking what remains; without either, the paper's split is used. Arrivals are
    tasks themselves. Raises DataError where classes are repeated, omitted or unknown.
    """
    if dataset.source == ARRIVALS:
        return _lay_out_arrivals(dataset, split)
    names = class_catalogue(dataset)
    order = _class_order(dataset, len(names))
    layouts = {}
    first = 0
    for number, positions in enumerate(_split(dataset, split, len(names)), start=1):
        classes = tuple(order[position] for position in positions)
        chosen = tuple(names[source] for source in classes)
        layouts[f"t{number}"] = TaskLayout(classes, chosen, first)
        first += len(classes)
    return layouts


def task_layout(layouts: Mapping[str, TaskLayout], task: str) -> TaskLayout:
    """The layout of one task. Raises DataError, listing the known ones, for an unknown task."""
    if task not in layouts:
        raise DataError(f"task {task!r} is unknown; known: {', '.join(layouts)}")
    return layouts[task]


def reads(dataset: DatasetParams, layout: TaskLayout, *, raw: str, nothing: str) -> str:
    """What prepare reads for a task: its `raw`, as a path with "/".

    raw: the folder of downloaded files; nothing: a placeholder for sources that read none.
    """
    if dataset.source == "digits":
        return nothing
    if dataset.path is None:
        return raw
    path = PurePosixPath(Path(dataset.path).as_posix())
    return str(path / layout.arrival) if layout.arrival else str(path)


def _lay_out_arrivals(
    dataset: DatasetParams, split: Sequence[Sequence[int]] | None
) -> dict[str, TaskLayout]:
    laid_out = {
        "split": split,
        "dataset.classes_per_task": dataset.classes_per_task,
        "dataset.class_order": None if dataset.class_order == "natural" else dataset.class_order,
    }
    for key, value in laid_out.items():
        if value is not None:
            raise DataError(f"{key} = {value!r}: arrivals are tasks themselves; leave it unset")
    class_catalogue(dataset)
    layouts = {}
    first = 0
    for number, arrival in enumerate(arrivals(Path(dataset.path or ".")), start=1):
        classes = tuple(range(first, first + len(arrival.classes)))
        layouts[f"t{number}"] = TaskLayout(classes, arrival.classes, first, arrival.name)
        first += len(classes)
    return layouts


def _class_order(dataset: DatasetParams, count: int) -> list[int]:
    if dataset.class_order == "natural":
        return list(range(count))
    if dataset.class_order == "random":
        generator = numpy_generator(dataset.split_seed, stage="layout", task="", purpose="classes")
        return [int(source) for source in generator.permutation(count)]
    order = list(dataset.class_order)
    _check_partition([order], count, key="dataset.class_order")
    return order


def _split(
    dataset: DatasetParams, split: Sequence[Sequence[int]] | None, count: int
) -> list[list[int]]:
    if split is None and dataset.classes_per_task is not None:
        width = dataset.classes_per_task
        return [list(range(start, min(start + width, count))) for start in range(0, count, width)]
    key = "split" if split is not None else "dataset.paper_split"
    chosen = dataset.paper_split if split is None else split
    if chosen is None:
        raise DataError("give split or dataset.classes_per_task; neither says what a task is")
    tasks = _as_lists(chosen, key)
    _check_partition(tasks, count, key=key)
    return tasks


def _as_lists(split: Sequence[Sequence[int]], key: str) -> list[list[int]]:
    try:
        tasks = [list(task) for task in split]
    except TypeError:
        raise DataError(f"{key} = {split!r} is no list of lists of classes") from None
    return tasks


def _check_partition(tasks: Sequence[Sequence[int]], count: int, *, key: str) -> None:
    listed = [source for task in tasks for source in task]
    for source in listed:
        if type(source) is not int or not 0 <= source < count:
            raise DataError(f"{key}: class {source!r} is unknown; there are 0..{count - 1}")
        if listed.count(source) > 1:
            raise DataError(f"{key}: class {source} stands there twice")
    omitted = sorted(set(range(count)) - set(listed))
    if omitted:
        raise DataError(f"{key}: class {omitted[0]} is omitted; all of 0..{count - 1} are needed")
    if not all(tasks):
        raise DataError(f"{key}: task {[bool(task) for task in tasks].index(False) + 1} is empty")
