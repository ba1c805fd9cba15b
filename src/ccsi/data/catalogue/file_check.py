"""What is known of a downloaded file: its MD5, kept beside it so that it is read only once."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ccsi.data.catalogue.sets import URL, entry, file_name
from ccsi.frame.artifacts import load_json, save_json
from ccsi.frame.errors import DataError

RECORD = "md5.json"


def md5(path: Path) -> str:
    """MD5 of a file, as hexadecimal digits. Raises DataError where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(
                stream, lambda: hashlib.md5(usedforsecurity=False)
            ).hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error


def record_md5(folder: Path, name: str, side: int) -> list[str]:
    """Write the file's MD5 to `<folder>/md5.json`; the warnings that follow from it."""
    file = folder / file_name(name, side)
    save_json(folder / RECORD, {file.name: md5(file)})
    return md5_warnings(folder, name, side)


def md5_warnings(folder: Path, name: str, side: int) -> list[str]:
    """One line where the file's MD5 is not MedMNIST's, else nothing.

    Raises DataError, saying where the file is to be had, where it is not there.
    """
    file = folder / file_name(name, side)
    expected = entry(name).md5[side]
    if not file.is_file():
        raise DataError(f"{file}: no such file; {how_to_get(name, side, folder)}")
    record = folder / RECORD
    known = load_json(record).get(file.name) if record.is_file() else None
    found = known if isinstance(known, str) else md5(file)
    if found == expected:
        return []
    return [f"{file.name}: MD5 is {found}, MedMNIST's file has {expected}; used as it is"]


def how_to_get(name: str, side: int, folder: Path) -> str:
    """Advice for a person without network: which file to put where."""
    file = file_name(name, side)
    return (
        f"download {URL.format(file=file)} (MD5 {entry(name).md5[side]}) "
        f"and put it there as {folder / file}"
    )
