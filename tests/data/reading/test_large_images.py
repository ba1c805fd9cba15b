"""A set of large images passes through `prepare` without ever being in memory as a whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ccsi.class_means import task_means
from ccsi.data.reading.prepare import prepare
from ccsi.tasks import images
from ccsi.tasks.task_files import load_task, save_task
from tests.data.builders import dataset_params, npz_arrays
from tests.memory import peak_growth

WHOLE = 2 * (150 + 75 + 75) * 224 * 224 * 3  # train, val, test


@pytest.mark.parametrize("fraction", [1.0, 0.9])
def test_peak_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fraction: float) -> None:
    monkeypatch.setattr(images, "IN_MEMORY", 1 << 20)
    monkeypatch.setattr(images, "CHUNK", 1 << 22)
    monkeypatch.setattr("ccsi.data.reading.npz_file.CHUNK", 1 << 22)
    monkeypatch.setattr("ccsi.class_means.CHUNK", 1 << 22)
    monkeypatch.setattr("ccsi.frame.artifacts.CHUNK", 1 << 22)
    arrays = npz_arrays(classes=2, each=150, side=224)
    np.savez(tmp_path / "large.npz", **arrays)  # type: ignore[arg-type]
    expected = arrays["train_images"][:1].copy()
    del arrays
    chosen = dataset_params("npz", path=str(tmp_path / "large.npz"), fraction=fraction)

    def run() -> None:
        data, _ = prepare(chosen, task="t1", classes=(0, 1), first_id=0, raw=tmp_path / "large.npz")
        save_task(tmp_path / "t1", data)
        task_means(load_task(tmp_path / "t1", memory_map=True))

    assert peak_growth(run) < WHOLE / 2
    found = load_task(tmp_path / "t1", memory_map=True)
    assert len(found.train) == round(300 * fraction)
    if fraction == 1:
        assert np.array_equal(found.train.images[:1], expected)
    # The bytes of an array that was never mapped.
    plain = np.array(found.train.images)
    np.save(tmp_path / "plain.npy", plain)
    written = (tmp_path / "t1" / "train_images.npy").read_bytes()
    assert written == (tmp_path / "plain.npy").read_bytes()
