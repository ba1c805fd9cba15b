"""Models as safetensors: tensors and one sorted JSON record, the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ccsi.frame.artifacts import write_bytes
from ccsi.frame.errors import ArtifactError
from ccsi.models.classifier import Classifier, Learned
from ccsi.models.feature_map import FeatureMap
from ccsi.models.params import ModelParams

MODEL_FILE = "model.safetensors"
METADATA_KEY = "ccsi"  # one key only: safetensors does not keep the order of several


def save_classifier(path: Path, classifier: Classifier) -> None:
    """Write the classifier atomically."""
    record = {
        "channels": classifier.channels,
        "class_names": list(classifier.class_names),
        "history": [asdict(learned) for learned in classifier.history],
        "model": classifier.params.model_dump(mode="json"),
        "tasks": {task: list(ids) for task, ids in classifier.tasks.items()},
    }
    if classifier.feature_map is not None:
        record["feature_map"] = classifier.feature_map.record()
    tensors = {name: value.contiguous() for name, value in classifier.state_dict().items()}
    write_bytes(path, save(tensors, {METADATA_KEY: json.dumps(record, sort_keys=True)}))


def load_classifier(path: Path) -> Classifier:
    """Read a classifier. Raises ArtifactError where the file is missing, damaged or foreign."""
    try:
        with safe_open(path, framework="pt") as stream:
            record = json.loads((stream.metadata() or {})[METADATA_KEY])
            state = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118
        params = ModelParams.model_validate(record["model"])
        classifier = Classifier(params, channels=record["channels"], generator=torch.Generator())
        if "feature_map" in record:
            classifier.stand_on(FeatureMap.from_record(record["feature_map"], part(state)))
        # JSON sorts t10 before t2, so the order of arrival is restored from the class ids.
        for task, ids in sorted(record["tasks"].items(), key=lambda item: item[1]):
            names = [record["class_names"][class_id] for class_id in ids]
            classifier.add_task(task, names, generator=torch.Generator())
        classifier.history = tuple(Learned(**learned) for learned in record["history"])
        classifier.restore(state)
    except (
        OSError,
        SafetensorError,
        ValidationError,
        KeyError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        raise ArtifactError(
            f"{path} is no readable ccsi model: {type(error).__name__}: {_reason(error)}"
        ) from error
    return classifier


def _reason(error: Exception) -> str:
    """Of many invalid values the first: one line is to be read."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)


def part(state: Mapping[str, Tensor], name: str = "feature_map") -> dict[str, Tensor]:
    """The tensors of one submodule, by its own names."""
    start = f"{name}."
    return {key.removeprefix(start): value for key, value in state.items() if key.startswith(start)}
