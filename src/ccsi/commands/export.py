"""`ccsi export`: the model for other programs, and its card."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsi.commands.chosen_model import evaluation_file, load_chosen, task_folder
from ccsi.evaluation.calibration_record import sha256
from ccsi.frame.artifacts import load_json, write_bytes, write_text
from ccsi.frame.errors import ArtifactError
from ccsi.inference.image_batches import read_batches
from ccsi.inference.image_inputs import Wanted, check_inputs, find_inputs
from ccsi.inference.trained_model import TrainedModel
from ccsi.reporting.results import calibrated_error
from ccsi.tasks.task_files import load_task

NEEDED = ("onnx", "onnxruntime", "onnxscript", "huggingface_hub")


def run(model: Path | None, *, output: Path, card: Path, images: Sequence[str] | None) -> None:
    """Export, compare, write both files, say what was found.

    Raises CcsiError; then neither file is written, but the model where only the card cannot be.
    """
    _require_libraries()
    from ccsi.export.model_card import model_card
    from ccsi.export.onnx_file import largest_difference, to_onnx

    if output.suffix != ".onnx":
        raise ArtifactError(f"--output {output}: name it .onnx")
    chosen = load_chosen(model)
    real, whose = _real_images(chosen, images)
    content = to_onnx(chosen)
    difference = largest_difference(content, chosen, real)
    evaluation = _evaluation_of(chosen)
    text = model_card(chosen, evaluation, name=output.stem)
    write_bytes(output, content)
    write_text(card, text)
    print(
        f"{output}: {len(content)} bytes; probabilities differ from PyTorch's by at most "
        f"{difference:.2g} on {len(real)} {whose}"
    )
    measured = "with the metrics of its evaluation" if evaluation else "without metrics: none is"
    print(f"{card}: model card, {measured}{'' if evaluation else ' of this model'}")


def _require_libraries() -> None:
    for name in NEEDED:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise ArtifactError(
                f"ccsi export needs {error.name}, which is not installed: run "
                "`pip install 'ccsi[export]'`, or in a clone `pip install '.[export]'`"
            ) from error


def _real_images(model: TrainedModel, given: Sequence[str] | None) -> tuple[NDArray[np.uint8], str]:
    """At most a few hundred images: what is compared is arithmetic, not accuracy."""
    most = 256
    if given is not None:
        inputs, wanted = find_inputs(given), Wanted(model.side, model.classifier.channels)
        check_inputs(inputs, wanted)
        return next(read_batches(inputs, wanted, length=most)).images, "of the images given"
    folder = task_folder(model)
    if folder is None:
        raise ArtifactError(
            f"{model.path}: no validation images of its last task in this project to check the "
            "export with; name some real ones with --images"
        )
    task = load_task(folder, memory_map=True)
    return np.array(task.val.images[:most]), f"validation images of {task.info.task}"


def _evaluation_of(model: TrainedModel) -> Mapping[str, Any] | None:
    """The evaluation record of this very model, by its digest, and its error as calibrated."""
    file = evaluation_file(model)
    if file is None:
        return None
    record = load_json(file)
    if record.get("model_sha256") != sha256(model.path):
        return None
    scaled = None
    if model.calibration is not None:
        scaled, _ = calibrated_error(file.parent, record, temperature=model.temperature)
    return {**record, "ece_calibrated": scaled}
