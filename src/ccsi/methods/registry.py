"""Methods by name, each loaded only when it is asked for."""

from __future__ import annotations

import importlib
import pkgutil

from ccsi import methods
from ccsi.frame.errors import ParameterError
from ccsi.methods.base import Method

_NOT_METHODS = {"base", "params", "registry"}


def method_names() -> list[str]:
    """Every file of this folder that is a method."""
    found = (module.name for module in pkgutil.iter_modules(methods.__path__))
    return sorted(set(found) - _NOT_METHODS)


def load_method(name: str) -> Method:
    """The method of that name. Raises ParameterError where there is none."""
    if name not in method_names():
        raise ParameterError(
            f"params.yaml: method.name = {name!r} is unknown; known: {', '.join(method_names())}"
        )
    method: Method = importlib.import_module(f"ccsi.methods.{name}").METHOD
    return method
