"""What impressions, models and means give away of training images: rows of tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import pairwise_distances

from ccsi.audit.membership import Attack, judge_attack
from ccsi.audit.networks import Images, Look, look_at
from ccsi.audit.real_images import RealClass, as_vectors
from ccsi.audit.two_sample import nearest_neighbour_test
from ccsi.models.classifier import Classifier

Row = dict[str, Any]
Vectors = NDArray[np.float64]
Scores = dict[tuple[str, str], tuple[Vectors, Vectors]]

NEIGHBOURS = (
    *("task", "class_id", "class_name", "space", "n", "n_members", "n_held", "p"),
    *("closer", "expected", "copies", "copy_distance", "to_members", "to_held"),
)
PAIRS = ("task", "class_id", "class_name", "distance", "held_distance", "copy_distance")
ATTACK = tuple(Attack.__dataclass_fields__)
MEMBERSHIP = ("task", "target", "attack", "of", *ATTACK)


@dataclass(frozen=True)
class Pair:
    """The impression of a class that is closest to a training image: uint8 [3, H, W, C], itself,
    that training image and the nearest held-out image; and a row with PAIRS.
    """

    images: Images
    row: Row


def neighbour_rows(
    task: str,
    real: Sequence[RealClass],
    impressions: Mapping[int, Images],
    network: Classifier,
    *,
    most: int,
    resamples: int,
    generator: np.random.Generator,
    look: Look = look_at,
) -> Iterator[tuple[Row, Pair | None]]:
    """Nearest-neighbour tests of every class, by pixels and by an independent network's features.

    most: impressions of a class that are looked at, the first ones. Pairs are closest by pixels.
    """
    for one in real:
        kinds = (impressions[one.class_id][:most], one.members, one.held)
        spaces = {
            "pixels": [as_vectors(images) for images in kinds],
            "features": [look(network, images).features for images in kinds],
        }
        for space, (made, members, held) in spaces.items():
            test = nearest_neighbour_test(
                made, members, held, resamples=resamples, generator=generator
            )
            row = {
                **_about(task, one),
                "space": space,
                "n": len(made),
                "n_members": len(members),
                "n_held": len(held),
                **{key: value for key, value in asdict(test).items() if key in NEIGHBOURS},
            }
            pair = None
            if space == "pixels":
                picture = np.stack([i[at] for i, at in zip(kinds, test.closest, strict=True)])
                near, far = test.distances
                distances = {"distance": near, "held_distance": far}
                limit = {"copy_distance": test.copy_distance}
                pair = Pair(picture, {**_about(task, one), **distances, **limit})
            yield row, pair


def loss_scores(
    network: Classifier, one: RealClass, *, look: Look = look_at
) -> tuple[Vectors, Vectors]:
    """Log-probability of the right class, of members and of held-out images: the higher, the more
    likely a member (Yeom et al., "Privacy Risk in Machine Learning", CSF 2018).
    """
    place = network.class_names.index(one.name)
    members, held = (
        look(network, images).log_probabilities[:, place] for images in (one.members, one.held)
    )
    return members, held


def distance_scores(impressions: Vectors, members: Vectors, held: Vectors) -> list[Vectors]:
    """Nearness to the closest impression (Chen et al., "GAN-Leaks", CCS 2020), in units of the
    median over all real images of the class, so that classes can be put together.
    """
    nearest = [pairwise_distances(images, impressions).min(axis=1) for images in (members, held)]
    unit = max(float(np.median(np.concatenate(nearest))), 1e-12)
    return [-distance / unit for distance in nearest]


def membership_rows(
    task: str,
    real: Sequence[RealClass],
    model: Classifier,
    impressions: Mapping[int, Images],
    independent: Classifier,
    on_impressions: Classifier | None,
    *,
    look: Look = look_at,
) -> Iterator[Row]:
    """Membership attacks on a model and on the impressions made from it, over all classes and over
    those of each task. impressions: empty where none were made.
    """
    found: dict[str, Scores] = {}
    for one in real:
        scores: Scores = {("model", "loss"): loss_scores(model, one, look=look)}
        if len(impressions) and on_impressions is not None:
            kinds = (impressions[one.class_id], one.members, one.held)
            by_pixels = distance_scores(*(as_vectors(images) for images in kinds))
            by_features = distance_scores(*(look(independent, i).features for i in kinds))
            scores["impressions", "distance of pixels"] = (by_pixels[0], by_pixels[1])
            scores["impressions", "distance of features"] = (by_features[0], by_features[1])
            scores["network of impressions", "loss"] = loss_scores(on_impressions, one, look=look)
        found[one.name] = scores
    groups = defaultdict(list)
    for one in real:
        groups["all"].append(one.name)
        groups[one.task].append(one.name)
    for target, attack in next(iter(found.values()), {}):
        for group, names in groups.items():
            sides = zip(*(found[name][target, attack] for name in names), strict=True)
            members, held = (np.concatenate(side) for side in sides)
            outcome = asdict(judge_attack(members, held))
            yield {"task": task, "target": target, "attack": attack, "of": group, **outcome}


def _about(task: str, one: RealClass) -> Row:
    return {"task": task, "class_id": one.class_id, "class_name": one.name}
