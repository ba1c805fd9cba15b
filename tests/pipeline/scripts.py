"""The stage scripts as modules."""

import importlib.util
from pathlib import Path

from ccsi.frame.stage import Stage


def load_stage(script: Path) -> Stage:
    """The STAGE that a script declares."""
    spec = importlib.util.spec_from_file_location(f"stage_{script.stem}", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    stage = module.STAGE
    assert isinstance(stage, Stage)
    return stage


def script_of(command: str) -> tuple[str, str]:
    """The script's path, from the project's root, and the task of `python <script> [task]`."""
    python, script, *task = command.split()
    assert python == "python"
    return script, task[0] if task else ""
