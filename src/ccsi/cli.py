"""The command `ccsi`. Each command imports what it needs when it runs, so that --help is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ccsi.frame.errors import OF_THE_SYSTEM, CcsiError, told
from ccsi.model_cli import add_model_commands

app = typer.Typer(
    help="CCSI: data-free class-incremental learning. `dvc` runs the pipeline; this does the rest.",
    epilog="Exit status: 0 fine; 1 a fault that you can mend, told in one line; 2 wrong usage.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


@app.command(rich_help_panel="Set up a run")
def config(
    choices: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[GROUP=FILE | KEY=VALUE | ~KEY]...",
            help="dataset=bloodmnist budget=quick loss.margin=0; ~loss.margin forgets it again.",
            show_default=False,
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print params.yaml, write nothing.")] = False,
    discard: Annotated[
        bool, typer.Option("--discard", help="Let a hand edit of params.yaml go.")
    ] = False,
) -> None:
    """Record choices in conf/config.yaml, compose params.yaml, remove leftovers of old tasks."""
    from rich.console import Console

    from ccsi.commands.config import run

    run(choices or [], show=show, discard=discard, console=Console(soft_wrap=True))


add_model_commands(app)


@app.command()
def provenance(
    model: Annotated[
        str | None,
        typer.Argument(help="A folder of data/models, or a task; default: the last task's model."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List every file that a stage behind a model read, with its hash, from dvc.lock.

    Exit status 1 if a learning stage read an image of an old task.
    """
    from rich.console import Console

    from ccsi.commands.provenance import run

    if run(model, as_json=as_json, console=Console(soft_wrap=True)):
        raise typer.Exit(1)


@app.command()
def purge(
    task: Annotated[str, typer.Argument(help="The task whose images are to go, for instance t2.")],
    yes: Annotated[bool, typer.Option("--yes", help="Delete without a question.")] = False,
    list_only: Annotated[bool, typer.Option("--list", help="List the places, and stop.")] = False,
) -> None:
    """Delete a task's images everywhere in reach; model, means and statistics stay.

    Lists every place first. Writes purges/<task>.json for you to commit. Exit status 1 while a
    place remains that could not be emptied: the images are then not gone.
    """
    from rich.console import Console

    from ccsi.commands.purge import run

    if not run(task, yes=yes, list_only=list_only, console=Console(soft_wrap=True)):
        raise typer.Exit(1)


@app.command()
def compare(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="Experiments, * and ? allowed; those of the last commit where none is named.",
            show_default=False,
        ),
    ] = None,
    study: Annotated[
        Path | None, typer.Option("--study", help="The runs of this study, by the present code.")
    ] = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", help="Test each group against this one.")
    ] = None,
    measure: Annotated[
        str, typer.Option("--measure", help="What the printed test is about; the CSV has all.")
    ] = "average_incremental_accuracy",
    all_commits: Annotated[
        bool, typer.Option("--all-commits", "-A", help="Also experiments of earlier commits.")
    ] = False,
    runs: Annotated[bool, typer.Option("--runs", help="Only list the runs.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder. [default: reports/study/<name of the study>]"),
    ] = None,
) -> None:
    """Average experiments over seeds, test them against a baseline; unlike runs are refused.

    Writes a page, figures and tables.
    """
    from rich.console import Console

    from ccsi.commands import compare as command

    selection = command.Selection(tuple(names or ()), study, all_commits)
    command.run(
        selection, baseline=baseline, measure=measure, out=out, list_runs=runs,
        console=Console(width=None if sys.stdout.isatty() else 120),
    )  # fmt: skip


@app.command()
def study(
    file: Annotated[Path, typer.Argument(help="A YAML list of overrides, as studies/digits.yaml.")],
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Runs at a time.")] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the runs and say what they take; run nothing.")
    ] = False,
) -> None:
    """Run a study: many runs through DVC's queue. What is there already is not run again."""
    from rich.console import Console

    from ccsi.commands.study import run

    run(file, jobs=jobs, dry_run=dry_run, console=Console(soft_wrap=True))


@app.command()
def search(
    file: Annotated[Path, typer.Argument(metavar="SPACE", help="As studies/lr.search.yaml.")],
    task: Annotated[
        str | None, typer.Option("--task", help="Search this task's own values; stop after it.")
    ] = None,
    trials: Annotated[int, typer.Option("--trials", min=1, help="In all, earlier ones too.")] = 20,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Workers on this machine.")] = 1,
    worker: Annotated[int | None, typer.Option("--worker", hidden=True)] = None,
) -> None:
    """Search hyper-parameters on validation images; each trial is a cached run."""
    from rich.console import Console

    from ccsi.commands.search import run

    console = Console(soft_wrap=True)
    run(file, task=task, trials=trials, jobs=jobs, worker=worker, console=console)


def main() -> None:
    """Entry point. A fault the user can mend is one line on stderr and exit status 1."""
    try:
        app()
    except CcsiError as error:
        print(f"ccsi: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if error.errno not in OF_THE_SYSTEM:
            raise
        print(f"ccsi: {told(error)}", file=sys.stderr)
        sys.exit(1)
