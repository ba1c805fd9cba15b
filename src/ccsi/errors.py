"""Errors meant for people: what is wrong, where, and what to do about it."""

from __future__ import annotations


class CcsiError(Exception):
    """A fault the user can mend. Its text is one line; front doors print it and exit with 1."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class ParameterError(CcsiError):
    """A key or value in params.yaml, conf/ or on the command line is wrong."""


class DataError(CcsiError):
    """Images, labels, splits or group files are missing or unusable."""


class ArtifactError(CcsiError):
    """A file written by an earlier stage is missing, damaged or of another version."""


class RuntimeMismatchError(CcsiError):
    """The installed libraries are not the ones the cached results were made with."""


class DivergenceError(CcsiError):
    """A loss became NaN or infinite."""
