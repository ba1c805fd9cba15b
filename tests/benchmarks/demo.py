"""The processor time of a demo from nothing, by what it goes to, and of a `dvc repro` without work.

Each stage is timed by a `python` of our own that stands first on the path.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "training": ("train", "update"),
    "synthesis": ("synthesize",),
    "evaluation": ("calibrate", "evaluate"),
}
TORCH = "import torch, ccsi.training.learn, ccsi.synthesis.inversion, ccsi.pipeline.learned"
OTHER = "import numpy, ccsi.frame.stage, ccsi.tasks.task_files"
WRAPPER = """#!{python}
import os, resource, subprocess, sys
done = subprocess.run([{python!r}, *sys.argv[1:]])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open({log!r}, "a") as stream:
    stream.write(f"{{os.path.basename(sys.argv[1])}} {{used.ru_utime + used.ru_stime}}\\n")
sys.exit(done.returncode)
"""


def demo() -> dict[str, float]:
    """CPU seconds of the demo in a clone of the last commit, by what they are spent on."""
    with tempfile.TemporaryDirectory(prefix="ccsi-bench-") as scratch:
        clone, log = Path(scratch) / "clone", Path(scratch) / "stages.txt"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        (clone / "dvc.lock").unlink(missing_ok=True)
        environment = _environment(Path(scratch) / "bin", log, clone)
        command = [sys.executable, "-m", "dvc", "repro", "--quiet"]
        total = cpu_seconds(command, clone, environment)
        stages = _by_script(log)
        torch_import, other_import = (_import_cost(x, clone, environment) for x in (TORCH, OTHER))
        again = cpu_seconds(command, clone, environment)
    return {
        "total": total,
        **split(stages, torch_import=torch_import, other_import=other_import),
        "dvc": total - sum(sum(values) for values in stages.values()),
        "repro_without_work": again,
    }


def split(
    stages: Mapping[str, list[float]], *, torch_import: float, other_import: float
) -> dict[str, float]:
    """CPU seconds of learning, of imports, and of everything else the stages did.

    stages: seconds of each run of each script. An import is taken to cost the same every time.
    """
    learning = {name for names in KINDS.values() for name in names}
    runs = {name: len(stages.get(name, [])) for name in learning}
    spent = {
        kind: sum(sum(stages.get(name, [])) - runs[name] * torch_import for name in names)
        for kind, names in KINDS.items()
    }
    others = [value for name, values in stages.items() if name not in learning for value in values]
    imports = sum(runs.values()) * torch_import + len(others) * other_import
    return {**spent, "imports": imports, "other": sum(others) - len(others) * other_import}


def cpu_seconds(command: list[str], where: Path, environment: Mapping[str, str]) -> float:
    """User and system time of a command and of all it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=where, env=dict(environment), check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _import_cost(program: str, where: Path, environment: Mapping[str, str]) -> float:
    command = [sys.executable, "-c", program]
    cpu_seconds(command, where, environment)
    return min(cpu_seconds(command, where, environment) for _ in range(3))


def _environment(folder: Path, log: Path, clone: Path) -> dict[str, str]:
    folder.mkdir()
    wrapper = folder / "python"
    wrapper.write_text(WRAPPER.format(python=sys.executable, log=str(log)))
    wrapper.chmod(0o755)
    path = f"{folder}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # Threads that spin would count their waiting as work.
    waiting = {"OMP_WAIT_POLICY": "PASSIVE", "PYTHONPATH": str(clone / "src")}
    return {**os.environ, "PATH": path, **waiting}


def _by_script(log: Path) -> dict[str, list[float]]:
    stages: dict[str, list[float]] = {}
    for line in log.read_text().splitlines():
        script, seconds = line.split()
        stages.setdefault(script.removesuffix(".py"), []).append(float(seconds))
    return stages
