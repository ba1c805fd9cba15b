"""A small made-up run, as arrays and as the files the stages leave."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ccsi.evaluation.record import Circumstances, SeenTask, evaluate
from ccsi.frame.artifacts import save_array, save_json, save_table
from ccsi.reporting.bounds import Bound
from ccsi.reporting.charts import Templates
from ccsi.reporting.results import Impressions, RunResults, Shown
from ccsi.reporting.run_page import Context, Links

ROOT = Path(__file__).resolve().parents[2]
SETTINGS: dict[str, Any] = {
    "dataset": {"fraction": 1.0, "side": 8, "split_seed": 0, "licence": None},
    "loss": {"ce": 1.0, "margin": 0.0},
    "method": {"rehearsal": "impressions"},
    "model": {"widths": [4, 8]},
    "seed": 0,
    "synthesis": {"impressions_per_class": 5, "iterations": 30},
    "train": {"epochs": 6},
    "update": {"epochs": 7},
}
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
        shown=_shown(generator, means, impressions=impressions),
        hits=[[generator.random(per_class) < 0.8 for _ in range(t + 1)] for t in range(tasks)],
    )


def make_context(
    tasks: int = 3, links: Links | None = None, bounds: Sequence[Bound] = ()
) -> Context:
    """What a page tells beside the results, with the committed templates."""
    own: dict[str, Any] = {"loss": {}, "train": {}, "update": {}, "synthesis": {}}
    return Context(
        settings=SETTINGS,
        tasks={f"t{t}": own for t in range(1, tasks + 1)},
        bounds=bounds,
        templates=Templates(ROOT / ".dvc/plots"),
        links=links or {},
    )


def write_run(root: Path, run: RunResults) -> None:
    """The run as the folders data/ and reports/evaluations/ below `root`."""
    for record in run.evaluations:
        task = str(record["task"])
        folder = root / "reports/evaluations" / task
        save_json(folder / "evaluation.json", record)
        _write_shown(folder, run.shown)
        hits = run.hits[len(record["tasks"]) - 1]
        labels = np.concatenate([np.zeros(len(right), dtype=np.int64) for right in hits])
        right = np.concatenate(hits)
        save_array(folder / "labels.npy", labels)
        save_array(folder / "tasks.npy", np.repeat(np.arange(len(hits)), [len(h) for h in hits]))
        save_array(folder / "probabilities.npy", np.stack([right, ~right], axis=1) * 1.0)
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


def _shown(generator: np.random.Generator, means: np.ndarray, *, impressions: bool) -> Shown:
    labels = np.repeat(np.arange(len(means)), 2)
    images = (means[labels] * 255).astype(np.uint8)
    kinds = ("real", "impression") if impressions else ("real",)
    return Shown(
        examples=Impressions(images, labels),
        mistakes=images[:3],
        mistake_rows=[{"true": "0", "predicted": "1", "confidence": "0.875"}] * 3,
        features=[
            {"kind": kind, "class_id": str(c), "x": f"{c + generator.random():.6g}", "y": "0.5"}
            for kind in kinds
            for c in labels
        ],
        explained=(0.5, 0.25),
    )


def _write_shown(folder: Path, shown: Shown) -> None:
    save_array(folder / "examples.npy", shown.examples.images)
    save_array(folder / "example_labels.npy", shown.examples.labels)
    save_array(folder / "mistakes.npy", shown.mistakes)
    columns = ("true", "predicted", "confidence")
    save_table(folder / "mistakes.csv", shown.mistake_rows, columns=columns)
    save_table(folder / "features.csv", shown.features, columns=("kind", "class_id", "x", "y"))
    save_json(folder / "features.json", {"explained": list(shown.explained)})


def _curve(generator: np.random.Generator, step: str, length: int) -> list[dict[str, str]]:
    return [
        {step: str(i), "term": term, "value": f"{2 / (i + 1) + generator.random() / 9:.6g}"}
        for i in range(length)
        for term in TERMS
    ]


def _synthesis(generator: np.random.Generator, classes: int) -> list[dict[str, str]]:
    return [row for _ in range(classes) for row in _curve(generator, "iteration", 30)]
