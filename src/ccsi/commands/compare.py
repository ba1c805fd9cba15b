"""`ccsi compare`: DVC's experiments averaged over seeds and tested against a baseline."""

from __future__ import annotations

import contextlib
import fnmatch
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dvc.repo import Repo
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ccsi.commands.experiments import Experiment, list_experiments, open_project, read_run
from ccsi.commands.present import Present
from ccsi.comparison.audits import COLUMNS as AUDITS
from ccsi.comparison.audits import PREDICTORS, audit_rows, predictor_rows
from ccsi.comparison.comparison import BY_TASK, COST, MEASURES, Comparison, compare
from ccsi.comparison.figures import write_figure
from ccsi.comparison.page import comparison_page
from ccsi.comparison.report import COLUMNS, csv_rows, datasets, markdown, table
from ccsi.comparison.run import Run, require_runs
from ccsi.comparison.runs_table import accuracy_rows, run_rows
from ccsi.config.names import nearest
from ccsi.config.overrides import in_shell
from ccsi.config.paths import CONF, from_root, project_root
from ccsi.frame.artifacts import load_table, save_table, write_text
from ccsi.frame.errors import ParameterError
from ccsi.frame.times import LOG
from ccsi.reporting.bounds import COLUMNS as RUN_COLUMNS
from ccsi.study.forecast import Times
from ccsi.study.plan import identity, plan

REPORTS = Path("reports/study")
PLOTS = Path(".dvc/plots")
DEFAULT_MEASURE = "average_incremental_accuracy"


@dataclass(frozen=True)
class Selection:
    """Which experiments: these names (* and ? allowed), a study's, or all of the last commit."""

    names: tuple[str, ...] = ()
    study: Path | None = None
    all_commits: bool = False


def run(
    selection: Selection,
    *,
    baseline: str | None,
    measure: str,
    out: Path | None,
    list_runs: bool,
    console: Console,
) -> None:
    """Compare, print, and write table, page and figures into a folder; or only list the runs.

    Raises CcsiError where runs are unlike, with nothing written.
    """
    known = [*MEASURES, BY_TASK[1], *COST]
    if measure not in known:
        raise ParameterError(f"--measure {measure}: no such measure{nearest(measure, known)}")
    if selection.names and selection.study is not None:
        raise ParameterError("--study names all runs that are meant; leave the other names out")
    root = project_root(Path.cwd())
    if selection.study is not None:
        selection = replace(selection, study=from_root(selection.study, root))
    out = None if out is None else from_root(out, root)
    with contextlib.chdir(root), open_project(Path()) as repo:
        runs, left_out = select(repo, selection)
        for name, reason in left_out.items():
            console.print(f"left out {name}: {reason}", highlight=False, markup=False)
        require_runs(runs, left_out=left_out)
        if list_runs:
            console.print(_rich(*run_rows(runs), title=""))
            return
        found = compare(runs, baseline=baseline)
        for dataset in datasets(found):
            console.print(_rich(*table(found, dataset, measure=measure), title=dataset))
        for note in found.notes:
            console.print(note, highlight=False, markup=False)
        _write(found, selection, out, measure, console)


def select(repo: Repo, selection: Selection) -> tuple[list[Run], dict[str, str]]:
    """The chosen runs by name, a study's own first, and why experiments meant are left out."""
    runs, left_out = [], {}
    times = Times.read(LOG)
    for experiment in _named(repo, selection):
        found = read_run(repo, experiment, times)
        if isinstance(found, Run):
            runs.append(found)
        else:
            left_out[experiment.name] = found
    if selection.study is None:
        return sorted(runs, key=lambda run: run.name), left_out
    wanted = {identity(planned.params): planned.name for planned in plan(selection.study, CONF)}
    current, changed = Present(repo).sort(r for r in runs if identity(r.params) in wanted)
    there = {identity(run.params) for run in current}
    missing = {
        name: f"{changed[key]} has changed since it ran"
        if key in changed
        else "not run by this code yet"
        for key, name in wanted.items()
        if key not in there
    }
    return _own_first(current, wanted), missing


