"""Everything that stands behind a model: the stages, and every file that each of them read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ccsi.frame.errors import ArtifactError
from ccsi.lineage.holders import old_images_read, related
from ccsi.lineage.lock import Entry, Executed

MODELS = ("data/models/", "data/fitted/")
LEARNING = (
    *("means", "train", "member", "synthesize", "exemplars", "update", "gather", "fit"),
    "calibrate",
)


@dataclass(frozen=True)
class Reading:
    """A file or folder that a stage read. old_images: it holds images of another task."""

    stage: str
    entry: Entry
    old_images: bool


def stages_behind(out: str, stages: Mapping[str, Executed]) -> list[Executed]:
    """The stage that made `out` and all stages that what it read came from, in dvc.lock's order.

    Raises ArtifactError where no stage made it.
    """
    makers = [name for name, stage in stages.items() if any(out == o.path for o in stage.outs)]
    if not makers:
        made = [out.path for stage in stages.values() for out in stage.outs]
        known = sorted(path for path in made if path.startswith(MODELS))
        raise ArtifactError(
            f"no stage in dvc.lock made {out}; it knows {', '.join(known) or 'no model'}"
        )
    found: set[str] = set()
    waiting = makers
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            read = [dep.path for dep in stages[name].deps]
            waiting += [
                other
                for other, stage in stages.items()
                if any(related(dep, o.path) for dep in read for o in stage.outs)
            ]
    return [stage for name, stage in stages.items() if name in found]


def readings(behind: list[Executed], *, data_free: Collection[str] = ()) -> list[Reading]:
    """Every file and folder that these stages read.

    data_free: folders of models made elsewhere that no image of an old task stands behind.
    """
    found = []
    for stage in behind:
        learns = stage.address.partition("@")[0] in LEARNING
        old = set(old_images_read(stage)).difference(data_free) if learns else set()
        found += [Reading(stage.address, dep, dep.path in old) for dep in stage.deps]
    return found
