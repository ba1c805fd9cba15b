"""One task's images: read, checked, split, thinned out, and labelled by order of arrival."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path

from ccsi.data.params import DatasetParams
from ccsi.data.reading.source import open_source
from ccsi.data.reading.splits import fraction_of_each_class
from ccsi.frame.errors import DataError
from ccsi.tasks.images import LabelledImages
from ccsi.tasks.task_files import TaskData, TaskInfo, TestData


def prepare(
    dataset: DatasetParams, *, task: str, classes: Sequence[int], first_id: int, raw: Path
) -> tuple[TaskData, TestData]:
    """The images of one task, those for learning and those for the test.

    classes: source ids; the i-th becomes class id `first_id` + i. raw: what the source reads (see
    `ccsi.data.layout.reads`). dataset.fraction thins out the training images only. In memory at
    a time: this task's images, or above 64 MiB an array in a temporary file. Raises DataError.
    """
    _check(task, classes, first_id)
    loaded = open_source(dataset.source).load(dataset, raw, classes)
    rows = fraction_of_each_class(
        loaded.train.labels, loaded.names, fraction=dataset.fraction, seed=dataset.split_seed
    )
    whole = len(rows) == len(loaded.train)
    train = _relabelled(loaded.train if whole else loaded.train.take(rows), first_id)
    val = _relabelled(loaded.val, first_id)
    test = _relabelled(loaded.test, first_id)
    info = TaskInfo(
        task=task,
        class_ids=tuple(range(first_id, first_id + len(classes))),
        class_names=loaded.names,
        source_classes=tuple(classes),
        channels=train.images.shape[3],
        side=train.images.shape[1],
        symmetries=dataset.symmetries,
        grouped_split=loaded.grouped,
        source=dataset.source,
        dataset=dataset.name,
        licence=dataset.licence,
        counts={"train": len(train), "val": len(val)},
        warnings=loaded.warnings,
    )
    test_info = dataclasses.replace(info, counts={"test": len(test)})
    return TaskData(info, train, val), TestData(test_info, test)


def _relabelled(data: LabelledImages, first_id: int) -> LabelledImages:
    return LabelledImages(data.images, data.labels + first_id)


def _check(task: str, classes: Sequence[int], first_id: int) -> None:
    if not re.fullmatch(r"t[1-9][0-9]*", task):
        raise DataError(f"task {task!r} is unknown; tasks are named t1, t2 and so on")
    if not classes or len(set(classes)) != len(classes) or first_id < 0:
        raise DataError(f"task {task}: classes {list(classes)} from id {first_id} are no task")
