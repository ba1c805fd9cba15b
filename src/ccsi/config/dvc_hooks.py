"""What `dvc exp run` does beyond Hydra when it composes: the guard, and errors of one line.

DVC composes in its own process: it loads the plugins, composes with the -S overrides, resolves,
and writes params.yaml in the current folder. An exception that is not one of DVC's is reported as
"unexpected error" with a request to report a bug, and OmegaConf adds lines to what a resolver
raises; `ComposeError` passes through both unchanged.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from dvc.exceptions import DvcException
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import InterpolationResolutionError

from ccsi.config.digest import is_edited, read_params
from ccsi.config.guard import (
    dropped_overrides,
    original_of,
    refuse_lost_dataset,
    refuse_lost_edit,
)
from ccsi.config.hydra_errors import explain, refuse_laid_out
from ccsi.config.hydra_tree import note_overrides
from ccsi.config.overrides import in_shell
from ccsi.config.paths import CONF, CONFIG_FILE, PARAMS_FILE
from ccsi.config.resolvers import register_resolvers
from ccsi.frame.errors import CcsiError, ParameterError

Result = TypeVar("Result")


class ComposeError(ParameterError, InterpolationResolutionError, DvcException):  # type: ignore[misc]
    """A one-line error that OmegaConf leaves as it is and DVC prints as its own."""

    _initialized = True  # OmegaConf adds its lines only to exceptions that lack this mark

    def __init__(self, message: str) -> None:
        InterpolationResolutionError.__init__(self, message)
        ParameterError.__init__(self, message)
        self.msg = str(self)


def install() -> None:
    """Register the resolvers with the guard, and put Hydra's own errors in one line."""
    register_resolvers(guard_params, wrap=_as_compose_error)
    _watch_loading()


def guard_params(composed: Mapping[str, Any]) -> None:
    """Raise ParameterError where writing `composed` loses something; say what is left behind."""
    at_hand, explicit = read_params(PARAMS_FILE), composed["overrides"]
    if is_edited(at_hand):
        refuse_lost_edit(at_hand, original_of(at_hand, composed), composed, explicit=explicit)
    refuse_lost_dataset(at_hand, composed, explicit=explicit)
    dropped = dropped_overrides(at_hand, explicit)
    if dropped:
        print(
            f"params.yaml was composed with {in_shell(dropped)}; this starts from conf/, without. "
            f"To keep it: {in_shell(dropped, flag='-S ')}; to record it: "
            f"ccsi config {in_shell(dropped)}",
            file=sys.stderr,
        )


def _watch_loading() -> None:
    """Hydra tells neither resolvers nor plugins which overrides it was given, so its loader is
    wrapped: the overrides are noted in the tree, and its errors name what was meant."""
    load = ConfigLoaderImpl.load_configuration
    if hasattr(load, "__wrapped__"):
        return

    @functools.wraps(load)
    def watched(
        self: ConfigLoaderImpl, config_name: str | None, overrides: list[str], **rest: Any
    ) -> DictConfig:
        _refuse_elsewhere()
        try:
            tree = load(self, config_name, overrides, **rest)
            refuse_laid_out(overrides)
        except ParameterError as error:
            raise ComposeError(str(error)) from None
        except HydraException as error:
            told = explain(
                error, CONF, overrides, without=lambda: load(self, config_name, [], **rest)
            )
            raise ComposeError(told) from None
        note_overrides(tree, overrides)
        return tree

    ConfigLoaderImpl.load_configuration = watched  # type: ignore[method-assign,assignment]


def _refuse_elsewhere() -> None:
    if not CONFIG_FILE.is_file():
        raise ComposeError(
            f"run `dvc exp run` in the project's root, where {CONFIG_FILE} is: DVC would write "
            f"another params.yaml into {Path.cwd()}"
        )


def _as_compose_error(resolver: Callable[..., Result]) -> Callable[..., Result]:
    @functools.wraps(resolver)
    def resolve(*, _root_: DictConfig) -> Result:
        try:
            return resolver(_root_=_root_)
        except CcsiError as error:
            raise ComposeError(str(error)) from None

    return resolve
