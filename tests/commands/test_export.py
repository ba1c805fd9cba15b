"""`ccsi export`: what is written, what is said, and that a fault leaves nothing behind."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ccsi.cli import app
from ccsi.commands.export import run
from ccsi.evaluation.calibration_record import sha256
from ccsi.evaluation.record import Circumstances, SeenTask, evaluate
from ccsi.frame.artifacts import load_json, save_array, save_json
from ccsi.frame.errors import ArtifactError, DataError
from tests.commands.model_project import model_project

OUT = Path("release/model.onnx")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = model_project(tmp_path / "project")
    monkeypatch.chdir(root)
    return root


def evaluated(folder: Path, model: Path) -> None:
    """Four test images, predicted by that model with 0.8 against 0.2, three of them rightly.

    With temperature 1.5 the larger is 4^(2/3) / (1 + 4^(2/3)) = 0.7159.
    """
    circumstances = Circumstances(
        dataset="toy",
        method="ccsi",
        seed=0,
        split="test",
        selection="last",
        data_free=True,
        grouped_split=True,
        model_sha256=sha256(model),
    )
    probabilities = np.array([[0.8, 0.2], [0.2, 0.8], [0.8, 0.2], [0.8, 0.2]], dtype=np.float32)
    labels = np.array([0, 1, 0, 1])
    seen = [SeenTask("t1", (0, 1), ("class 0", "class 1"))]
    record = evaluate(
        probabilities, labels, np.zeros(4, dtype=np.int64), seen=seen,
        circumstances=circumstances, bins=15,
    )  # fmt: skip
    save_json(folder / "evaluation.json", record)
    save_array(folder / "probabilities.npy", probabilities)
    save_array(folder / "labels.npy", labels)


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
    folder, card = Path("reports/evaluations/t2"), Path("release/README.md")
    evaluated(folder, Path("data/models/t1/model.safetensors"))
    run(None, output=OUT, card=card, images=None)
    assert "Not measured" in card.read_text()
    evaluated(folder, Path("data/models/t2/model.safetensors"))
    run(None, output=OUT, card=card, images=None)
    rows = dict(re.findall(r"^\| (.*?) \| ([\d.]+) \|$", card.read_text(), re.M))
    assert rows["Accuracy"] == "0.7500"
    assert rows["Calibration error, as the network gives them"] == "0.0500"
    assert rows["Calibration error, temperature-scaled"] == f"{0.75 - 0.7159:.4f}"


def test_the_card_says_what_its_metrics_leave_out(project: Path) -> None:
    evaluated(Path("reports/evaluations/t2"), Path("data/models/t2/model.safetensors"))
    record = load_json(Path("reports/evaluations/t2/evaluation.json"))
    save_json(
        Path("reports/evaluations/t2/evaluation.json"), record | {"unmeasured_tasks": ["t1", "t2"]}
    )
    run(None, output=OUT, card=Path("card.md"), images=None)
    assert "no images to test t1, t2 on: all metrics leave it out" in Path("card.md").read_text()


def test_an_uncalibrated_model_takes_its_data_set_from_its_images_or_its_evaluation(
    project: Path,
) -> None:
    Path("data/calibration/t2/calibration.json").unlink()
    images, task = Path("data/tasks/t2"), Path("data/tasks/t2/task.json")

    def card() -> str:
        run(None, output=OUT, card=Path("card.md"), images=["real.npz"])
        return Path("card.md").read_text()

    np.savez("real.npz", images=np.zeros((3, 8, 8), dtype=np.uint8))
    record = load_json(task) | {"task": "t1", "licence": "CC0"}  # the toy model's task is t1
    save_json(task, record)
    assert "Data set: toy. Licence of the data: CC0." in card()
    save_json(task, record | {"class_names": ["other", "names"]})
    assert "Data set: unknown. Licence of the data: unknown." in card()
    shutil.rmtree(images)
    evaluated(Path("reports/evaluations/t2"), Path("data/models/t2/model.safetensors"))
    assert "Data set: toy. Licence of the data: unknown." in card()


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
