"""A search space: which parameters vary between which values, and how a trial is scored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from ccsi.config.compose import compose_params
from ccsi.config.layout import OVERRIDABLE
from ccsi.config.overrides import override_key, write_value
from ccsi.config.text_files import read_yaml
from ccsi.frame.errors import CcsiError, ParameterError
from ccsi.frame.section import Section, parse
from ccsi.study.plan import expand

VALIDATION = "evaluate.split=val"
DIGITS = 6

Scalar = bool | int | float | str


def _number_or_word(value: Scalar) -> Scalar:
    """YAML 1.1 reads 1e-4 as a text, which would be another value than the number."""
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return value
        raise ValueError(f"{value} is read as a text; write it with a point, as 1.0e-4")
    return value


Choices = Annotated[
    tuple[Annotated[Scalar, AfterValidator(_number_or_word)], ...], Field(min_length=1)
]


class Interval(Section):
    """Numbers from low to high; whole ones where both ends are whole."""

    low: int | float
    high: int | float
    log: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> Interval:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError("low must lie below high, and above 0 where log is true")
        return self

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are meant."""
        return isinstance(self.low, int) and isinstance(self.high, int)


def _kind(value: object) -> str:
    return "interval" if isinstance(value, (Mapping, Interval)) else "choices"


Range = Annotated[
    Annotated[Interval, Tag("interval")] | Annotated[Choices, Tag("choices")], Discriminator(_kind)
]


class SearchSpace(Section):
    """The content of a search file; `overrides` hold for every trial."""

    overrides: tuple[str, ...] = ()
    space: Mapping[str, Range] = Field(min_length=1)
    score: Literal["average_incremental_accuracy", "accuracy"] = "average_incremental_accuracy"

    @property
    def digest(self) -> str:
        """Changes with anything that makes trials incomparable."""
        text = json.dumps(self.model_dump(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def trial_overrides(self, values: Mapping[str, Scalar], *, task: str | None) -> list[str]:
        """What -S gets for one trial; with a task, the values are that task's alone."""
        prefix = "" if task is None else f"++per_task.{task}."
        varied = [f"{prefix}{key}={write_value(value)}" for key, value in values.items()]
        return [*self.overrides, VALIDATION, *varied]

    def corners(self) -> Iterator[dict[str, Scalar]]:
        """Each end and each choice once, beside the first value of every other key."""
        ends = {
            key: (told.low, told.high) if isinstance(told, Interval) else told
            for key, told in self.space.items()
        }
        first = {key: values[0] for key, values in ends.items()}
        yield first
        yield from ({**first, key: v} for key, values in ends.items() for v in values[1:])


def read_space(file: Path, conf: Path, *, task: str | None) -> SearchSpace:
    """Read a search file and compose each of its corners, so that no trial fails for a typo.

    Raises ParameterError, also where anything but validation images would be scored on.
    """
    entries = read_yaml(file)
    if not isinstance(entries, dict):
        raise ParameterError(f"{file}: must be a mapping with the keys overrides, space, score")
    space = parse(SearchSpace, entries, where="search", source=str(file))
    _check_keys(space, file, task)
    for values in space.corners():
        overrides = space.trial_overrides(values, task=task)
        try:
            tasks = compose_params(conf, overrides)["tasks"]
        except CcsiError as error:
            raise ParameterError(f"{file}: {' '.join(overrides)}: {error}") from error
        if task is not None and task not in tasks:
            raise ParameterError(f"--task {task}: the tasks are {', '.join(tasks)}")
    return space


def score_of(space: SearchSpace, accuracies: Sequence[float]) -> float:
    """The score after the tasks so far, from the accuracies after each of them."""
    if space.score == "accuracy":
        return accuracies[-1]
    return sum(accuracies) / len(accuracies)


def _check_keys(space: SearchSpace, file: Path, task: str | None) -> None:
    expanded = expand(space.overrides, file) if space.overrides else [[]]
    if len(expanded) > 1:
        raise ParameterError(f"{file}: overrides hold for every trial; put what varies into space")
    for key in [*map(override_key, space.overrides), *space.space]:
        if key.split(".")[0] == "evaluate":
            raise ParameterError(
                f"{file}: {key}: a search scores on validation images and nothing else; leave "
                "evaluate out"
            )
    for key in space.space:
        if task is not None and key.split(".")[0] not in OVERRIDABLE:
            raise ParameterError(
                f"{file}: {key} is no task's own; --task searches {', '.join(OVERRIDABLE)}"
            )
