"""The name that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Collection


def nearest(name: str, known: Collection[str], *, else_all: bool = True) -> str:
    """`; did you mean ...?`; where none is near, the known names, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; known: {', '.join(known)}" if else_all else ""
