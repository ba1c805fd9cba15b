"""The command `ccsi`. Each command imports what it needs when it runs, so that --help is quick."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ccsi.errors import CcsiError
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


def main() -> None:
    """Entry point. A fault the user can mend is one line on stderr and exit status 1."""
    try:
        app()
    except CcsiError as error:
        print(f"ccsi: {error}", file=sys.stderr)
        sys.exit(1)
