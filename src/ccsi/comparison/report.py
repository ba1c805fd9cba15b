"""A comparison as CSV rows, as Markdown, and as the cells of a terminal's table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ccsi.comparison import audits
from ccsi.comparison.circumstances import circumstances
from ccsi.comparison.comparison import Comparison, Line, differing_settings
from ccsi.comparison.measures import SHOWN, difference_unit
from ccsi.comparison.reproduce import group_command

COLUMNS = (
    "dataset", "group", "data_free", "measure", "mean", "std", "n", "seeds", "baseline",
    "paired_n", "difference", "low", "high", "p_t", "p_wilcoxon", "command",
)  # fmt: skip
EXPLAINED = (
    "Percent: mean ± standard deviation over seeds (n - 1), n runs. Accuracy: after the last task, "
    "over all classes. Average incremental: mean of the accuracies after each task. Forgetting: "
    "lower is better. Intransigence: accuracy on a task just learned, joint's minus the method's, "
    "same seeds, averaged over tasks; lower is better."
)
COSTED = (
    "Minutes: what the stages behind the models of all tasks took on this machine, from "
    ".ccsi/times.csv (the median where one ran several times), also where a run took them from "
    "the cache; preparing the data, evaluation and DVC's own work are not counted. Kept: bytes of "
    "files that had to lie there when the images of the last task arrived."
)
TESTED = (
    "Δ: mean difference of {measure} to {baseline} over the seeds both have, with its 95 % "
    "interval (Student's t); p: two-sided paired t-test / Wilcoxon signed-rank test, whose least "
    "value for n seeds is 2^(1-n). Not corrected for the number of tests."
)


def csv_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """One row for each data set, group and measure; empty cells where nothing is defined."""
    return [
        {
            "dataset": line.dataset,
            "group": line.group,
            "data_free": data_free(comparison, line.dataset, line.group),
            "measure": line.measure,
            "mean": line.spread.mean,
            "std": line.spread.std,
            "n": line.spread.n,
            "seeds": " ".join(map(str, line.seeds)),
            **_test_cells(line, comparison.baseline),
            "command": group_command(comparison.groups[line.dataset, line.group]),
        }
        for line in comparison.lines
    ]


def datasets(comparison: Comparison) -> list[str]:
    """The data sets, in order."""
    return list(dict.fromkeys(dataset for dataset, _ in comparison.groups))


def data_free(comparison: Comparison, dataset: str, group: str) -> bool:
    """Whether a group's method reads no image of an old task."""
    return bool(comparison.groups[dataset, group][0].metrics["data_free"])


def table(
    comparison: Comparison, dataset: str, *, measure: str
) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of one data set; `measure` is the one that is tested."""
    tested = comparison.baseline is not None
    shown = [m for m in SHOWN if any(x.measure == m for x in comparison.lines)]
    headings = ["group", "data-free", "n", *(SHOWN[m] for m in shown)]
    rows = []
    for of, label in comparison.groups:
        if of == dataset:
            free = "yes" if data_free(comparison, dataset, label) else "no"
            cells = [label, free, str(len(comparison.groups[of, label]))]
            cells += [_spread(comparison.line(dataset, label, m)) for m in shown]
            rows.append(
                cells + (_paired(comparison.line(dataset, label, measure)) if tested else [])
            )
    _, unit = difference_unit(measure)
    return headings + ([f"Δ{unit} [95 %]", "n", "p t / W"] if tested else []), rows


def cost_table(comparison: Comparison, dataset: str) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of one data set: minutes, and what was kept in kB, in all and by kind."""
    kinds = dict.fromkeys(
        line.measure.partition(".")[2]
        for line in comparison.lines
        if line.dataset == dataset and line.measure.startswith("kept_bytes.")
    )
    rows = [
        [
            label,
            _number(comparison.line(dataset, label, "minutes"), 1),
            _number(comparison.line(dataset, label, "kept_bytes"), 1000),
            *(_number(comparison.line(dataset, label, f"kept_bytes.{k}"), 1000) for k in kinds),
        ]
        for of, label in comparison.groups
        if of == dataset
    ]
    return ["group", "minutes", "kept, kB", *kinds], rows


