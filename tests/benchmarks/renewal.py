"""What impressions can add to sums of features, after a run of a method that synthesises them.

Sums are of the first network, which then stays frozen, or of the last one, which knows all classes:
for that those of old classes are kept as they were, moved along with the impressions, or made anew
of impressions. Real old images, which only this measurement reads, say what the last network's
features are worth, once also standardised for it. Accuracy is on validation images; test images
are not read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ccsi.execution.images import ImageSet
from ccsi.frame.progress import Silent
from ccsi.frame.section import parse
from ccsi.models.feature_map import FeatureMap
from ccsi.models.feature_map_params import StatisticsParams
from ccsi.models.resnet import ResNet
from ccsi.models.store import MODEL_FILE, load_classifier
from ccsi.pipeline.labelled import load_labelled
from ccsi.pipeline.learned import load_arrival
from ccsi.seeding import torch_generators
from ccsi.statistics.affine import Affine
from ccsi.statistics.gather import batches, first_feature_map, gather
from ccsi.statistics.heads import HEADS
from ccsi.statistics.moments import FeatureStatistics, append
from ccsi.statistics.params import FitParams
from ccsi.statistics.store import Gathered
from ccsi.training.learn import Arrival


@dataclass(frozen=True)
class Renewal:
    """Of one row: shares in [0, 1] of all validation images, and of those of each task."""

    row: str
    accuracy: float
    accuracy_per_task: list[float]


@dataclass(frozen=True)
class Learned:
    """What a run left of one task: its real images, its network, the impressions it learned with
    (of the first: none).
    """

    arrival: Arrival
    trunk: ResNet
    impressions: ImageSet


def measure(params: Mapping[str, Any], data: Path) -> Iterator[Renewal]:
    """Rows as they are measured, of the run whose outputs lie in the folder `data`.

    params: composed as for `method=analytic`. Raises ArtifactError where the run is not complete.
    """
    run = [*_learned(list(params["tasks"]), data)]
    first, last = run[0].trunk, run[-1].trunk
    chosen = parse(StatisticsParams, params["statistics"], where="statistics")
    generator_for = torch_generators(
        params["seed"], stage="gather", task=next(iter(params["tasks"]))
    )
    features, own = (
        first_feature_map(
            trunk,
            run[0].arrival.train,
            chosen,
            symmetries=run[0].arrival.symmetries,
            generator=generator_for("projection"),
        )
        for trunk in (first, last)
    )
    rows: dict[str, tuple[ResNet, FeatureMap, Callable[[], FeatureStatistics]]] = {
        "first network": (first, features, lambda: as_seen_by([first] * len(run), run, features)),
        "last network, real old images, standardised for it": (
            last,
            own,
            lambda: as_seen_by([last] * len(run), run, own),
        ),
        "last network, real old images": (
            last,
            features,
            lambda: as_seen_by([last] * len(run), run, features),
        ),
        "last network, old sums kept": (
            last,
            features,
            lambda: as_seen_by([task.trunk for task in run], run, features),
        ),
        "last network, old sums moved along": (last, features, lambda: moved_along(run, features)),
        "last network, old sums of impressions": (last, features, lambda: renewed(run, features)),
    }
    fit = parse(FitParams, params["fit"], where="fit")
    for row, (trunk, seen_by, statistics) in rows.items():
        head = HEADS["ridge"](Gathered(statistics(), seen_by, {}, ()), fit)
        hits = [_hits(head, trunk, seen_by, task.arrival.val) for task in run]
        shares = [float(hit.mean()) for hit in hits]
        yield Renewal(row, float(torch.cat(hits).mean()), shares)


def shifted(statistics: FeatureStatistics, shift: Tensor) -> FeatureStatistics:
    """Statistics as if each feature vector of class c had shift[c] added: shift [K, d].

    sum (phi + s)(phi + s)' = sum phi phi' + (sum phi) s' + s (sum phi)' + n s s', for each class.
    """
    added = statistics.counts.double()[:, None] * shift
    half = statistics.sums.T @ shift
    scatter = statistics.scatter + half + half.T + added.T @ shift
    return FeatureStatistics(statistics.counts, statistics.sums + added, scatter)


def moved_along(run: Sequence[Learned], features: FeatureMap) -> FeatureStatistics:
    """Each class's features move, at each update, as far as its impressions do on average."""
    before, found = run[0], _of(run[0].trunk, run[0].arrival.train, features, first=0)
    for task in run[1:]:
        there, here = (
            _of(trunk, task.impressions, features, first=0).means
            for trunk in (before.trunk, task.trunk)
        )
        known = len(found.counts)
        new = _of(task.trunk, task.arrival.train, features, first=known)
        found = _joined(shifted(found, here - there), new)
        before = task
    return found


