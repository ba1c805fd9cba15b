"""Charts of the page: the same Vega-Lite templates that `dvc plots` fills, filled here.

The templates and the scripts that draw them lie in one place, .dvc/plots, so that the page and
`dvc plots show` draw the same. Vega-Lite: Satyanarayan et al., IEEE TVCG 2017.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ccsi.frame.errors import ArtifactError

Spec = dict[str, Any]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#878d96")
"""Okabe and Ito's palette, told apart by colour-blind readers, without its black and yellow."""
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
"""Of points: with the colours, 42 series stay apart."""
PAGE_FILE = "page.html"


@dataclass(frozen=True)
class Chart:
    """What one chart draws: a template's name, its columns, its rows, and a text in its place."""

    template: str
    x: str
    y: str
    rows: Sequence[Mapping[str, Any]]
    alt: str
    series: Sequence[str] = field(default_factory=tuple)
    """Values of the column `rev`, in the order of the colours; without it there is one series."""


class Templates:
    """The committed templates and scripts of `dvc plots`."""

    def __init__(self, folder: Path, *more: Path) -> None:
        """Read every *.json and page.html, and the *.json of more folders.

        Raises ArtifactError where one is missing or damaged.
        """
        try:
            files = [path for place in (folder, *more) for path in sorted(place.glob("*.json"))]
            self._specs = {path.stem: json.loads(path.read_text()) for path in files}
            self.scripts = scripts_of((folder / PAGE_FILE).read_text())
        except (OSError, ValueError) as error:
            raise ArtifactError(f"cannot read the plot templates in {folder}: {error}") from error

    def fill(self, chart: Chart) -> Spec:
        """The chart as a specification with its data inside.

        Titles are left to the page. One series needs neither a legend nor a facet of its own.
        Raises ArtifactError for a template that there is not.
        """
        if chart.template not in self._specs:
            raise ArtifactError(f"there is no plot template {chart.template}.json in .dvc/plots")
        several = len(chart.series) > 1
        names = list(chart.series) or [""]
        colour = {
            "field": "rev",
            "type": "nominal",
            "sort": None,
            "title": None,
            "scale": {"domain": names, "range": list(COLOURS[: len(names)])},
            **({} if several else {"legend": None}),
        }
        values = {
            "<DVC_METRIC_DATA>": [{"rev": names[0], **row} for row in chart.rows],
            "<DVC_METRIC_X>": chart.x,
            "<DVC_METRIC_Y>": chart.y,
            "<DVC_METRIC_X_LABEL>": chart.x,
            "<DVC_METRIC_COLOR>": colour,
            "<SHAPE>": {**colour, "scale": {"domain": names, "range": list(SHAPES)}},
        }
        spec: Spec = _filled(self._specs[chart.template], values)
        spec.pop("title", None)
        if not several:
            _without_revisions(spec)
        if isinstance(spec.get("width"), int):
            spec |= {"width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}
        return {**spec, "description": chart.alt}


def scripts_of(page: str) -> str:
    """The <script> elements in the head of the page of `dvc plots`, as they stand there.

    Raises ValueError where there are none.
    """
    head = page[: page.index("\n</head>\n")]  # a library has "</head>" in a string
    first, last = head.index("<script>"), head.rindex("</script>")
    return head[first : last + len("</script>")]


def _filled(part: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(part, Mapping):
        return {key: _filled(value, values) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, values) for value in part]
    return values.get(part, part) if isinstance(part, str) else part


def _without_revisions(spec: Spec) -> None:
    """Take out the facet, the offset, the dashes and the tips that tell revisions apart."""
    if set(spec.get("facet", {})) == {"column"}:
        del spec["facet"]
        spec.update(spec.pop("spec"))
    _drop_revision_encodings(spec)


def _drop_revision_encodings(part: Any) -> None:
    if isinstance(part, list):
        for value in part:
            _drop_revision_encodings(value)
    elif isinstance(part, dict):
        encoding = part.get("encoding", {})
        for channel in ("xOffset", "yOffset", "strokeDash"):
            if isinstance(encoding.get(channel), dict) and encoding[channel]["field"] == "rev":
                del encoding[channel]
        if isinstance(encoding.get("tooltip"), list):
            encoding["tooltip"] = [tip for tip in encoding["tooltip"] if tip["field"] != "rev"]
        for value in part.values():
            _drop_revision_encodings(value)
