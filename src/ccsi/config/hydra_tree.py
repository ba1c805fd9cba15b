"""The configuration tree of conf/, composed by Hydra and not yet resolved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from omegaconf import DictConfig, OmegaConf

CONFIG_NAME = "config"


def compose_tree(conf: Path, overrides: Sequence[str]) -> DictConfig:
    """Compose conf/config.yaml with these overrides, which it notes in itself.

    Raises Hydra's own exceptions; `ccsi.config.hydra_errors.explain` puts them in one line.
    """
    with initialize_config_dir(str(conf.resolve()), version_base=None):
        tree = compose(CONFIG_NAME, overrides=list(overrides))
    note_overrides(tree, overrides)
    return tree


def note_overrides(tree: DictConfig, overrides: Sequence[str]) -> None:
    """Write down in the tree what it was composed with, where it has a place for that."""
    if "overrides" in tree:
        tree["overrides"] = list(overrides)


def plain(tree: DictConfig, keys: Collection[str]) -> dict[str, Any]:
    """These top-level keys as plain values, in the tree's order, interpolations resolved."""
    wanted = [str(key) for key in tree if key in keys]
    values = OmegaConf.to_container(OmegaConf.masked_copy(tree, wanted), resolve=True)
    assert isinstance(values, dict)
    return {str(key): value for key, value in values.items()}


def group_options(conf: Path) -> dict[str, list[str]]:
    """The groups of conf/ (its folders) and the files that may be chosen in each."""
    return {
        folder.name: sorted(f.stem for f in folder.glob("*.yaml") if not f.stem.startswith("_"))
        for folder in sorted(conf.iterdir())
        if folder.is_dir() and not folder.name.startswith(".")
    }


def dotted_keys(tree: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Every key of a nested mapping, branches too, as a.b.c."""
    keys: list[str] = []
    for key, value in tree.items():
        keys.append(f"{prefix}{key}")
        if isinstance(value, Mapping):
            keys += dotted_keys(value, f"{prefix}{key}.")
    return keys
