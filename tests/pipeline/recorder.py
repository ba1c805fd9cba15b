"""Run a stage script and record what it really reads: `python recorder.py OUT SCRIPT [TASK]`.

Writes JSON: files of the project opened for reading, files loaded as modules, parameters
read, heavy libraries imported.
Python files are opened by the frame, which digests them all; only those loaded say something.
"""

import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

ROOT = Path.cwd()
HEAVY = {"dvc", "lightning_fabric", "medmnist", "torch", "torchvision"}
opened: set[str] = set()
read: set[str] = set()


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Audit hook: note every opening of a file below the project that is not for writing."""
    if event != "open":
        return
    path, _, flags = arguments
    if isinstance(path, str | bytes) and not flags & (os.O_WRONLY | os.O_RDWR):
        note(os.fsdecode(path))


def note(path: str) -> None:
    """Count a file as read; folders, which are only listed or removed, do not count."""
    if os.path.isfile(path):
        opened.add(os.path.abspath(path))


def watch_parameters() -> None:
    """Note every declared key whose value is handed out."""
    from ccsi.frame.declared import Declared

    original = Declared.value

    def value(self: Declared, key: str) -> Any:
        read.add(key)
        return original(self, key)

    Declared.value = value  # type: ignore[method-assign]


def watch_safetensors() -> None:
    """Its files are opened by compiled code, which tells no audit hook."""
    import safetensors

    original = safetensors.safe_open

    def safe_open(filename: str | os.PathLike[str], *rest: Any, **options: Any) -> Any:
        note(os.fspath(filename))
        return original(filename, *rest, **options)

    safetensors.safe_open = safe_open


def stay_to_the_end() -> None:
    """A stage that loaded PyTorch leaves without clearing up; here the record is still to come.

    Nothing of the project is imported for it: that would count as loaded.
    """
    os._exit = lambda status: None  # type: ignore[assignment,misc]


def main(out: Path, script: str, task: list[str]) -> None:
    sys.argv = [script, *task]
    stay_to_the_end()
    watch_parameters()
    watch_safetensors()
    sys.addaudithook(watch)
    runpy.run_path(script, run_name="__main__")
    files = {getattr(module, "__file__", None) or "" for module in sys.modules.values()}
    record = {
        "opened": sorted(_inside(opened)),
        "modules": sorted(_inside(files)),
        "parameters": sorted(read),
        "heavy": sorted(HEAVY & set(sys.modules)),
    }
    out.write_text(json.dumps(record))


def _inside(paths: set[str]) -> set[str]:
    return {
        str(Path(path).relative_to(ROOT))
        for path in paths
        if Path(path).is_relative_to(ROOT) and "__pycache__" not in path
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
