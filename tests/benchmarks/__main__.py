"""`python -m tests.benchmarks [--threads N] [--demo | --scaling | --impressions ... |
--renewal ...]`: JSON.

With --scaling also a table on stderr, line by line as it is measured; with --impressions and
--renewal a line of JSON for every row.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch reads it

import torch

from ccsi.config.compose import compose_params
from tests.benchmarks import impressions, rates, renewal, scaling
from tests.benchmarks.demo import demo

BATCH = 40
LARGE_BATCH = 100


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--demo", action="store_true", help="also run the demo, some minutes")
    kind.add_argument("--scaling", action="store_true", help="how processor time grows, instead")
    kind.add_argument(
        "--impressions",
        nargs="*",
        metavar="CHOICE",
        help="how good impressions are, instead; choices as after `ccsi config`",
    )
    kind.add_argument(
        "--renewal",
        nargs="*",
        metavar="CHOICE",
        help="what impressions add to sums of features, instead, after `ccsi config` of the same "
        "choices and `dvc repro`",
    )
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    if chosen.scaling:
        growths = list(_told(scaling.measure()))
        described: dict[str, Any] = {
            "threads": torch.get_num_threads(),
            "repetitions": scaling.REPETITIONS,
        }
        described["growths"] = [dataclasses.asdict(growth) for growth in growths]
        print(json.dumps(described, indent=2))
        return
    if chosen.impressions is not None:
        for quality in impressions.measure(chosen.impressions):
            print(json.dumps(dataclasses.asdict(quality)), flush=True)
        return
    if chosen.renewal is not None:
        params = compose_params(impressions.CONF, [*chosen.renewal, "method=analytic"])
        for row in renewal.measure(params, Path("data")):
            print(json.dumps(dataclasses.asdict(row)), flush=True)
        return
    found = learning_rates()
    if chosen.demo:
        found["demo_cpu_s"] = {name: round(value, 1) for name, value in demo().items()}
    print(json.dumps(found, indent=2))


def _told(growths: Iterator[scaling.Growth]) -> Iterator[scaling.Growth]:
    """Tell each growth at once: on a busy machine all of them may take an hour."""
    print(scaling.HEADER, file=sys.stderr)
    for growth in growths:
        print(scaling.row(growth), file=sys.stderr, flush=True)
        yield growth


def learning_rates() -> dict[str, Any]:
    """The three rates at two batch sizes, and each as a share of the machine's limit."""
    gflops, cost = rates.gemm_gflops(), rates.mflop_per_image()
    # A drawn image of an update: the new network's pass, the old one's, and for the half that is
    # real a second pass, of the target domain.
    update_cost = 1.5 * cost["weight_gradient"] + cost["forward"]
    measured: dict[str, tuple[Callable[[int], rates.Rate], float]] = {
        "train_images_per_s": (rates.training, cost["weight_gradient"]),
        "update_images_per_s": (rates.updating, update_cost),
        "synthesis_image_iterations_per_s": (rates.synthesising, cost["image_gradient"]),
    }
    found: dict[str, Any] = {
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "gemm_gflops": round(gflops, 1),
        "mflop_per_image": {name: round(value, 1) for name, value in cost.items()},
    }
    for batch in (BATCH, LARGE_BATCH):
        for name, (measure, mflop) in measured.items():
            rate = measure(batch)
            found[f"{name}@{batch}"] = {
                **dataclasses.asdict(rate),
                "per_gflops": round(rate.median / gflops, 2),
                "flops_fraction": round(rate.median * mflop / 1e3 / gflops, 3),
            }
    found["peak_rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return found


if __name__ == "__main__":
    main()
