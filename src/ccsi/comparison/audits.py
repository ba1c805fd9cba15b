"""Audits of many runs: each figure over seeds, and which figures go with forgetting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ccsi.comparison.run import Audit, Run
from ccsi.comparison.statistics import Spread, paired, spread
from ccsi.reporting.audit_results import in_order

Record = Mapping[str, Any]
Groups = Mapping[tuple[str, str], Sequence[Run]]

COLUMNS = ("dataset", "group", "task", "figure", "mean", "std", "n")
PREDICTORS = (
    *("dataset", "figure", "features", "runs_spearman", "runs_p", "runs"),
    *("classes_spearman", "classes_low", "classes_high", "classes_p", "classes_runs"),
)
SHOWN = {
    "recall, trained on impressions": "recall_trained_on_impressions_tested_on_held_out",
    "recall, trained on real images": "recall_trained_on_real_tested_on_held_out",
    "impressions recognised by a network of real images": (
        "recall_trained_on_real_tested_on_impressions"
    ),
    "KID": "kid_independent_impressions",
    "KID of real images": "kid_independent_held_out",
    "density": "density_independent_impressions",
    "coverage": "coverage_independent_impressions",
    "coverage by real images": "coverage_independent_held_out",
    "diversity": "diversity_independent_impressions",
    "diversity of real images": "diversity_independent_held_out",
    "nearer to a training image (pixels)": "closer_pixels",
    "the same by chance": "expected_pixels",
    "copies (pixels)": "copies_pixels",
    "membership AUC, model's loss": "auc_loss_model",
    "found at 1 % false positives, model's loss": "tpr_loss_model",
    "membership AUC, nearest impression (pixels)": "auc_distance_of_pixels_impressions",
    "membership AUC, loss of a network of impressions": "auc_loss_network_of_impressions",
    "worst class mean, AUC": "auc_worst_mean",
    "worst class mean of features, AUC": "auc_worst_mean_of_features",
}
"""What a page shows of the last task with impressions, or of the last: heading and figure."""
EXPLAINED = (
    "Of the last model's audit: mean ± standard deviation over seeds. KID, density, coverage and "
    "diversity in the features of a network that the audit trained on real images; what held-out "
    "real images reach stands beside. AUC 0.5 is chance. Figures of all tasks: audits.csv."
)
RELATED = (
    "Spearman's correlation with forgetting. Between runs: each run is a point, its figure "
    "averaged over tasks. Between classes: the mean over runs of each run's own correlation "
    "over classes and tasks, with its 95 % interval (Student's t over runs). Not corrected for "
    "the number of tests."
)
FEWEST_RUNS = 4


def audited(groups: Groups) -> dict[tuple[str, str], list[Run]]:
    """The groups that hold audited runs, and these."""
    found = {key: [run for run in runs if run.audit is not None] for key, runs in groups.items()}
    return {key: runs for key, runs in found.items() if runs}


def audit_rows(groups: Groups) -> Iterator[dict[str, Any]]:
    """For each group, task and figure the spread over seeds."""
    for (dataset, label), runs in audited(groups).items():
        told = [figures_by_task(audit.record) for audit in audits_of(runs)]
        keys = dict.fromkeys((task, name) for one in told for task in one for name in one[task])
        for task, name in keys:
            found = _spread([one.get(task, {}).get(name) for one in told])
            if found is not None:
                yield {
                    **{"dataset": dataset, "group": label, "task": task, "figure": name},
                    **{"mean": found.mean, "std": found.std, "n": found.n},
                }


def figures_by_task(record: Record) -> dict[str, dict[str, float | None]]:
    """Every number of audit.json by task, in order, and name; of the whole run it is at `run`."""
    tasks = in_order({*record["impressions"], *(row["task"] for row in record["membership"])})
    found: dict[str, dict[str, float | None]] = {
        task: dict(record["impressions"].get(task, {})) for task in tasks
    }
    for row in record["membership"]:
        name = f"{row['attack']} {row['target']}".replace(" ", "_")
        found[row["task"]] |= {f"{key}_{name}": row[key] for key in ("auc", "tpr")}
    pixels, features = (
        [row["auc"] for row in record["kept_means"] if row["of"] == of]
        for of in ("pixels", "features")
    )
    found["run"] = {
        "independent_recall": record["independent_recall"],
        "auc_worst_mean": max(pixels, default=None),
        "auc_worst_mean_of_features": max(features, default=None),
        "epsilon_of_means": record["privacy_of_means"]["epsilon"],
    }
    return found


def audit_table(groups: Groups, dataset: str) -> tuple[list[str], list[list[str]]]:
    """Headings (groups) and rows (figures) of one data set: the last that is known of each."""
    columns = {
        label: [figures_by_task(audit.record) for audit in audits_of(runs)]
        for (of, label), runs in audited(groups).items()
        if of == dataset
    }
    rows = []
    for heading, name in SHOWN.items():
        found = [_spread([_last(one, name) for one in some]) for some in columns.values()]
        if any(found):
            rows.append([heading, *(_cell(one) for one in found)])
    return ["figure", *columns], rows


def predictor_rows(groups: Groups) -> list[dict[str, Any]]:
    """How each figure goes with forgetting, by data set, in the order of forgetting.csv."""
    rows, known = [], audited(groups)
    for dataset in dict.fromkeys(of for of, _ in known):
        runs = [run for (of, _), some in known.items() if of == dataset for run in some]
        within = [row for audit in audits_of(runs) for row in audit.within]
        figures = dict.fromkeys((row["figure"], row["features"]) for row in within)
        rows += [
            {
                **{"dataset": dataset, "figure": figure, "features": features},
                **_between_runs(runs, _name(figure, features)),
                **_between_classes(runs, figure, features),
            }
            for figure, features in figures
        ]
    return rows


def predictor_table(rows: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of one data set's predictors as text."""
    cells = [
        [
            row["figure"] + (f" ({row['features']} features)" if row["features"] else ""),
            *(_number(row[key], "+.2f") for key in ("runs_spearman", "classes_spearman")),
            "-"
            if row["classes_low"] is None
            else f"{row['classes_low']:+.2f} to {row['classes_high']:+.2f}",
            *(_number(row[key], ".3f") for key in ("runs_p", "classes_p")),
            f"{row['runs']} / {row['classes_runs']}",
        ]
        for row in rows
    ]
    names = ["between runs", "between classes", "95 %", "p (runs)", "p (classes)", "n runs"]
    return ["figure", *names], cells


