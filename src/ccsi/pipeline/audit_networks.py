"""The networks of an audit: one trained on all real images, one on each task's impressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from torch import Generator

from ccsi.audit.networks import epochs_for, impressions_arrival, real_arrivals, train_network
from ccsi.class_means import load_means
from ccsi.execution.images import ImageSet
from ccsi.frame.errors import DataError
from ccsi.frame.progress import Progress
from ccsi.models.params import ModelParams
from ccsi.models.store import MODEL_FILE, save_classifier
from ccsi.pipeline.labelled import load_labelled
from ccsi.pipeline.learned import load_arrival
from ccsi.training.learn import Arrival
from ccsi.training.params import TrainParams

REAL = "real"


def train_networks(
    record: Mapping[str, Any],
    out: Path,
    model: ModelParams,
    params: TrainParams,
    *,
    epochs: int,
    shown: int,
    generator_for: Callable[[str, str], Generator],
    progress_for: Callable[[int], AbstractContextManager[Progress]],
) -> None:
    """Train and write `out`/real and `out`/<task> for every task with impressions.

    record: of `audits`. epochs: of the network of real images; shown: impressions shown to each
    of the others. generator_for: from the network's name and the purpose. Raises DataError where
    no task has images.
    """
    members = Path(record["members"])
    folders = [members / task for task in record["tasks"] if (members / task).is_dir()]
    if not folders:
        raise DataError(f"{members} holds images of no task, so that there is nothing to audit")
    arrivals = real_arrivals([load_arrival(folder) for folder in folders])
    plans: dict[str, tuple[Sequence[Arrival], int]] = {REAL: (arrivals, epochs)}
    symmetries = arrivals[0].symmetries
    known = load_means(Path(record["means"])).class_names  # in order of arrival, as labels are
    for task in record["rehearsals"]:
        made = load_labelled(Path(record["impressions"]) / task)
        impressions = ImageSet.from_arrays(made.images, made.labels)
        names = known[: int(impressions.labels.max()) + 1]
        arrival = impressions_arrival(task, names, impressions, symmetries)
        plans[task] = ([arrival], epochs_for(len(impressions), shown=shown))
    total = sum(passes * sum(len(a.train) for a in given) for given, passes in plans.values())
    with progress_for(total) as progress:
        for name, (given, passes) in plans.items():
            classifier = train_network(
                given,
                model,
                params,
                epochs=passes,
                generator_for=lambda purpose, name=name: generator_for(name, purpose),  # type: ignore[misc]
                progress=progress,
            )
            save_classifier(out / name / MODEL_FILE, classifier)