def as_seen_by(
    trunks: Sequence[ResNet], run: Sequence[Learned], features: FeatureMap
) -> FeatureStatistics:
    """Real images of each task, each by the network in its place of `trunks`."""
    found = _of(trunks[0], run[0].arrival.train, features, first=0)
    for trunk, task in zip(trunks[1:], run[1:], strict=True):
        new = _of(trunk, task.arrival.train, features, first=len(found.counts))
        found = _joined(found, new)
    return found


def renewed(run: Sequence[Learned], features: FeatureMap) -> FeatureStatistics:
    """The last network's: real images of the last task; for older classes their impressions, which
    count as often as the class had real images.
    """
    last = run[-1]
    real = torch.cat([task.arrival.train.labels for task in run[:-1]]).bincount()
    parts = [
        _counted(
            _of(last.trunk, _only(last.impressions, label), features, first=label),
            count * features.copies,
        )
        for label, count in enumerate(real.tolist())
    ]
    new = _of(last.trunk, last.arrival.train, features, first=len(parts))
    return reduce(_joined, [*parts, new])


def _counted(statistics: FeatureStatistics, count: int) -> FeatureStatistics:
    """Statistics of one class as if it had `count` features."""
    factor = count / statistics.total
    return FeatureStatistics(
        torch.tensor([count]), statistics.sums * factor, statistics.scatter * factor
    )


def _only(images: ImageSet, label: int) -> ImageSet:
    rows = images.labels == label
    return ImageSet(images.images[rows], images.labels[rows])


def _hits(head: Affine, trunk: ResNet, features: FeatureMap, images: ImageSet) -> Tensor:
    with torch.no_grad():
        parts = [
            head(features(trunk, pixels).double()).argmax(1) == labels
            for pixels, labels in batches(images)
        ]
    return torch.cat(parts).double()


def _joined(old: FeatureStatistics, new: FeatureStatistics) -> FeatureStatistics:
    return append(old, dataclasses.replace(new, scatter=old.scatter + new.scatter))


def _of(trunk: ResNet, images: ImageSet, features: FeatureMap, *, first: int) -> FeatureStatistics:
    labels = images.labels - first
    n_classes = int(labels.max()) + 1
    own = ImageSet(images.images, labels, images.file)
    return gather(trunk, own, features, n_classes=n_classes, progress=Silent())


def _learned(tasks: Sequence[str], data: Path) -> Iterator[Learned]:
    """The outputs of the tasks in order; impressions of t - 1 are those that t learned with."""
    for before, task in zip([None, *tasks], tasks, strict=False):
        arrival = load_arrival(data / "tasks" / task)
        impressions = ImageSet(arrival.train.images[:0], arrival.train.labels[:0])
        if before is not None:
            found = load_labelled(data / "impressions" / before)
            impressions = ImageSet.from_arrays(found.images, found.labels)
        trunk = load_classifier(data / "models" / task / MODEL_FILE).eval().trunk
        yield Learned(arrival, trunk, impressions)
