"""The statistics of one task's features, added to those of the tasks before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import Generator

from ccsi.execution.images import ImageSet
from ccsi.frame.errors import ArtifactError
from ccsi.frame.progress import Progress
from ccsi.models.feature_map_params import StatisticsParams
from ccsi.models.patch_dictionary import PatchDictionary
from ccsi.models.resnet import ResNet
from ccsi.models.store import MODEL_FILE, load_classifier
from ccsi.statistics.dictionary import learned_dictionary
from ccsi.statistics.gather import first_feature_map, gather
from ccsi.statistics.moments import append
from ccsi.statistics.store import STATISTICS_FILE, Gathered, load_statistics
from ccsi.tasks.task_files import load_task

GeneratorFor = Callable[[str], Generator]


def gather_task(
    data: Path,
    backbone: Path,
    members: Path,
    before: Path,
    params: StatisticsParams,
    *,
    generator_for: GeneratorFor,
    progress: Progress,
) -> Gathered:
    """Statistics of the training images in `data` and of those counted in `before`.

    backbone: the folder of the frozen network; members: the folder of those beside it, or a file
    that stands for none; before: a folder of statistics, or a file that stands for none, where the
    features that all tasks share are set up. Raises ArtifactError where they do not continue each
    other.
    """
    trunk = load_classifier(backbone / MODEL_FILE).eval().trunk
    task = load_task(data, memory_map=True)
    previous = None if before.is_file() else load_statistics(before / STATISTICS_FILE)
    known = () if previous is None else previous.class_names
    first, names = task.info.class_ids[0], task.info.class_names
    if first != len(known):
        raise ArtifactError(
            f"{data} starts at class {first}, but {before} counts {len(known)} classes; "
            "run `ccsi config` to lay the tasks out anew"
        )
    images = ImageSet.from_arrays(task.train.images, task.train.labels - first)
    if previous is None:
        feature_map = first_feature_map(
            trunk,
            images,
            params,
            symmetries=task.info.symmetries,
            generator=generator_for("projection"),
            members=_member_trunks(members, params.members),
            dictionary=_dictionary(images, params, generator_for),
        )
    else:
        feature_map = previous.feature_map
    if feature_map.params != params:
        raise ArtifactError(
            f"{before} holds statistics of other features ({feature_map.params}) than "
            f"params.yaml: statistics ({params})"
        )
    new = gather(
        trunk,
        images,
        feature_map,
        n_classes=len(names),
        progress=progress,
        scatter=None if previous is None else previous.statistics.scatter,
    )
    return Gathered(
        new if previous is None else append(previous.statistics, new),
        feature_map,
        {**(previous.tasks if previous is not None else {}), task.info.task: task.info.class_ids},
        (*known, *names),
    )


def _member_trunks(folder: Path, count: int) -> list[ResNet]:
    """The networks beside the first, m2 to m<count>."""
    files = [folder / f"m{number}" / MODEL_FILE for number in range(2, count + 1)]
    return [load_classifier(file).trunk for file in files]


def _dictionary(
    images: ImageSet, params: StatisticsParams, generator_for: GeneratorFor
) -> PatchDictionary | None:
    if not params.dictionary.atoms:
        return None
    return learned_dictionary(images, params.dictionary, generator=generator_for("dictionary"))
