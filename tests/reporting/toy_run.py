"""A small made-up run, as arrays and as the files the stages leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ccsi.artifacts import save_array, save_json, save_table
from ccsi.evaluation.record import Circumstances, SeenTask, evaluate
from ccsi.reporting.results import Impressions, RunResults

TERMS = ("total", "ce", "batch_moments")


def make_run(
    *,
    tasks: int = 3,
    names: list[str] | None = None,
    side: int = 8,
    channels: int = 3,
    seed: int = 0,
    impressions: bool = True,
    without_images_of: str | None = None,
    per_class: int = 20,
) -> RunResults:
    """Two classes per task; old classes are recognised the worse the older they are."""
    generator = np.random.default_rng(seed)
    names = names or [f"class {c}" for c in range(2 * tasks)]
    seen = [SeenTask(f"t{t}", (2 * t - 2, 2 * t - 1), (names[2 * t - 2], names[2 * t - 1]))
            for t in range(1, tasks + 1)]  # fmt: skip
    means = generator.random((2 * tasks, side, side, channels)).astype(np.float32)
    old = seen[:-1] if impressions else []
    made = {task.task: _impressions(generator, means[: 2 * t + 2]) for t, task in enumerate(old)}
    return RunResults(
        evaluations=[
            _evaluation(generator, seen[: t + 1], seed, without_images_of, per_class)
            for t in range(tasks)
        ],
        means=means,
        impressions=made,
        training={task.task: _curve(generator, "epoch", 6) for task in seen},
        synthesis={task: _synthesis(generator, 2 * t + 2) for t, task in enumerate(made)},
    )


def write_run(root: Path, run: RunResults) -> None:
    """The run as the folders data/ and reports/evaluations/ below `root`."""
    for record in run.evaluations:
        task = str(record["task"])
        save_json(root / "reports/evaluations" / task / "evaluation.json", record)
        known = len(record["class_names"])
        save_array(root / "data/means" / task / "means.npy", run.means[:known])
        columns = ("epoch", "term", "value")
        save_table(
            root / "data/models" / task / "training.csv", run.training[task], columns=columns
        )
    for task, made in run.impressions.items():
        folder = root / "data/impressions" / task
        save_array(folder / "images.npy", made.images)
        save_array(folder / "labels.npy", made.labels)
        terms = ("iteration", "term", "value")
        save_table(folder / "synthesis.csv", run.synthesis[task], columns=terms)


def _evaluation(
    generator: np.random.Generator,
    seen: list[SeenTask],
    seed: int,
    absent: str | None,
    per_class: int,
) -> dict[str, Any]:
    classes = 2 * len(seen)
    labels = np.repeat(np.arange(classes), per_class)
    tasks = labels // 2
    logits = generator.normal(size=(len(labels), classes))
    logits[np.arange(len(labels)), labels] += 1.2 + 2.5 * (tasks + 1) / len(seen)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    kept = np.array([seen[t].task != absent for t in tasks])
    circumstances = Circumstances(
        dataset="toy",
        method="ccsi",
        seed=seed,
        split="test",
        selection="last",
        data_free=True,
        grouped_split=False,
        model_sha256="0" * 64,
        temperature=1.5,
    )
    return evaluate(
        probabilities[kept].astype(np.float32),
        labels[kept],
        tasks[kept],
        seen=seen,
        circumstances=circumstances,
        bins=15,
    )


def _impressions(generator: np.random.Generator, means: np.ndarray) -> Impressions:
    labels = np.repeat(np.arange(len(means)), 5)
    noisy = means[labels] + generator.normal(0, 0.1, (len(labels), *means.shape[1:]))
    return Impressions((np.clip(noisy, 0, 1) * 255).astype(np.uint8), labels)


def _curve(generator: np.random.Generator, step: str, length: int) -> list[dict[str, str]]:
    return [
        {step: str(i), "term": term, "value": f"{2 / (i + 1) + generator.random() / 9:.6g}"}
        for i in range(length)
        for term in TERMS
    ]


def _synthesis(generator: np.random.Generator, classes: int) -> list[dict[str, str]]:
    return [row for _ in range(classes) for row in _curve(generator, "iteration", 30)]