def markdown(comparison: Comparison, *, measure: str, title: str, command: str) -> str:
    """The whole comparison as a Markdown page."""
    parts = [f"# {title}", f"Written by `{command}`.", EXPLAINED]
    if comparison.baseline is not None:
        parts.append(TESTED.format(measure=_name(measure), baseline=comparison.baseline))
    for dataset in datasets(comparison):
        parts.append(f"## {dataset}")
        shared = circumstances(comparison, dataset)
        parts.append("\n".join(f"- {name}: {text}" for name, text in shared.items()))
        parts.append(_markdown_table(*table(comparison, dataset, measure=measure)))
        parts.append(COSTED)
        parts.append(_markdown_table(*cost_table(comparison, dataset)))
        parts += _audit_parts(comparison, dataset)
        parts.append("Made by:")
        parts.append(
            _markdown_table(
                ["group", "command"],
                [
                    [label, f"`{group_command(runs)}`"]
                    for (of, label), runs in comparison.groups.items()
                    if of == dataset
                ],
            )
        )
        differing = differing_settings(comparison, dataset)
        if differing:
            groups = list(next(iter(differing.values())))
            rows = [[f"`{key}`", *row.values()] for key, row in differing.items()]
            parts.append("Settings that differ:")
            parts.append(_markdown_table(["key", *groups], rows))
    parts += [f"- {note}" for note in comparison.notes]
    return "\n\n".join(parts) + "\n"


def audit_tables(comparison: Comparison, dataset: str) -> list[tuple[str, list[str], list[Any]]]:
    """What is to be known, headings and rows of the audits of one data set; none, none."""
    found = audits.audit_table(comparison.groups, dataset)
    if not found[1]:
        return []
    related = [r for r in audits.predictor_rows(comparison.groups) if r["dataset"] == dataset]
    tables = [(audits.EXPLAINED, *found)]
    if related:
        tables.append((audits.RELATED, *audits.predictor_table(related)))
    return tables


def _audit_parts(comparison: Comparison, dataset: str) -> list[str]:
    parts = []
    for told, headings, rows in audit_tables(comparison, dataset):
        parts += [told, _markdown_table(headings, rows)]
    return parts


def _test_cells(line: Line, baseline: str | None) -> dict[str, Any]:
    test = line.paired
    if test is None:
        return {}
    return {
        "baseline": baseline,
        "paired_n": test.n,
        "difference": test.difference,
        "low": test.low,
        "high": test.high,
        "p_t": test.p_t,
        "p_wilcoxon": test.p_wilcoxon,
    }


def _spread(line: Line | None) -> str:
    if line is None:
        return "-"
    std = "" if line.spread.std is None else f" ± {100 * line.spread.std:.1f}"
    return f"{100 * line.spread.mean:.1f}{std}"


def _number(line: Line | None, unit: int) -> str:
    if line is None:
        return "-"
    std = "" if line.spread.std is None else f" ± {line.spread.std / unit:,.1f}"
    return f"{line.spread.mean / unit:,.1f}{std}"


def _paired(line: Line | None) -> list[str]:
    test = None if line is None else line.paired
    if line is None or test is None:
        return ["", "", ""]
    factor, _ = difference_unit(line.measure)
    interval = ""
    if test.low is not None and test.high is not None:
        interval = f" [{factor * test.low:+,.1f}, {factor * test.high:+,.1f}]"
    return [
        f"{factor * test.difference:+,.1f}{interval}",
        str(test.n),
        f"{_p(test.p_t)} / {_p(test.p_wilcoxon)}",
    ]


def _p(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if value >= 0.001 else "<0.001"


def _name(measure: str) -> str:
    return measure.replace("_", " ")


def _markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
