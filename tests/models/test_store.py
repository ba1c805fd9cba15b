from pathlib import Path

import pytest
import torch

from ccsi.frame.errors import ArtifactError
from ccsi.models.classifier import Learned
from ccsi.models.store import load_classifier, save_classifier
from tests.toy_networks import classifier, generator, images


def test_a_model_comes_back_the_same(tmp_path: Path) -> None:
    network = classifier()
    network.add_task("t2", ["third"], generator=generator())
    network.history = (Learned("t1", 3, None, "last", True), Learned("t2", 3, "ccsi", "best", True))
    save_classifier(tmp_path / "model.safetensors", network)
    loaded = load_classifier(tmp_path / "model.safetensors").eval()
    x = images(4)[0].float() / 255
    assert torch.equal(loaded(x).logits, network.eval()(x).logits)
    assert loaded.tasks == network.tasks
    assert loaded.class_names == network.class_names
    assert loaded.history == network.history
    for ours, theirs in zip(loaded.norms(), network.norms(), strict=True):
        assert torch.equal(ours.class_mean, theirs.class_mean)


def test_the_tenth_task_stays_after_the_second(tmp_path: Path) -> None:
    network = classifier()
    for number in range(2, 12):
        network.add_task(f"t{number}", [f"class of t{number}"], generator=generator())
    save_classifier(tmp_path / "m", network)
    assert list(load_classifier(tmp_path / "m").tasks) == [f"t{n}" for n in range(1, 12)]


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_classifier(tmp_path / name, classifier())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("damage", ["missing", "truncated", "foreign", "text"])
def test_an_unusable_file_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "model.safetensors"
    save_classifier(path, classifier())
    if damage == "missing":
        path.unlink()
    elif damage == "truncated":
        path.write_bytes(path.read_bytes()[:-100])
    elif damage == "foreign":
        from safetensors.torch import save_file

        save_file({"x": torch.zeros(1)}, path)
    else:
        path.write_text("not a model")
    with pytest.raises(
        ArtifactError, match=r"model\.safetensors is no readable ccsi model"
    ) as caught:
        load_classifier(path)
    assert "\n" not in str(caught.value)
