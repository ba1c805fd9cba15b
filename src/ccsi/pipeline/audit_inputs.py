"""What an audit reads of a run: real images, impressions, models, means and statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsi.audit.kept_means import COUNTS
from ccsi.audit.mean_leak import CANDIDATES
from ccsi.audit.real_images import RealClass, at_most
from ccsi.frame.errors import DataError
from ccsi.models.classifier import Classifier
from ccsi.models.store import MODEL_FILE, load_classifier
from ccsi.pipeline.labelled import load_labelled
from ccsi.tasks.task_files import load_task, load_test

Record = Mapping[str, Any]
Images = NDArray[np.uint8]
GeneratorFor = Callable[[str], np.random.Generator]

POOL = COUNTS[-1] + CANDIDATES
"""Images of a class from which means are taken: the largest mean and images beside it."""


class AuditInputs:
    """The files that a record of `audits` names; models are read once."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._models: dict[Path, Classifier] = {}

    @property
    def held_split(self) -> str:
        """Which images nothing has learned from."""
        return "test" if Path(self.record["held"]).is_dir() else "validation"

    def real_classes(self, *, most: int, generator_for: GeneratorFor) -> list[RealClass]:
        """Every class with images of both kinds, in order of arrival; at most `most` of each.

        A task whose images were purged is left out. Raises DataError where none is left.
        """
        found: list[RealClass] = []
        for task in self.record["tasks"]:
            folder, held_folder = (Path(self.record[key]) / task for key in ("members", "held"))
            of_validation = self.held_split == "validation"
            if not folder.is_dir() or not (of_validation or held_folder.is_dir()):
                continue
            data = load_task(folder, memory_map=True)
            held = data.val if of_validation else load_test(held_folder, memory_map=True).test
            for class_id, name in zip(data.info.class_ids, data.info.class_names, strict=True):
                learned = data.train.images[data.train.labels == class_id]
                others = held.images[held.labels == class_id]
                if len(learned) and len(others):
                    both = np.concatenate([learned, others])
                    drawn = (learned, most), (others, most), (both, POOL)
                    sets = [
                        at_most(images, count, generator=generator_for(f"{kind} {class_id}"))
                        for kind, (images, count) in zip(
                            ("members", "held", "pool"), drawn, strict=True
                        )
                    ]
                    found.append(RealClass(class_id, name, task, *sets))
        if not found:
            raise DataError(
                f"{self.record['members']} holds images of no task, so that there is nothing to "
                "audit; set audit.enabled=false"
            )
        return found

    def impressions(self, task: str) -> dict[int, Images]:
        """The impressions made from the model after `task`, by class; none is an empty record."""
        if task not in self.record["rehearsals"]:
            return {}
        made = load_labelled(Path(self.record["impressions"]) / task)
        return {int(c): made.images[made.labels == c] for c in np.unique(made.labels)}

    def model(self, task: str) -> Classifier:
        """The model after `task`, made here or elsewhere."""
        made_from = self.record["rehearsals"].get(task)
        return self.network(Path(made_from or Path(self.record["models"]) / task))

    def network(self, folder: Path) -> Classifier:
        """The network in `folder`, in evaluation mode."""
        if folder not in self._models:
            self._models[folder] = load_classifier(folder / MODEL_FILE).eval()
        return self._models[folder]
