"""The digest in params.yaml: equal as long as nobody edited the file after it was composed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from ccsi.config.text_files import in_one_line
from ccsi.frame.errors import ParameterError

KEY = "digest"


def digest_of(params: Mapping[str, Any]) -> str:
    """SHA-256, shortened to 16 hexadecimal digits, of every key but the digest itself."""
    rest = {key: value for key, value in params.items() if key != KEY}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_edited(params: Mapping[str, Any]) -> bool:
    """Whether params.yaml differs from what was composed into it."""
    return params.get(KEY) != digest_of(params)


def read_params(path: Path) -> dict[str, Any]:
    """params.yaml as it lies there, {} where there is none. Raises ParameterError if unreadable."""
    if not path.exists():
        return {}
    try:
        loaded = OmegaConf.to_container(OmegaConf.load(path))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, OmegaConfBaseException) as error:
        raise ParameterError(f"cannot read {path}: {in_one_line(error)}") from error
    if not isinstance(loaded, dict):
        raise ParameterError(f"{path} holds no mapping")
    tasks = loaded.get("tasks", {})
    if not isinstance(tasks, dict) or not all(isinstance(one, dict) for one in tasks.values()):
        raise ParameterError(
            f"{path}: tasks must be a mapping of mappings; `ccsi config` writes it"
        )
    return {str(key): value for key, value in loaded.items()}
