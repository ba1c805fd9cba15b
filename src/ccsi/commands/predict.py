"""`ccsi predict`: class names and probabilities of images."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ccsi.commands.chosen_model import load_chosen
from ccsi.frame.artifacts import atomic_path
from ccsi.inference.image_inputs import Wanted, check_inputs, find_inputs
from ccsi.inference.predictions import FORMATS, predict_images


def run(
    model: Path | None, images: Sequence[str], *, format: str, output: Path | None, resize: bool
) -> None:
    """Predict, and write to `output` or standard output; what was used is said on standard error.

    All files are judged by their headers first. Raises CcsiError; then no `output` is written.
    """
    inputs = find_inputs(images)
    chosen = load_chosen(model)
    wanted = Wanted(chosen.side, chosen.classifier.channels, resize)
    check_inputs(inputs, wanted)
    print(chosen.in_words(), file=sys.stderr)
    names = chosen.classifier.class_names
    lines = FORMATS[format](predict_images(chosen, inputs, wanted), names)
    if output is None:
        for line in lines:
            sys.stdout.write(line)
        return
    with atomic_path(output) as temporary, temporary.open("w", encoding="utf-8") as stream:
        for line in lines:
            stream.write(line)
    print(f"written: {output}", file=sys.stderr)
