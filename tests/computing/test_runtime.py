"""The locked versions of the numerical libraries, and the record of the machine."""

import json
import tomllib
from pathlib import Path

import pytest

from ccsi.computing import runtime
from ccsi.computing.machine import MACHINE_FILE, collect_machines, describe_machine
from ccsi.frame.artifacts import load_json, save_json
from ccsi.frame.errors import RuntimeMismatchError

ROOT = Path(__file__).resolve().parents[2]


def installed(versions: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "version", lambda package: versions[package])
    monkeypatch.setattr(runtime.platform, "machine", lambda: "x86_64")


def test_local_labels_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "runtime.lock"
    save_json(lock, {"x86_64": {"torch": "2.1.0"}})
    installed({"torch": "2.1.0+cpu"}, monkeypatch)
    runtime.check_runtime(lock)


def test_another_version_is_refused_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "runtime.lock"
    save_json(lock, {"x86_64": {"torch": "2.1.0"}})
    installed({"torch": "2.1.1"}, monkeypatch)
    with pytest.raises(RuntimeMismatchError, match=r"torch is 2\.1\.1.*pip install torch==2\.1\.0"):
        runtime.check_runtime(lock)


def test_an_unlisted_machine_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "runtime.lock"
    save_json(lock, {"aarch64": {"torch": "2.1.0"}})
    installed({"torch": "2.1.0"}, monkeypatch)
    with pytest.raises(RuntimeMismatchError, match="machine type x86_64"):
        runtime.check_runtime(lock)


def test_the_committed_lock_is_what_the_project_installs() -> None:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    for machine, packages in load_json(ROOT / "runtime.lock").items():
        for package, expected in packages.items():
            pins = [line for line in dependencies if line.startswith(f"{package}==")]
            assert [line for line in pins if f"=={expected};" in line and f"'{machine}'" in line]


def test_distinct_machines_are_listed_once(tmp_path: Path) -> None:
    for name, capability in (("t1", "AVX2"), ("t2", "AVX512"), ("t3", "AVX2")):
        save_json(tmp_path / "models" / name / MACHINE_FILE, describe_machine(capability))
    machines = collect_machines([tmp_path / "models", tmp_path / "absent"])["machines"]
    assert [record["capability"] for record in machines] == ["AVX2", "AVX512"]
    assert json.dumps(machines)
