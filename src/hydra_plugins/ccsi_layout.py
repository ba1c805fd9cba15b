"""Loaded by Hydra when DVC composes params.yaml (`hydra.plugins_path` in .dvc/config)."""

import sys
from pathlib import Path

SRC = str(Path(__file__).resolve().parents[1])


def _install() -> None:
    sys.path.insert(0, SRC)  # the checkout's own ccsi, before one that is installed
    try:
        from ccsi.config.dvc_hooks import install
    finally:
        sys.path.remove(SRC)
    install()


if "dvc.utils.hydra" in sys.modules:  # other programs with src on their path stay as they are
    _install()
