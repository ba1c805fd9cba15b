"""The command `ccsi`. Each command imports what it needs when it runs, so that --help is quick."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ccsi.errors import OF_THE_SYSTEM, CcsiError, told
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
