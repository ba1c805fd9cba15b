"""How PyTorch's threads wait for each other: it decides the speed, never the bytes.

A thread that spins answers at once, and takes a core while it waits; one that sleeps must be woken,
which costs more than a small network's whole operation on many virtual machines. With cores to
spare, spinning trains about twice as fast; where a neighbour wants the core, sleeping does.
"""

from __future__ import annotations

from collections.abc import MutableMapping

SAMPLE_S = 0.1
SPINS = "1000000"  # some milliseconds, longer than the Python between two operations
KEYS = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")


def choose_waiting(environment: MutableMapping[str, str], *, threads: int) -> None:
    """Let threads spin where this many cores are idle now, else sleep; a user's own choice stays.

    To be called before PyTorch is imported, which reads the environment.
    """
    if any(key in environment for key in KEYS):
        return
    if idle_cores() > threads - 0.5:
        environment["GOMP_SPINCOUNT"] = SPINS
    else:
        environment["OMP_WAIT_POLICY"] = "PASSIVE"


def idle_cores() -> float:
    """How many cores nobody used during the last `SAMPLE_S` seconds."""
    import psutil

    used: list[float] = psutil.cpu_percent(interval=SAMPLE_S, percpu=True)
    return sum(1 - percent / 100 for percent in used)
