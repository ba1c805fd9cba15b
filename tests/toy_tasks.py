"""Tiny tasks as the stages read them."""

from __future__ import annotations

from ccsi.tasks.images import LabelledImages
from ccsi.tasks.task_files import TaskData, TaskInfo
from tests.toy_networks import images

SIDE = 8


def toy_task(
    task: str,
    names: tuple[str, ...] = ("class 0", "class 1"),
    *,
    first: int = 0,
    train: int = 10,
    val: int = 6,
) -> TaskData:
    """A task of the classes `names`, whose ids start at `first`, with so many images of both."""
    ids = tuple(range(first, first + len(names)))
    info = TaskInfo(
        task,
        class_ids=ids,
        class_names=names,
        source_classes=ids,
        channels=1,
        side=SIDE,
        symmetries=(),
        grouped_split=False,
        source="npz",
        dataset="toy",
        licence=None,
        counts={"train": train, "val": val},
        warnings=(),
    )
    return TaskData(info, *(_labelled(count, ids) for count in (train, val)))


def _labelled(count: int, ids: tuple[int, ...]) -> LabelledImages:
    pixels, labels = images(count, classes=len(ids), first=ids[0], seed=count + ids[0])
    return LabelledImages(pixels.permute(0, 2, 3, 1).contiguous().numpy(), labels.numpy())
