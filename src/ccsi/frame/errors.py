"""Errors meant for people: what is wrong, where, and what to do about it."""

from __future__ import annotations

import errno

# What a disk, a folder's permissions or another program does to any file at any moment.
OF_THE_SYSTEM = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM),
        *(errno.EIO, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ESTALE, errno.EMFILE),
    }
)


def told(error: OSError) -> str:
    """A fault of the file system in one line: the file, and what is wrong with it."""
    what = error.strerror or str(error) or type(error).__name__
    return " ".join(f"{error.filename}: {what}".split()) if error.filename else what


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
