"""The catalogue and conf/dataset agree with the medmnist package."""

import importlib.util
import re
import runpy
from pathlib import Path

import pytest

from ccsi.data.catalogue.sets import CATALOGUE, SIDES, URL, file_name
from ccsi.data.layout import lay_out
from ccsi.frame.errors import DataError
from tests.data.builders import CONF, dataset_params, section


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """medmnist.INFO, from its file: importing the package would import torch."""
    found = importlib.util.find_spec("medmnist")
    if found is None or not found.submodule_search_locations:
        pytest.skip("medmnist is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        return runpy.run_path(str(Path(found.submodule_search_locations[0], "info.py")))["INFO"]


def test_it_holds_every_single_label_2d_set(package):
    flat = {name for name, info in package.items() if "url_128" in info}
    assert set(CATALOGUE) == {name for name in flat if "multi-label" not in package[name]["task"]}


@pytest.mark.parametrize("name", CATALOGUE)
def test_it_says_what_the_package_says(package, name):
    entry, info = CATALOGUE[name], package[name]
    assert list(entry.class_names) == [info["label"][str(i)] for i in range(len(info["label"]))]
    assert entry.channels == info["n_channels"]
    assert entry.counts == tuple(info["n_samples"][split] for split in ("train", "val", "test"))
    assert entry.licence == info["license"]
    for side in SIDES:
        suffix = "" if side == 28 else f"_{side}"
        assert entry.md5[side] == info[f"MD5{suffix}"]
        assert URL.format(file=file_name(name, side)) == info[f"url{suffix}"]


@pytest.mark.parametrize("name", CATALOGUE)
def test_each_set_can_be_chosen_in_conf(name):
    dataset, entry = dataset_params(name), CATALOGUE[name]
    assert dataset.symmetries == entry.symmetries
    assert dataset.licence == entry.licence
    assert dataset.paper_split == entry.paper_split
    layouts = lay_out(dataset)
    assert tuple(n for layout in layouts.values() for n in layout.names) == entry.class_names
    assert len(layouts) >= 1


def test_every_key_of_conf_is_explained_once():
    text = (CONF / "_base.yaml").read_text()
    keys = set(section("_base"))
    for key in keys:
        assert re.search(rf"^  # .*\n  {key}:", text, re.MULTILINE), key
    for path in CONF.glob("*.yaml"):
        assert set(section(path.stem)) <= keys
        assert path.read_text().startswith("# @package _global_\n")


@pytest.mark.parametrize("side", [32, 8, 256])
def test_other_sides_are_refused(side):
    with pytest.raises(DataError, match="MedMNIST has 28, 64, 128, 224 pixels"):
        file_name("bloodmnist", side)
