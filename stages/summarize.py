"""Turn the evaluations, means, curves and impressions of a run into metrics, plots and a page."""

import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.computing.machine import collect_machines
from ccsi.frame.artifacts import save_json
from ccsi.frame.stage import Stage, StageRun
from ccsi.reporting.bounds import load_bounds
from ccsi.reporting.charts import Templates
from ccsi.reporting.links import links
from ccsi.reporting.report import ReportPaths, summarize
from ccsi.reporting.results import load_results
from ccsi.reporting.run_page import Context
from ccsi.reporting.settings import SHOWN

REPORTS = ("metrics.json", "machine.json", "tables", "plots", "sheets", "index.html")
STAGE = Stage(
    parameters=("summary", "tasks", *SHOWN), outs=tuple(f"reports/{name}" for name in REPORTS)
)
EVALUATIONS, PLOTS = Path("reports/evaluations"), Path(".dvc/plots")
MEANS, MODELS = Path("data/means"), Path("data/models")


def made_by(tasks: Mapping[str, Mapping[str, Any]], impressions: str) -> list[str]:
    """The tasks from whose models the run made impressions: those that a later one rehearses."""
    rehearsed = [PurePosixPath(task["rehearsed"]) for task in tasks.values()]
    return [path.name for path in rehearsed if str(path.parent) == impressions]


def run(job: StageRun) -> None:
    tasks, summary = job.value("tasks"), job.value("summary")
    results = load_results(
        list(tasks),
        trained=summary["trained"],
        made=made_by(tasks, summary["impressions"]),
        evaluations=EVALUATIONS,
        means=MEANS,
        models=MODELS,
        impressions=Path(summary["impressions"]),
        calibration=Path(summary["calibration"]),
        audit=Path(summary["audit"]),
    )
    last = results.evaluations[-1]
    models = {task: str(record["model"]) for task, record in tasks.items()}
    context = Context(
        settings={key: job.value(key) for key in SHOWN},
        tasks=tasks,
        bounds=load_bounds(Path(summary["bounds"]), last),
        templates=Templates(PLOTS),
        links=links(models, list(results.impressions)),
    )
    metrics, _, tables, plots, sheets, page = (job.out(out) for out in STAGE.outs)
    summarize(results, ReportPaths(metrics, tables, plots, sheets, page), context)
    save_json(job.out("reports/machine.json"), collect_machines([MODELS]))


if __name__ == "__main__":
    STAGE.main(run)
