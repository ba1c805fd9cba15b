"""The exact versions of the numerical libraries are an input of the learning stages."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ccsi.frame.artifacts import load_json
from ccsi.frame.errors import RuntimeMismatchError

RUNTIME_LOCK = Path("runtime.lock")
MACHINE_ALIASES = {"AMD64": "x86_64", "arm64": "aarch64"}


def check_runtime(lock: Path = RUNTIME_LOCK) -> None:
    """Compare the installed versions with the locked ones of this machine type.

    Local labels such as +cpu are ignored. Raises RuntimeMismatchError, one line with what to do.
    """
    machine = machine_type()
    locked = load_json(lock).get(machine)
    if not isinstance(locked, dict):
        raise RuntimeMismatchError(
            f"{lock} has no versions for machine type {machine}; add an entry with the versions "
            "you install and commit it, so that results say what made them"
        )
    for package, expected in sorted(locked.items()):
        found = _installed(package)
        if found != expected:
            raise RuntimeMismatchError(
                f"{package} is {found or 'not installed'}, {lock} says {expected} for {machine}: "
                f"run `pip install {package}=={expected}`, or change {lock} to train anew"
            )


def machine_type() -> str:
    """The processor family: x86_64, aarch64, or what the system calls it."""
    name = platform.machine()
    return MACHINE_ALIASES.get(name, name)


def _installed(package: str) -> str | None:
    try:
        return version(package).partition("+")[0]
    except PackageNotFoundError:
        return None
