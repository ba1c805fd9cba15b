"""Which outputs hold images of a task, followed through what dvc.lock says was read."""

from __future__ import annotations

from collections.abc import Iterable

from ccsi.lineage.lock import Executed

TASKS, TEST = "data/tasks", "data/test"
PLACEHOLDERS = ("data/none", "data/laid_out")  # one line of text each
CODE = ("src/", "stages/", "runtime.lock")
# Computed from images, and none of it is an image of anybody. Missing for cause are data/exemplars,
# and reports/evaluations, reports/audit and reports/index.html, which show examples and pairs.
FREE_OF_IMAGES = (
    *("data/models/", "data/means/", "data/impressions/", "data/statistics/", "data/fitted/"),
    *("data/members/", "data/calibration/", "data/audit/"),
    *("reports/metrics.json/", "reports/machine.json/", "reports/tables/"),
    *("reports/plots/", "reports/sheets/"),
)


def related(one: str, other: str) -> bool:
    """Whether two paths are the same or one lies in the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def may_hold_images(out: str) -> bool:
    """Whether an output made from images is not known to be free of them."""
    return not f"{out}/".startswith(FREE_OF_IMAGES)


def image_holders(task: str, stages: Iterable[Executed]) -> list[str]:
    """Outputs that hold or may hold images of the task, the prepared arrays first.

    Whatever a stage makes from these, if it is not known to be free of images, counts as well.
    """
    executed = list(stages)
    found = [f"{TASKS}/{task}", f"{TEST}/{task}"]
    grown = True
    while grown:
        reached = [
            out.path
            for stage in executed
            if any(related(dep.path, holder) for dep in stage.deps for holder in found)
            for out in stage.outs
            if may_hold_images(out.path) and not _is_prepared(out.path)
        ]
        new = sorted(set(reached) - set(found))
        found, grown = [*found, *new], bool(new)
    return found


def old_images_read(stage: Executed) -> list[str]:
    """What a learning stage read that holds images of other tasks than its own, or test images.

    Folders of all tasks count, and so does whatever else is neither code nor known to be free of
    images, wherever it lies.
    """
    known = (f"{TASKS}/{stage.task}", *PLACEHOLDERS)
    return [
        dep.path
        for dep in stage.deps
        if dep.path not in known and not dep.path.startswith(CODE) and may_hold_images(dep.path)
    ]


def _is_prepared(out: str) -> bool:
    return f"{out}/".startswith((f"{TASKS}/", f"{TEST}/"))
