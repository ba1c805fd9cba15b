"""Where a run's files lie, relative to the project root, and the root itself."""

from __future__ import annotations

from pathlib import Path

from ccsi.frame.errors import ParameterError

CONF = Path("conf")
CONFIG_FILE = CONF / "config.yaml"
PARAMS_FILE = Path("params.yaml")

NOTHING = "data/none"  # a committed placeholder: DVC takes no optional dependency
RAW = "data/raw"
TASKS = "data/tasks"
TEST = "data/test"
MEANS = "data/means"
MODELS = "data/models"
MEMBERS = "data/members"  # networks of the first task beside data/models/t1
IMPRESSIONS = "data/impressions"
EXEMPLARS = "data/exemplars"
STATISTICS = "data/statistics"
FITTED = "data/fitted"  # models whose head is solved from statistics
CALIBRATION = "data/calibration"
AUDIT = "data/audit"  # networks of the audit
AUDIT_REPORT = "reports/audit"
EVALUATIONS = "reports/evaluations"
SHEETS = "reports/sheets"


def project_root(folder: Path) -> Path:
    """The nearest folder at or above `folder` that holds conf/config.yaml.

    Raises ParameterError where there is none.
    """
    for root in (folder.resolve(), *folder.resolve().parents):
        if (root / CONFIG_FILE).is_file():
            return root
    raise ParameterError(f"no {CONFIG_FILE} in {folder} or above it; run this inside the project")


def from_root(path: Path, root: Path) -> Path:
    """The same place, named from the project's root where it lies below it."""
    path = path.resolve()
    return path.relative_to(root) if path.is_relative_to(root) else path
