"""HTML pages from the templates beside this file: one file each, nothing fetched, stable bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ccsi.reporting.charts import Chart, Templates

FOLDER = Path(__file__).parent / "templates"
UNDEFINED = "\N{EN DASH}"


def render(
    name: str,
    *,
    charts: Mapping[str, Chart],
    templates: Templates,
    folders: Sequence[Path] = (),
    **values: Any,
) -> str:
    """The page `name`, with its charts by the id of the element that they are drawn in.

    folders: where pages lie beside those of this package.
    Every text is escaped; the only markup that comes from outside is the scripts of `templates`.
    """
    specs = {key: templates.fill(chart) for key, chart in charts.items()}
    return (
        _environment(folders)
        .get_template(name)
        .render(
            charts=charts,
            specs=Markup(_json_in_script(specs)),
            scripts=Markup(templates.scripts),
            **values,
        )
    )


def percent(value: float | None, digits: int = 1) -> str:
    """0.5 -> "50.0 %"; None, which is undefined, -> a dash."""
    return UNDEFINED if value is None else f"{signed(value * 100, digits)} %"


def signed(value: float | None, digits: int = 3) -> str:
    """0.5 -> "0.500", with a typographic minus; None -> a dash."""
    return UNDEFINED if value is None else f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _environment(folders: Sequence[Path]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([*folders, FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"percent": percent, "signed": signed}
    return environment


def _json_in_script(value: Any) -> str:
    # "</script" or "<!--" inside a string would end or swallow the element.
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
