"""reports/index.html: the run on one page, without scripts and without the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ccsi.reporting.page_style import STYLE
from ccsi.reporting.summary import Record, task_names

TILES = (
    ("accuracy", "Accuracy after the last task", "%"),
    ("average_incremental_accuracy", "Average incremental accuracy", "%"),
    ("forgetting", "Forgetting", "%"),
    ("backward_transfer", "Backward transfer", "%"),
    ("balanced_accuracy", "Balanced accuracy", "%"),
    ("auc", "AUC", ""),
    ("ece", "Calibration error (ECE)", ""),
    ("ece_calibrated", "Calibration error after temperature scaling", ""),
)
UNDEFINED = "\N{EN DASH}"


def build_page(
    summary: Mapping[str, Any],
    records: Sequence[Record],
    *,
    tables: Sequence[str],
    sheets: Sequence[str],
    links: Mapping[str, Mapping[str, str]],
) -> str:
    """The page as HTML text.

    `tables` and `sheets` are file names in tables/ and sheets/ beside the page; `links` maps a
    heading to {label: relative address}. Every text from outside is escaped.
    """
    title = f"{summary['method']} on {summary['dataset']}"
    own = {"metrics.json": "metrics.json"} | {name: f"tables/{name}" for name in tables}
    parts = [
        f"<header><h1>{escape(title)}</h1>{_conditions(summary)}</header>",
        _note(summary),
        f'<section class="tiles">{"".join(_tile(summary, *tile) for tile in TILES)}</section>',
        _section("Figures", _figures(["plots/accuracy.png", "plots/forgetting.png"], "half")),
        _section("Accuracy of each task's classes after each task", _matrix(records)),
        _section("Recall of each class after the last task", _recall(records[-1])),
        _section("Class means and impressions", _figures([f"sheets/{s}" for s in sheets], "sheet")),
        _section(
            "Files of the run", _links({"Numbers": own} | {k: dict(v) for k, v in links.items()})
        ),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body>\n</html>\n"
    )


def percent(value: float | None) -> str:
    """0.5 -> "50.0 %"; None, which is undefined, -> a dash."""
    return UNDEFINED if value is None else f"{value * 100:.1f} %".replace("-", "\N{MINUS SIGN}")


def _conditions(summary: Mapping[str, Any]) -> str:
    facts = [
        f"{len(summary['tasks'])} tasks, {summary['classes']} classes",
        f"seed {summary['seed']}",
        f"{summary['n_test']} {'test' if summary['split'] == 'test' else 'validation'} images",
        f"kept epoch: {summary['selection']}",
        "data-free" if summary["data_free"] else "reads old images",
        "split by group" if summary["grouped_split"] else "not split by patient or group",
    ]
    return f'<p class="facts">{" · ".join(escape(fact) for fact in facts)}</p>'


def _note(summary: Mapping[str, Any]) -> str:
    if summary["complete"]:
        return ""
    tasks, first = ", ".join(summary["unmeasured_tasks"]), next(iter(summary["accuracy_after"]))
    text = (
        f"There are no images to test {tasks} on: all numbers leave it out."
        if tasks
        else f"The run went on from a model made elsewhere: its first evaluation is after {first}."
    )
    return f'<p class="note">{escape(text)}</p>'


def _tile(summary: Mapping[str, Any], key: str, name: str, unit: str) -> str:
    value = summary[key]
    shown = percent(value) if unit == "%" else (UNDEFINED if value is None else f"{value:.3f}")
    return f"<div><strong>{shown}</strong><span>{name}</span></div>"


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>\n{body}</section>"


def _figures(files: Sequence[str], kind: str) -> str:
    def figure(file: str) -> str:
        address, name = escape(file, quote=True), escape(file.rpartition("/")[2])
        return f'<a href="{address}"><img src="{address}" alt="{name}" loading="lazy"></a>'

    return f'<div class="{kind}">{"".join(figure(file) for file in files)}</div>'


def _matrix(records: Sequence[Record]) -> str:
    names = task_names(records)
    head = _row("th", ["after", *(f"{name} classes" for name in names), "all seen", "images"])
    rows = []
    for record in records:
        values = [percent(value) for value in record["accuracy_per_task"]]
        values += [""] * (len(names) - len(values))
        rows.append(
            _row("td", [record["task"], *values, percent(record["accuracy"]), str(record["n"])])
        )
    return _table(head, rows)


def _recall(record: Record) -> str:
    owner = {c: task["task"] for task in record["tasks"] for c in task["class_ids"]}
    head = _row("th", ["class", "task", "recall", "95 % interval", "images"])
    rows = [
        _row(
            "td",
            [
                row["class_name"],
                owner[row["class_id"]],
                percent(row["recall"]),
                f"{percent(row['low'])} to {percent(row['high'])}" if row["support"] else UNDEFINED,
                str(row["support"]),
            ],
        )
        for row in record["recall"]
    ]
    return _table(head, rows)


def _row(cell: str, values: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{cell}>{escape(value)}</{cell}>' for value in values)}</tr>"


def _table(head: str, rows: Sequence[str]) -> str:
    body = "\n".join(rows)
    return (
        f'<div class="scroll"><table><thead>{head}</thead><tbody>\n{body}\n</tbody></table></div>'
    )


def _links(groups: Mapping[str, Mapping[str, str]]) -> str:
    def group(title: str, entries: Mapping[str, str]) -> str:
        items = (
            f'<li><a href="{escape(address, quote=True)}">{escape(label)}</a></li>'
            for label, address in entries.items()
        )
        return f"<div><h3>{escape(title)}</h3><ul>{''.join(items)}</ul></div>"

    return f'<div class="links">{"".join(group(*item) for item in groups.items())}</div>'
