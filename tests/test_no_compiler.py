"""PyTorch's compiler takes 2 s of CPU and 150 MB to load; its optimiser classes load it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = """
import sys
import torch
from ccsi.frame.progress import Silent
from ccsi.statistics.ridge import ridge_classifier
from ccsi.synthesis.inversion import synthesize
from tests.statistics.features import labelled, statistics_of
from tests.toy_networks import SYNTHESIS
from tests.training.test_resume import later_task

classifier, _ = later_task()
means = torch.full((classifier.n_classes, 1, 8, 8), 0.4)
generator = torch.Generator().manual_seed(0)
synthesize(classifier, means, SYNTHESIS, flip=False, generator=generator, progress=Silent())
ridge_classifier(statistics_of(*labelled()), ridge=0.1, copies=1)
print([name for name in ("torch._dynamo", "torch._inductor", "sympy") if name in sys.modules])
"""


def test_learning_loads_no_compiler() -> None:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"