def audits_of(runs: Sequence[Run]) -> list[Audit]:
    """The audits of those runs that have one."""
    return [run.audit for run in runs if run.audit is not None]


def _between_runs(runs: Sequence[Run], name: str) -> dict[str, Any]:
    from scipy.stats import spearmanr

    points = []
    for run in runs:
        record = {} if run.audit is None else run.audit.record["impressions"]
        known = [v[name] for v in record.values() if v.get(name) is not None]
        if known and run.metrics["forgetting"] is not None:
            points.append((sum(known) / len(known), run.metrics["forgetting"]))
    found: dict[str, Any] = {"runs_spearman": None, "runs_p": None, "runs": len(points)}
    one, other = ([point[place] for point in points] for place in (0, 1))
    if len(points) < FEWEST_RUNS or len(set(one)) < 2 or len(set(other)) < 2:
        return found
    told = spearmanr(one, other)
    return {**found, "runs_spearman": float(told.statistic), "runs_p": float(told.pvalue)}


def _between_classes(runs: Sequence[Run], figure: str, features: str) -> dict[str, Any]:
    values = {
        place: float(row["spearman"])
        for place, audit in enumerate(audits_of(runs))
        for row in audit.within
        if (row["figure"], row["features"]) == (figure, features) and row["spearman"] != ""
    }
    told = paired(values, dict.fromkeys(values, 0.0))
    return {
        "classes_spearman": told and told.difference,
        "classes_low": told and told.low,
        "classes_high": told and told.high,
        "classes_p": told and told.p_t,
        "classes_runs": len(values),
    }


def _name(figure: str, features: str) -> str:
    """A figure of forgetting.csv as audit.json calls it."""
    if features:
        return f"{figure}_{features}_impressions"
    return "recall_" + figure.replace(", ", " ").replace(" ", "_").replace("-", "_")


def _last(figures: Mapping[str, Mapping[str, float | None]], name: str) -> float | None:
    told = [values[name] for values in figures.values() if name in values]
    return told[-1] if told else None


def _spread(values: Sequence[float | None]) -> Spread | None:
    return spread([value for value in values if value is not None])


def _cell(found: Spread | None) -> str:
    if found is None:
        return "-"
    return f"{found.mean:.3f}" + ("" if found.std is None else f" ± {found.std:.3f}")


def _number(value: float | None, how: str) -> str:
    return "-" if value is None else format(value, how)
