"""dvc.lock and the run cache: which files each stage read and wrote, with their hashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ccsi.frame.errors import ArtifactError

LOCK = "dvc.lock"


@dataclass(frozen=True)
class Entry:
    """A file or folder as DVC hashed it. md5 ends in ".dir" for a folder; files: how many in it."""

    path: str
    md5: str
    size: int | None = None
    files: int | None = None

    @property
    def is_folder(self) -> bool:
        """Whether it stands for a folder."""
        return self.md5.endswith(".dir")


@dataclass(frozen=True)
class Executed:
    """One stage as it ran."""

    address: str
    command: str
    deps: tuple[Entry, ...]
    outs: tuple[Entry, ...]

    @property
    def task(self) -> str:
        """t3 of update@t3, the first for every member; "" for a stage of no task."""
        stage, _, key = self.address.partition("@")
        return "t1" if stage == "member" else key


def read_lock(path: Path) -> dict[str, Executed]:
    """The stages of a dvc.lock. Raises ArtifactError where it is missing or damaged."""
    try:
        text = path.read_text()
    except (OSError, ValueError) as error:
        raise ArtifactError(f"cannot read {path}: {error}; run `dvc repro`") from error
    return parse_lock(text, where=str(path))


def parse_lock(text: str, *, where: str) -> dict[str, Executed]:
    """The stages in the text of a dvc.lock."""
    try:
        stages = (yaml.safe_load(text) or {}).get("stages") or {}
        return {str(name): _executed(str(name), stage) for name, stage in stages.items()}
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"{where} is damaged: {error}; restore it from git") from error


def read_runs(folder: Path) -> Iterator[tuple[Path, Executed]]:
    """Every entry of the run cache, with its file; those that cannot be read are left out.

    An entry has no address: the command `python stages/update.py t3` stands for it.
    """
    for path in sorted(folder.glob("*/*/*")):
        try:
            record = yaml.safe_load(path.read_text())
            yield path, _executed(_address(str(record["cmd"])), record)
        except (OSError, ValueError, yaml.YAMLError, AttributeError, KeyError, TypeError):
            continue


def _executed(address: str, record: Mapping[str, Any]) -> Executed:
    return Executed(
        address,
        str(record["cmd"]),
        tuple(_entry(row) for row in record.get("deps") or ()),
        tuple(_entry(row) for row in record.get("outs") or ()),
    )


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(str(row["path"]), str(row.get("md5", "")), row.get("size"), row.get("nfiles"))


def _address(command: str) -> str:
    _, script, *task = command.split()
    return "@".join([Path(script).stem, *task[:1]])
