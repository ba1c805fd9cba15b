"""A classifier whose head is solved from statistics."""

from __future__ import annotations

from torch import nn

from ccsi.models.classifier import Classifier, Learned
from ccsi.models.heads import Linear
from ccsi.statistics.heads import HEADS
from ccsi.statistics.params import FitParams
from ccsi.statistics.store import Gathered


def fitted_classifier(
    backbone: Classifier, gathered: Gathered, params: FitParams, *, head: str, method: str
) -> Classifier:
    """The backbone, frozen, under the solved head, with the classes and tasks of the statistics.

    head: a name in `HEADS`; the scatter it is solved from is used up. Tasks that the backbone was
    not trained on are noted in the history as learned by `method`.
    """
    solved = HEADS[head](gathered, params)
    fitted = backbone.frozen_copy()
    fitted.stand_on(gathered.feature_map)
    fitted.tasks = {task: tuple(ids) for task, ids in gathered.tasks.items()}
    fitted.class_names = gathered.class_names
    linear = Linear(gathered.feature_map.width)
    linear.weight = nn.Parameter(solved.weight.float())
    linear.bias = nn.Parameter(solved.bias.float())
    fitted.head = linear
    seed = backbone.history[-1].seed
    later = [task for task in fitted.tasks if task not in backbone.tasks]
    fitted.history = (
        *backbone.history,
        *(Learned(task, seed, method, "last", True) for task in later),
    )
    return fitted.eval().requires_grad_(False)
