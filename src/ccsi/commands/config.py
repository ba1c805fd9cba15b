"""`ccsi config`: record choices in conf/, compose params.yaml, prune what no longer belongs."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ccsi.config.compose import compose_params, to_yaml
from ccsi.config.digest import is_edited, read_params
from ccsi.config.guard import dropped_overrides, original_of, refuse_lost_edit
from ccsi.config.hydra_tree import group_options
from ccsi.config.overrides import in_shell
from ccsi.config.paths import CONF, CONFIG_FILE, PARAMS_FILE, project_root
from ccsi.config.prune import leftovers, remove
from ccsi.config.record import record
from ccsi.config.text_files import read_text
from ccsi.data.layout import lay_out
from ccsi.data.params import DatasetParams
from ccsi.data.reading.arrival_record import RECORD, record_arrivals
from ccsi.frame.artifacts import write_text
from ccsi.frame.section import parse


def run(choices: Sequence[str], *, show: bool, discard: bool, console: Console) -> None:
    """Compose with these choices in the project that holds the current folder.

    show: print what would be composed and write nothing. discard: let a hand edit of params.yaml
    go. Raises CcsiError, with nothing written.
    """
    with contextlib.chdir(project_root(Path.cwd())):
        recorded = record(read_text(CONFIG_FILE), choices, group_options(CONF))
        with _conf_with(recorded.text) as conf:
            params = compose_params(conf)
        if show:
            console.out(to_yaml(params), highlight=False, end="")
            return
        at_hand = read_params(PARAMS_FILE)
        if is_edited(at_hand) and not discard:
            refuse_lost_edit(at_hand, original_of(at_hand, params), params, explicit=choices)
        table = table_of(params, _chosen_files(recorded.text))
        _write(CONFIG_FILE, recorded.text)
        _write(PARAMS_FILE, to_yaml(params))
        _record_arrivals(console, params["dataset"])
        pruned = leftovers(Path(), params)
        remove(pruned)
        _report(console, dropped=recorded.dropped, left=dropped_overrides(at_hand, choices))
        for path in pruned:
            console.print(
                f"removed {path}: no task makes it any more", highlight=False, markup=False
            )
        console.print(table)


def table_of(params: Mapping[str, Any], files: str) -> Table:
    """What will run: each task with its classes and how it is learned."""
    dataset = parse(DatasetParams, params["dataset"], where="dataset")
    names = [layout.names for layout in lay_out(dataset, params["split"]).values()]
    table = Table(title=escape(f"params.yaml: {files}"), title_justify="left")
    for column in ("task", "classes", "learned by"):
        table.add_column(column)
    for (task, entry), classes in zip(params["tasks"].items(), names, strict=True):
        table.add_row(task, escape(", ".join(classes)), _learned_by(params, task, entry))
    return table


def _learned_by(params: Mapping[str, Any], task: str, entry: Mapping[str, Any]) -> str:
    if entry["model"] == params["start"]:
        return f"nothing: {params['start']} knows it"
    method = params["method"]
    if task in params["fits"]:
        train = "train; then " if task in params["first"] else ""
        return f"{train}statistics of features of {params['fits'][task]['backbone']}"
    if task in params["first"]:
        return "train"
    if method["reads"] == "seen":
        return "update: a fresh network on all tasks so far"
    rehearsed = "" if method["rehearsal"] == "none" else f", with {method['rehearsal']}"
    return f"update of the model after {params['increments'][task]['prev']}{rehearsed}"


@contextlib.contextmanager
def _conf_with(text: str) -> Iterator[Path]:
    """A copy of conf/ with another config.yaml, so that a failing choice leaves conf/ untouched."""
    with tempfile.TemporaryDirectory(prefix="ccsi-config-") as folder:
        copy = Path(shutil.copytree(CONF, Path(folder) / CONF.name))
        (copy / CONFIG_FILE.name).write_text(text)
        yield copy


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        write_text(path, text)


def _record_arrivals(console: Console, dataset: Mapping[str, Any]) -> None:
    if dataset["source"] == "arrivals":
        new = record_arrivals(Path(dataset["path"]))
        if new:
            text = f"recorded in {dataset['path']}/{RECORD}: {', '.join(new)}"
            console.print(text, highlight=False, markup=False)


def _report(console: Console, *, dropped: Sequence[str], left: Sequence[str]) -> None:
    if dropped:
        text = f"forgotten, since it belonged to the former data set: {in_shell(dropped)}"
        console.print(text, highlight=False, markup=False)
    if left:
        text = f"left behind from the last dvc exp run: {in_shell(left)}"
        console.print(text, highlight=False, markup=False)


def _chosen_files(text: str) -> str:
    entries = OmegaConf.to_container(OmegaConf.create(text), resolve=False)
    assert isinstance(entries, dict)
    chosen = {
        str(group): str(name)
        for entry in entries["defaults"]
        if isinstance(entry, dict)
        for group, name in entry.items()
    }
    return ", ".join(f"{group}={name}" for group, name in chosen.items() if "$" not in name)
