"""The command that makes the runs of a group again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from ccsi.comparison.run import Run
from ccsi.config.overrides import in_shell, override_key


def group_command(runs: Sequence[Run]) -> str:
    """`dvc exp run` with what was typed for these runs, which differ in the seed alone.

    Several seeds go through the queue. It holds on the commit that the runs were started from.
    """
    typed = [o for o in runs[0].params.get("overrides") or [] if override_key(o) != "seed"]
    seeds = sorted({run.seed for run in runs})
    queue = " --queue" if len(seeds) > 1 else ""
    seed = shlex.quote(f"seed={','.join(map(str, seeds))}")
    return " ".join(
        [f"dvc exp run{queue}", *filter(None, [in_shell(typed, flag="-S ")]), f"-S {seed}"]
    )
