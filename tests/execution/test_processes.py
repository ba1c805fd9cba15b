"""Two processes on the CPU (gloo): what they share is what one process makes alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from ccsi.computing.params import TrainerParams
from ccsi.execution.devices import ONE_CPU
from ccsi.execution.fabric import open_devices
from ccsi.frame.errors import ParameterError
from tests.execution import shared_work

PLAIN = TrainerParams(threads=1, accelerator="cpu", devices=1, precision="32-true")


@pytest.fixture(scope="module")
def alone() -> dict[str, Tensor]:
    return shared_work.learn(ONE_CPU)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Tensor]]:
    """What each of two processes ends with."""
    folder = tmp_path_factory.mktemp("shared")
    script = str(Path(shared_work.__file__))
    root = Path(__file__).resolve().parents[2]
    path = os.pathsep.join([str(root), str(root / "src")])
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, script, str(folder)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return [load_file(folder / f"{rank}.safetensors") for rank in (0, 1)]


def test_impressions_and_their_curve_are_one_processs_to_the_bit(
    alone: dict[str, Tensor], shared: list[dict[str, Tensor]]
) -> None:
    for process in shared:
        assert torch.equal(process["impressions"], alone["impressions"])
        assert torch.equal(process["synthesis"], alone["synthesis"])


def test_every_loss_of_the_update_is_one_processs_up_to_rounding(
    alone: dict[str, Tensor], shared: list[dict[str, Tensor]]
) -> None:
    """Of later epochs too: a wrong gradient, moment or running score would show there."""
    torch.testing.assert_close(shared[0]["losses"], alone["losses"], rtol=1e-4, atol=1e-5)


def test_the_updated_networks_are_one_processs_up_to_rounding_and_each_others_to_the_bit(
    alone: dict[str, Tensor], shared: list[dict[str, Tensor]]
) -> None:
    for name in (name for name in alone if name.startswith("model/")):
        torch.testing.assert_close(shared[0][name], alone[name], rtol=1e-3, atol=1e-4)
        assert torch.equal(shared[0][name], shared[1][name])


def test_mixed_precision_learns_nearly_the_same(alone: dict[str, Tensor]) -> None:
    mixed = shared_work.learn(open_devices(PLAIN.model_copy(update={"precision": "bf16-mixed"})))
    assert mixed["model/trunk.stem.weight"].dtype == torch.float32
    assert not torch.equal(mixed["losses"], alone["losses"])
    torch.testing.assert_close(mixed["losses"], alone["losses"], rtol=0.2, atol=0.2)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is such a device")
def test_a_device_that_is_not_there_is_one_line() -> None:
    with pytest.raises(ParameterError, match=r"trainer\.accelerator = 'cuda'"):
        open_devices(PLAIN.model_copy(update={"accelerator": "cuda"}))


def test_processes_that_cannot_be_started_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("lightning_fabric.Fabric.launch", refuse)
    with pytest.raises(ParameterError, match=r"synthesis\.devices = 2, .*temporarily unavailable"):
        open_devices(PLAIN.model_copy(update={"devices": 2}), key="synthesis.devices")


def test_one_process_on_the_cpu_needs_no_library() -> None:
    assert open_devices(PLAIN) is ONE_CPU
