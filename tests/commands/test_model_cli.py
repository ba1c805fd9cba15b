"""`ccsi predict` and `ccsi info` as typed: what they print, and their exit codes."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from ccsi.class_means import ClassMeans, save_means
from ccsi.cli import app
from ccsi.frame.errors import DataError
from ccsi.models.store import save_classifier
from tests.toy_networks import classifier

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model, and three images for it."""
    save_classifier(tmp_path / "model/model.safetensors", classifier())
    means = np.zeros((2, 8, 8, 1), dtype=np.float32)
    save_means(tmp_path / "model", ClassMeans(means, ("class 0", "class 1"), (1, 1)))
    np.savez(tmp_path / "x.npz", images=np.zeros((3, 8, 8), dtype=np.uint8))
    return tmp_path


def ccsi(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ccsi", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_predictions_go_to_standard_output_and_remarks_do_not(folder: Path) -> None:
    done = ccsi(folder, "predict", "model", "x.npz")
    assert done.returncode == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["image"] for row in rows] == [f"x.npz:images[{n}]" for n in range(3)]
    assert "not temperature-scaled" in done.stderr


def test_a_fault_is_one_line_and_leaves_no_output(folder: Path) -> None:
    arguments = ("predict", "--model", "model", "x.npz:none", "--output", "out.json")
    done = ccsi(folder, *arguments, "--format", "json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "ccsi: x.npz: has no array 'none'; it holds images\n"
    assert not (folder / "out.json").exists()
    written = ccsi(folder, "predict", "model", "x.npz", "-o", "out.json", "--format", "json")
    assert written.returncode == 0
    assert len(json.loads((folder / "out.json").read_text())) == 3


def test_wrong_usage_has_a_status_of_its_own(folder: Path) -> None:
    assert ccsi(folder, "predict", "model").returncode == 2
    assert ccsi(folder, "predict", "model", "x.npz", "--model", "model").returncode == 2


def test_info_shows_what_a_model_knows(folder: Path) -> None:
    done = ccsi(folder, "info", "model")
    assert done.returncode == 0
    assert all(part in done.stdout for part in ("class 1", "8 x 8", "not fitted", "t1"))


def test_help_imports_nothing_heavy() -> None:
    heavy = {"torch", "numpy", "scipy", "onnx", "hydra", "dvc", "medmnist"}
    code = f"import sys, ccsi.cli; print({heavy} & set(sys.modules))"
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_other_images_are_refused_and_with_resize_made_to_fit(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The central square, resized and made grey, is predicted like that image itself."""
    monkeypatch.chdir(folder)
    wide = np.zeros((16, 20, 3), dtype=np.uint8)
    wide[:, 2:18] = np.kron(np.eye(8, dtype=np.uint8) * 200, np.ones((2, 2)))[..., None]
    Image.fromarray(wide).save("wide.png")
    central = Image.fromarray(wide).convert("L").crop((2, 0, 18, 16))
    central.resize((8, 8), Image.Resampling.BICUBIC).save("fits.png")
    refused = CliRunner().invoke(app, ["predict", "model", "wide.png", "-o", "out.csv"])
    assert isinstance(refused.exception, DataError)
    assert "20 x 16 pixels; the model was made for 8 x 8; --resize" in str(refused.exception)
    assert not Path("out.csv").exists()
    for image, more in (("fits.png", []), ("wide.png", ["--resize"])):
        done = CliRunner().invoke(app, ["predict", "model", image, "-o", f"{image}.csv", *more])
        assert done.exit_code == 0, done.output
    fits, made = (Path(f"{name}.csv").read_text() for name in ("fits.png", "wide.png"))
    assert made.replace("wide.png", "fits.png") == fits


def test_a_depth_that_resizing_cannot_mend_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    Image.fromarray(np.zeros((8, 8), dtype=np.uint16)).save("deep.png")
    refused = CliRunner().invoke(app, ["predict", "model", "deep.png", "--resize"])
    assert isinstance(refused.exception, DataError)
    assert "16" in str(refused.exception)
