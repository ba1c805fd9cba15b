"""When a trial of a search is given up: below the median of the others after the same task.

Optuna's own MedianPruner compares a trial's best value so far, and the score after the first task
is nearly always the best: with it no trial would ever be given up.
"""

from __future__ import annotations

import statistics

from optuna.pruners import BasePruner
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState


class MedianPruner(BasePruner):
    """Gives up a trial whose last value lies below the median of the complete trials' there."""

    def __init__(self, *, complete: int, steps: int) -> None:
        """complete: trials that must have ended before; steps: first steps never given up after."""
        self._complete = complete
        self._steps = steps

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        """Whether to give up `trial`; of a study that is maximised."""
        step = trial.last_step
        if step is None or step < self._steps:
            return False
        ended = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        others = [t.intermediate_values[step] for t in ended if step in t.intermediate_values]
        if len(others) < self._complete:
            return False
        return trial.intermediate_values[step] < statistics.median(others)
