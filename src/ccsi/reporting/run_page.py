"""reports/index.html: one run on one page that opens from disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ccsi.reporting.audit_section import KINDS, audit_links, closest_pairs, counted
from ccsi.reporting.bounds import Bound
from ccsi.reporting.charts import Templates
from ccsi.reporting.headline import headlines
from ccsi.reporting.picture_rows import class_strips, mistakes, scaled_smoothly
from ccsi.reporting.render import render
from ccsi.reporting.results import RunResults
from ccsi.reporting.run_charts import run_charts
from ccsi.reporting.settings import SHOWN, Settings, budget, flat, losses, own_values, shown
from ccsi.reporting.tables import Table

Links = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Context:
    """What a page tells beside the results.

    settings: the sections of params.yaml named in settings.SHOWN. tasks: its `tasks`. links: a
    heading -> {label: address relative to the page} of what other stages wrote.
    """

    settings: Settings
    tasks: Mapping[str, Mapping[str, Any]]
    bounds: Sequence[Bound]
    templates: Templates
    links: Links


def build_page(
    summary: Mapping[str, Any],
    results: RunResults,
    tables: Mapping[str, Table],
    context: Context,
    *,
    files: Mapping[str, str],
) -> str:
    """The page as HTML text. `files`: {label: address} of what this stage wrote."""
    last = results.evaluations[-1]
    audit = results.audit
    charts = run_charts(tables, str(summary["method"]), context.bounds)
    return render(
        "run.html",
        templates=context.templates,
        charts=charts,
        title=f"{summary['method']} on {summary['dataset']}",
        summary=summary,
        images="test" if summary["split"] == "test" else "validation",
        headlines=headlines(summary, results),
        budget=budget(context.settings),
        losses=losses(context.settings),
        own_values=own_values(context.tasks),
        settings=[
            (key, shown(value))
            for key, value in flat({name: context.settings[name] for name in SHOWN})
        ],
        dataset=context.settings["dataset"],
        records=results.evaluations,
        last=last,
        recall=tables["recall"].rows,
        reliability=tables["reliability"].rows,
        strips=class_strips(results),
        mistakes=mistakes(results),
        smooth=scaled_smoothly(results),
        explained=results.shown.explained,
        bounds=context.bounds,
        audit=audit,
        pairs=[] if audit is None else closest_pairs(audit),
        counts=[] if audit is None else counted(audit),
        kinds=KINDS,
        links={"Numbers": files} | dict(context.links) | audit_links(audit),
    )
