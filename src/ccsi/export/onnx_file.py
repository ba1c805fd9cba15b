"""The model as an ONNX file that explains itself, and its comparison with PyTorch."""

from __future__ import annotations

import dataclasses
import json
import logging
import warnings
from collections.abc import Mapping

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray

import ccsi
from ccsi.export.standard_network import StandardNetwork
from ccsi.frame.errors import ArtifactError
from ccsi.inference.trained_model import TrainedModel

INPUT, OUTPUT = "images", "probabilities"
LARGEST = 1e-4  # difference of a probability that is still rounding


def to_onnx(model: TrainedModel) -> bytes:
    """Images uint8 [N, side, side, C], as decoded, to probabilities float32 [N, K]; any N."""
    network = StandardNetwork(model.classifier, temperature=model.temperature)
    shape = (2, model.side, model.side, model.classifier.channels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's, about itself
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            network,
            (torch.zeros(shape, dtype=torch.uint8),),
            dynamo=True,
            dynamic_shapes={"images": {0: torch.export.Dim("N")}},
            input_names=[INPUT],
            output_names=[OUTPUT],
            verbose=False,
        )
    assert program is not None
    proto = program.model_proto
    _without_traces(proto)
    proto.producer_name, proto.producer_version = "ccsi", ccsi.__version__
    onnx.helper.set_model_props(proto, dict(metadata(model)))
    onnx.checker.check_model(proto)
    content: bytes = proto.SerializeToString(deterministic=True)
    return content


def metadata(model: TrainedModel) -> Mapping[str, str]:
    """What the file says of itself, each value as JSON."""
    network, calibration = model.classifier, model.calibration
    facts = {
        "classes": list(network.class_names),
        "tasks": {task: list(ids) for task, ids in network.tasks.items()},
        "history": [dataclasses.asdict(learned) for learned in network.history],
        "input": {
            "layout": "NHWC, uint8 in 0..255",
            "side": model.side,
            "channels": "grayscale" if network.channels == 1 else "RGB",
            "inside the graph": "scaling to [0, 1] and zero padding",
        },
        "temperature": model.temperature,
        "calibration": None if calibration is None else dataclasses.asdict(calibration),
        "intended_use": "research, not diagnosis",
    }
    return {f"ccsi.{key}": json.dumps(value, sort_keys=True) for key, value in facts.items()}


def largest_difference(content: bytes, model: TrainedModel, images: NDArray[np.uint8]) -> float:
    """Largest difference of a probability between onnxruntime and PyTorch on these images.

    Raises ArtifactError where it is no rounding.
    """
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (found,) = session.run([OUTPUT], {INPUT: np.ascontiguousarray(images)})
    difference = float(np.abs(np.asarray(found) - model.probabilities(images)).max())
    if not difference <= LARGEST:  # NaN fails here too
        raise ArtifactError(
            f"the exported model differs from PyTorch by up to {difference:.2g} on {len(images)} "
            "images, so it was not written; please report this"
        )
    return difference


def _without_traces(proto: onnx.ModelProto) -> None:
    """Drop the exporter's notes, which hold paths of this machine."""
    graph = proto.graph
    values = (*graph.input, *graph.output, *graph.value_info, *graph.initializer)
    inner = (node for function in proto.functions for node in function.node)
    for part in (proto, graph, *graph.node, *values, *proto.functions, *inner):
        del part.metadata_props[:]
