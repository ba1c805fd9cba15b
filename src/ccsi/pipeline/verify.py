"""Run everything anew in a clone of the last commit and compare with what was committed.

`python -m ccsi.pipeline.verify` (make verify). Where the processor is the recorded one, every
output must have identical bytes; elsewhere floating-point sums differ, and the accuracy must
agree within `TOLERANCE`. It says which of the two it did.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ccsi.frame.artifacts import load_json
from ccsi.frame.errors import ArtifactError, CcsiError

TOLERANCE = 0.005
LOCK = "dvc.lock"
METRICS = "reports/metrics.json"
MACHINE = "reports/machine.json"
COMPARED = ("accuracy", "average_incremental_accuracy")


def verify(root: Path) -> list[str]:
    """Clone, run, compare; the faults found, one line each. Raises ArtifactError if it cannot."""
    edited = subprocess.run(
        ["git", "status", "--porcelain"], cwd=root, stdout=subprocess.PIPE, check=False
    )
    if edited.stdout:
        print("what is not committed is not verified")
    with tempfile.TemporaryDirectory(prefix="ccsi-verify-") as scratch:
        clone = Path(scratch) / "clone"
        _run(["git", "clone", "--quiet", str(root), str(clone)], cwd=root)
        lock = _load_lock(clone / LOCK)
        metrics, machines = load_json(clone / METRICS), load_json(clone / MACHINE)
        _run([sys.executable, "-m", "dvc", "repro", "--force", "--no-run-cache"], cwd=clone)
        return compare(
            (lock, metrics, machines),
            (_load_lock(clone / LOCK), load_json(clone / METRICS), load_json(clone / MACHINE)),
        )


def compare(
    recorded: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]],
    found: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]],
) -> list[str]:
    """Faults of (lock, metrics, machines) against the recorded ones, strict where that is fair."""
    stale = differing(recorded[0], found[0], "deps") + differing(recorded[0], found[0], "params")
    stale = [line for line in stale if not _is_made(line, recorded[0])]
    if stale:
        return [f"{line}: {LOCK} is not of this commit; run `dvc repro`, commit" for line in stale]
    names = ", ".join(" ".join(sorted(one.values())) for one in recorded[2]["machines"])
    if recorded[2] == found[2] and len(recorded[2]["machines"]) == 1:
        print(f"processor as recorded ({names}): comparing bytes")
        return [f"{line}: other bytes" for line in differing(recorded[0], found[0], "outs")]
    print(f"recorded on {names or 'an unknown processor'}: comparing accuracy within {TOLERANCE}")
    return far_apart(recorded[1], found[1])


def differing(recorded: Mapping[str, Any], found: Mapping[str, Any], part: str) -> list[str]:
    """Stages and paths whose entry under `part` ("outs", "deps" or "params") is not the same."""
    lines = []
    for stage in sorted({*recorded, *found}):
        before, after = (_entries(lock.get(stage, {}), part) for lock in (recorded, found))
        paths = sorted({*before, *after})
        lines += [f"{stage} {path}" for path in paths if before.get(path) != after.get(path)]
    return lines


def far_apart(recorded: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Accuracies that differ by more than the tolerance."""
    return [
        f"{key}: {found[key]:.4f}, recorded {recorded[key]:.4f}"
        for key in COMPARED
        if abs(found[key] - recorded[key]) > TOLERANCE
    ]


def _entries(stage: Mapping[str, Any], part: str) -> dict[str, Any]:
    if part == "params":
        return {f"params:{name}": values for name, values in stage.get(part, {}).items()}
    return {entry["path"]: entry.get("md5") for entry in stage.get(part, [])}


def _is_made(line: str, lock: Mapping[str, Any]) -> bool:
    path = line.partition(" ")[2]
    made = [entry for stage in lock.values() for entry in _entries(stage, "outs")]
    return any(out == path or out.startswith(f"{path}/") for out in made)


def _load_lock(path: Path) -> dict[str, Any]:
    try:
        stages = yaml.safe_load(path.read_text())["stages"]
    except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
        raise ArtifactError(f"cannot read {path}: {error}; run `dvc repro`, commit") from error
    return dict(stages)


def _run(command: list[str], *, cwd: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(command, cwd=cwd, env=os.environ | {"PATH": path}, check=False)
    if done.returncode:
        raise ArtifactError(f"`{' '.join(command)}` failed in {cwd}; see above")


def main() -> None:
    """Print the verdict; exit with 1 where something differs."""
    try:
        faults = verify(Path.cwd())
    except CcsiError as error:
        faults = [str(error)]
    for fault in faults:
        print(f"verify: {fault}", file=sys.stderr)
    if faults:
        sys.exit(1)
    print("verified: the last commit's results come out again")


if __name__ == "__main__":
    main()
