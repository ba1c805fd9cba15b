"""Turn the evaluations, means, curves and impressions of a run into metrics, plots and a page."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from ccsi.artifacts import save_json
from ccsi.pipeline.machine import collect_machines
from ccsi.pipeline.stage import Stage, StageRun
from ccsi.reporting.report import ReportPaths, summarize
from ccsi.reporting.results import load_results

STAGE = Stage(
    parameters=("tasks", "summary"),
    outs=(
        "reports/metrics.json",
        "reports/machine.json",
        "reports/tables",
        "reports/plots",
        "reports/sheets",
        "reports/index.html",
    ),
)

EVALUATIONS, MEANS, MODELS = Path("reports/evaluations"), Path("data/means"), Path("data/models")


def run(job: StageRun) -> None:
    tasks, summary = job.value("tasks"), job.value("summary")
    results = load_results(
        list(tasks),
        trained=summary["trained"],
        evaluations=EVALUATIONS,
        means=MEANS,
        models=MODELS,
        impressions=Path(summary["impressions"]),
    )
    paths = ReportPaths(
        metrics=job.out("reports/metrics.json"),
        tables=job.out("reports/tables"),
        plots=job.out("reports/plots"),
        sheets=job.out("reports/sheets"),
        page=job.out("reports/index.html"),
    )
    models = {task: str(record["model"]) for task, record in tasks.items()}
    summarize(results, paths, links=links(models, list(results.impressions)))
    save_json(job.out("reports/machine.json"), collect_machines([MODELS]))


def links(models: dict[str, str], made: list[str]) -> dict[str, dict[str, str]]:
    """Addresses, relative to reports/, of what the other stages wrote.

    models: the folder of each task's model; one made elsewhere is not linked.
    """
    tasks, own = list(models), {t: m for t, m in models.items() if m.startswith("data/")}
    return {
        "Evaluations": {t: f"evaluations/{t}/evaluation.json" for t in tasks},
        "Models": {t: f"../{folder}/" for t, folder in own.items()},
        "Impressions": {t: f"../data/impressions/{t}/" for t in made},
        "Tasks": {t: f"../data/tasks/{t}/task.json" for t in tasks},
        "Pipeline": {"interactive plots (dvc plots show)": "../dvc_plots/index.html"},
    }


if __name__ == "__main__":
    STAGE.main(run)
