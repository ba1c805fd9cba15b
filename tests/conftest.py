"""What every test runs under."""

from __future__ import annotations

import os

# Before torch is imported anywhere: threads that wait by spinning make each other slow where
# tests, stages and browsers share two cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OMP_NUM_THREADS", "1")
