"""The subcommands that use a model: info, predict, export."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

PANEL = "Use a model"
MODEL = "A model: data/models/<task>, any folder with model.safetensors, or that file."


class TextFormat(StrEnum):
    """How predictions are written."""

    csv = "csv"
    json = "json"


class ModelFormat(StrEnum):
    """What a model can be exported to."""

    onnx = "onnx"


def add_model_commands(app: typer.Typer) -> None:
    """Add info, predict and export to `ccsi`."""
    app.command(rich_help_panel=PANEL)(info)
    app.command(rich_help_panel=PANEL)(predict)
    app.command(rich_help_panel=PANEL)(export)


def info(
    model: Annotated[Path | None, typer.Argument(help=MODEL, show_default=False)] = None,
    named: Annotated[
        Path | None, typer.Option("--model", "-m", help=MODEL, show_default=False)
    ] = None,
) -> None:
    """Print the results of the last run; with a model, what it knows and how it learned it.

    Examples: ccsi info; ccsi info data/models/t3
    """
    chosen = _only_one(model, named)
    if chosen is None:
        from ccsi.commands.results import print_results
        from ccsi.config.paths import project_root

        print_results(project_root(Path.cwd()))
        return
    from ccsi.commands.chosen_model import load_chosen
    from ccsi.commands.model_table import print_model

    print_model(load_chosen(chosen))


def predict(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="[MODEL] IMAGES...",
            help="Image files (png, jpg, tif, bmp), folders, 'patterns*.png', FILE.npz or "
            "FILE.npz:KEY. A model may stand first; else it is the project's newest.",
            show_default=False,
        ),
    ],
    named: Annotated[
        Path | None, typer.Option("--model", "-m", help=MODEL, show_default=False)
    ] = None,
    format: Annotated[TextFormat, typer.Option(help="Of the predictions.")] = TextFormat.csv,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; else standard output."),
    ] = None,
    resize: Annotated[
        bool,
        typer.Option(
            "--resize",
            help="Crop other images to their central square, resize and convert them; "
            "without it they are refused.",
        ),
    ] = False,
) -> None:
    """Name the class of each image, with temperature-scaled probabilities of all classes.

    Any number of images, a batch in memory at a time. For research, not for diagnosis.

    Examples: ccsi predict scan.png; ccsi predict data/models/t3 scans/ --format json -o out.json
    """
    from ccsi.commands.chosen_model import is_model
    from ccsi.commands.predict import run

    first = paths[0] if is_model(paths[0]) else None
    images = paths if first is None else paths[1:]
    if not images:
        raise typer.BadParameter("no images are named after the model", param_hint="IMAGES")
    chosen = _only_one(first, named)
    run(chosen, [str(path) for path in images], format=format, output=output, resize=resize)


def export(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write, such as model.onnx.")
    ],
    model: Annotated[Path | None, typer.Argument(help=MODEL, show_default=False)] = None,
    named: Annotated[
        Path | None, typer.Option("--model", "-m", help=MODEL, show_default=False)
    ] = None,
    format: Annotated[ModelFormat, typer.Option(help="Of the model.")] = ModelFormat.onnx,
    images: Annotated[
        list[Path] | None,
        typer.Option(
            "--images",
            help="Real images to check the file with; else the validation images of the "
            "model's last task.",
            show_default=False,
        ),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option("--card", help="Where the model card goes; else OUTPUT with suffix .md."),
    ] = None,
) -> None:
    """Write the model for other programs, checked against PyTorch, and a model card beside it.

    Classes, preprocessing, temperature and task history stand inside the file.

    Example: ccsi export --output release/model.onnx --card release/README.md
    """
    from ccsi.commands.export import run

    run(
        _only_one(model, named),
        output=output,
        card=output.with_suffix(".md") if card is None else card,
        images=None if images is None else [str(path) for path in images],
    )


def _only_one(first: Path | None, named: Path | None) -> Path | None:
    if first is not None and named is not None:
        raise typer.BadParameter(f"two models are named, {first} and {named}", param_hint="MODEL")
    return named if first is None else first
