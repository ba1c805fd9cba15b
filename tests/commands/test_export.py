"""`ccsi export`: what is written, what is said, and that a fault leaves nothing behind."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ccsi.cli import app
from ccsi.commands.export import run
from ccsi.errors import ArtifactError, DataError
from ccsi.inference.calibration import sha256
from tests.commands.model_project import model_project

OUT = Path("release/model.onnx")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = model_project(tmp_path / "project")
    monkeypatch.chdir(root)
    return root


def evaluation(digest: str) -> str:
    record = {
        "model_sha256": digest,
        "split": "test",
        "n": 40,
        "tasks": [{"task": "t1"}],
        "accuracy_per_task": [0.625],
        "grouped_split": True,
        **dict.fromkeys(("accuracy", "balanced_accuracy", "auc", "ece", "ece_calibrated"), 0.625),
    }
    return json.dumps(record)


def test_the_newest_model_is_checked_on_its_validation_images(project: Path) -> None:
    done = CliRunner().invoke(app, ["export", "-o", str(OUT)])
    assert done.exit_code == 0, done.output
    assert "on 6 validation images of t2" in done.output
    assert f"release/model.onnx: {OUT.stat().st_size} bytes" in done.output
    assert "model card, without metrics" in done.output
    card = Path("release/model.md").read_text()
    assert "# model\n" in card
    assert "Not measured" in card


def test_metrics_are_those_of_exactly_this_model(project: Path) -> None:
    record = Path("reports/evaluations/t2/evaluation.json")
    record.parent.mkdir(parents=True)
    card = Path("release/README.md")
    record.write_text(evaluation(sha256(Path("data/models/t1/model.safetensors"))))
    run(None, output=OUT, card=card, images=None)
    assert "0.6250" not in card.read_text()
    record.write_text(evaluation(sha256(Path("data/models/t2/model.safetensors"))))
    run(None, output=OUT, card=card, images=None)
    assert "| Accuracy | 0.6250 |" in card.read_text()


def test_a_model_without_images_is_checked_with_those_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card, model = OUT.with_suffix(".md"), Path("data/models/t1")
    with pytest.raises(ArtifactError, match="name some real ones with --images"):
        run(model, output=OUT, card=card, images=None)
    pixels = np.random.default_rng(0).integers(0, 256, (3, 8, 8), dtype=np.uint8)
    np.savez("real.npz", images=pixels)
    run(model, output=OUT, card=card, images=["real.npz"])
    assert "on 3 of the images given" in capsys.readouterr().out


@pytest.mark.parametrize("output", ["model.pt", "release"])
def test_another_kind_of_file_is_refused(project: Path, output: str) -> None:
    with pytest.raises(ArtifactError, match=r"name it \.onnx"):
        run(None, output=Path(output), card=Path("card.md"), images=None)


def test_a_fault_writes_neither_file(project: Path) -> None:
    np.savez("real.npz", images=np.zeros((3, 9, 9), dtype=np.uint8))
    with pytest.raises(DataError, match="made for 8 x 8"):
        run(None, output=OUT, card=OUT.with_suffix(".md"), images=["real.npz"])
    assert not OUT.parent.exists()


def test_a_missing_library_is_named_with_its_cure(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccsi.commands.export.NEEDED", ("no_such_library",))
    with pytest.raises(ArtifactError, match=r"needs no_such_library.*pip install '\.\[export\]'"):
        run(None, output=OUT, card=OUT.with_suffix(".md"), images=None)
    assert not OUT.parent.exists()