def _own_first(runs: Sequence[Run], wanted: Mapping[str, str]) -> list[Run]:
    """By name, but a study's own before equal ones that were named for something else.

    wanted: the study's names by identity. Equal runs of several machines have other bytes, so
    that which of them counts must not follow from the alphabet.
    """
    return sorted(runs, key=lambda run: (run.name != wanted[identity(run.params)], run.name))


def _named(repo: Repo, selection: Selection) -> list[Experiment]:
    experiments = list_experiments(repo)
    if selection.names:
        _require_matches(selection.names, [e.name for e in experiments])
        wanted = [
            e for e in experiments if any(fnmatch.fnmatch(e.name, n) for n in selection.names)
        ]
        return wanted
    if selection.all_commits or selection.study is not None:
        return experiments
    head = repo.scm.get_rev()
    return [e for e in experiments if e.baseline == head]


def _require_matches(patterns: Collection[str], names: Sequence[str]) -> None:
    for pattern in patterns:
        if not fnmatch.filter(names, pattern):
            raise ParameterError(f"{pattern}: there is no such experiment{nearest(pattern, names)}")


def _write(
    found: Comparison, selection: Selection, out: Path | None, measure: str, console: Console
) -> None:
    name = selection.study.stem if selection.study else "comparison"
    folder = out or REPORTS / name
    told = _command(selection, found.baseline, measure)
    title = f"Study: {folder.name}"
    earlier = _earlier(folder)
    page = comparison_page(found, title=title, command=told, measure=measure, plots=PLOTS)
    save_table(folder / "comparison.csv", csv_rows(found), columns=COLUMNS)
    save_table(folder / "runs.csv", accuracy_rows(found), columns=RUN_COLUMNS)
    if audits := list(audit_rows(found.groups)):
        earlier -= {folder / "audits.csv", folder / "predictors.csv"}
        save_table(folder / "audits.csv", audits, columns=AUDITS)
        save_table(folder / "predictors.csv", predictor_rows(found.groups), columns=PREDICTORS)
    text = markdown(found, measure=measure, title=title, command=told)
    write_text(folder / "comparison.md", text)
    for dataset in datasets(found):
        write_figure(folder / f"{dataset}.png", found, dataset)
        earlier.discard(folder / f"{dataset}.png")
    write_text(folder / "index.html", page)
    for path in earlier:
        path.unlink(missing_ok=True)
    console.print(f"written: {folder}/ (index.html, *.csv, comparison.md, *.png)",
                  highlight=False, markup=False)  # fmt: skip


def _earlier(folder: Path) -> set[Path]:
    """What an earlier comparison wrote that another need not: of audits, and of other data sets."""
    table = folder / "comparison.csv"
    rows = load_table(table) if table.is_file() else []
    drawn = {f"{row['dataset']}.png" for row in rows if row.get("dataset")}
    return {folder / name for name in ("audits.csv", "predictors.csv", *drawn)} if rows else set()


def _command(selection: Selection, baseline: str | None, measure: str) -> str:
    """What was typed, but where the result goes."""
    words = ["ccsi", "compare"]
    words += ["--study", str(selection.study)] if selection.study else list(selection.names)
    words += ["--all-commits"] if selection.all_commits else []
    words += ["--baseline", baseline] if baseline else []
    words += ["--measure", measure] if measure != DEFAULT_MEASURE else []
    return in_shell(words)


def _rich(headings: Sequence[str], rows: Sequence[Sequence[str]], *, title: str) -> Table:
    drawn = Table(title=escape(title) or None, title_justify="left")
    for index, heading in enumerate(headings):
        drawn.add_column(heading, justify="left" if index == 0 else "right", overflow="fold")
    for row in rows:
        drawn.add_row(*map(escape, row))
    return drawn
