"""A stage that computes with PyTorch: exact versions, fixed threads, deterministic algorithms."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from ccsi.computing.machine import MACHINE_FILE, describe_machine
from ccsi.computing.params import TrainerParams
from ccsi.computing.runtime import check_runtime
from ccsi.computing.waiting import choose_waiting
from ccsi.frame.artifacts import save_json
from ccsi.frame.stage import Stage, StageRun


class TorchStage(Stage):
    """Also reads `trainer` and runtime.lock, and records the processor in its first out."""

    always_reads: ClassVar[tuple[str, ...]] = ("trainer",)

    def main(self, run: Callable[[StageRun], None]) -> None:
        """As every stage, but a process that computed alone ends without clearing up."""
        super().main(run)
        if not distributed():
            leave_at_once()

    def work(self, run: Callable[[StageRun], None], job: StageRun) -> None:
        """Run with everything fixed that the bytes of a result depend on.

        Raises RuntimeMismatchError, before PyTorch is imported, where other versions are installed.
        """
        check_runtime()
        trainer = job.section(TrainerParams, "trainer")
        make_deterministic(trainer.threads, accelerator=trainer.accelerator)
        run(job)
        record_machine(job.out(self.outs[0]))


def make_deterministic(threads: int, *, accelerator: str = "cpu") -> None:
    """Fix the number of threads, and refuse operations whose result depends on timing.

    Another number of threads adds in another order and so gives other bytes. An accelerator has no
    other form of some operations; there the bytes may differ from run to run.
    """
    choose_waiting(os.environ, threads=threads)
    import torch

    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    # The same switch as use_deterministic_algorithms, which takes 1.7 s to load a compiler first.
    torch.set_deterministic_debug_mode("error" if accelerator == "cpu" else "default")
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def distributed() -> bool:
    """Whether this process shares its work with others, who must be waited for."""
    import torch

    return torch.distributed.is_available() and torch.distributed.is_initialized()


def leave_at_once() -> None:
    """End the process, all outs being in place.

    Unloading PyTorch's CUDA libraries takes over a second and 125 MiB that nothing else needs, with
    a GPU or without one.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def record_machine(folder: Path) -> None:
    """Write which processor made what lies in `folder`."""
    import torch

    record = describe_machine(torch.backends.cpu.get_cpu_capability())
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        record["accelerator"] = torch.cuda.get_device_name()
    save_json(folder / MACHINE_FILE, record)
