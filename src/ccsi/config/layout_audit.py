"""What the audit of a run reads: a record that DVC loops over, empty where there is no audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccsi.config.layout import Record, lay_out_rehearsals
from ccsi.config.paths import FITTED, IMPRESSIONS, MEANS, MODELS, NOTHING, STATISTICS, TASKS, TEST


def lay_out_audits(params: Mapping[str, Any]) -> Record:
    """`audits`: the last task, if the run is audited, and where models and images lie.

    `tasks`: all; `made`: those whose model is made here. `rehearsals`: those with impressions, and
    the model that these were made from, which `start` may be. `held`: images that nothing learned
    from; data/none stands for the validation images in data/tasks. `keeps`: what goes on from task
    to task beside models and means. `own_means`: whether the means of all classes are made here.
    """
    if not params["audit"]["enabled"]:
        return {}
    tasks, start = params["tasks"], params["start"]
    made = [task for task, entry in tasks.items() if entry["model"] != start]
    if not made:
        return {}
    statistics = params["method"]["learning"] == "statistics"
    rehearsals = {task: entry["model"] for task, entry in lay_out_rehearsals(params).items()}
    rehearsal = params["method"]["rehearsal"]
    keeps = ["statistics"] if statistics else [] if rehearsal == "none" else [rehearsal]
    last = list(tasks)[-1]
    return {
        last: {
            "tasks": list(tasks),
            "made": made,
            "keeps": keeps,
            "models": FITTED if statistics else MODELS,
            "rehearsals": rehearsals,
            "start": start if start in rehearsals.values() else NOTHING,
            "own_means": start is None,
            "impressions": IMPRESSIONS if rehearsals else NOTHING,
            "means": f"{MEANS}/{last}",
            "statistics": f"{STATISTICS}/{last}" if statistics else NOTHING,
            "members": TASKS,
            "held": NOTHING if params["evaluate"]["split"] == "val" else TEST,
        }
    }
