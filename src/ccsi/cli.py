"""The command `ccsi`. Each command imports what it needs when it runs, so that --help is quick."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ccsi.errors import CcsiError

app = typer.Typer(
    help="CCSI: data-free class-incremental learning. `dvc` runs the pipeline; this does the rest.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
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


@app.command()
def info() -> None:
    """Print the results of the last run: accuracy after each task, forgetting, where pages lie."""
    from pathlib import Path

    from ccsi.commands.results import print_results

    print_results(Path())


def main() -> None:
    """Entry point. A fault the user can mend is one line on stderr and exit status 1."""
    try:
        app()
    except CcsiError as error:
        print(f"ccsi: {error}", file=sys.stderr)
        sys.exit(1)
