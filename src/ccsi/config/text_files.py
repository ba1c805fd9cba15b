"""Files that people write: their text and their YAML, or one line that says what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ccsi.frame.errors import ParameterError


def read_text(path: Path) -> str:
    """The text of a file. Raises ParameterError where it is not there, or no UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ParameterError(f"cannot read {path}: it is not UTF-8 ({error})") from error
    except OSError as error:
        raise ParameterError(f"cannot read {path}: {error.strerror or error}") from error


def read_yaml(path: Path) -> Any:
    """What a YAML file holds. Raises ParameterError where it cannot be read."""
    try:
        return yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        raise ParameterError(f"cannot read {path}: {in_one_line(error)}") from error


def in_one_line(error: Exception) -> str:
    """What an error says, its line breaks and arrows gone."""
    return " ".join(str(error).split())
