"""Names of classes and folders: their natural order, and which are refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ccsi.frame.errors import DataError

LONGEST = 200  # characters
REFUSED = ("Cc", "Cs", "Zl", "Zp")  # control, surrogate, line and paragraph separator


def natural_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sort key under which "t2" stands before "t10"; the name itself breaks ties."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    key = tuple((0, int(p), "") if p.isascii() and p.isdigit() else (1, 0, p) for p in parts)
    return key, name


def check_class_names(names: Sequence[str], *, where: str) -> None:
    """Raise DataError where a name is empty, repeated, or not plain text of one line."""
    for name in names:
        if fault := _fault(name):
            raise DataError(f"{where}: class name {name!r} {fault}; rename it")
    repeated = sorted({name for name in names if list(names).count(name) > 1})
    if repeated:
        raise DataError(f"{where}: class name {repeated[0]!r} stands there twice")


def _fault(name: str) -> str | None:
    if not name.strip():
        return "is empty"
    if name in (".", "..") or "/" in name or "\\" in name:
        return "is or holds a path"
    if any(unicodedata.category(character) in REFUSED for character in name):
        return "holds a control character or is not valid text"
    return f"is longer than {LONGEST} characters" if len(name) > LONGEST else None
