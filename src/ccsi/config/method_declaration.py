"""What a method's file declares, read without running it: its terms need PyTorch, composing not."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccsi import methods
from ccsi.frame.errors import ParameterError
from ccsi.frame.section import merge
from ccsi.losses.params import refuse_unusable_weights

_NOT_METHODS = {"__init__", "base", "params", "registry"}


@dataclass(frozen=True)
class Declaration:
    """The fields of `ccsi.methods.base.Method` that composing checks; None = not told in the file.

    terms: the names of the weights in `loss` that the method has a term for.
    """

    terms: tuple[str, ...] | None = ()
    starts_afresh: bool | None = False
    data_free: bool | None = True
    head: str | None = None


def read_declaration(name: str) -> Declaration:
    """The literal arguments of `METHOD = Method(...)` in src/ccsi/methods/<name>.py.

    An argument that is no literal is None, and is then checked by the stage alone. Raises
    ParameterError where there is no such file.
    """
    files = {path.stem: path for place in methods.__path__ for path in Path(place).glob("*.py")}
    known = sorted(set(files) - _NOT_METHODS)
    if name not in known:
        raise ParameterError(f"method.name = {name!r} is unknown; known: {', '.join(known)}")
    for statement in ast.parse(files[name].read_text()).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and _names(statement) == ["METHOD"]:
            return _declared(statement.value)
    return Declaration(terms=None, starts_afresh=None, data_free=None)


def refuse_unusable_choices(params: Mapping[str, Any]) -> None:
    """Raise ParameterError for a value that the chosen method cannot use.

    params: sections that have been checked one by one, and `per_task`.
    """
    method = params["method"]
    declared = read_declaration(method["name"])
    _refuse_kind(method, declared)
    if method["learning"] == "statistics":
        return
    _refuse_values(method, declared, params["loss"], params["update"], where="")
    for task, own in params["per_task"].items():
        if "loss" in own or "update" in own:
            loss, update = (merge(params[key], own.get(key)) for key in ("loss", "update"))
            _refuse_values(method, declared, loss, update, where=f"per_task.{task}.")


def _refuse_kind(method: Mapping[str, Any], declared: Declaration) -> None:
    """`learning`, `rehearsal` and `reads` decide the stages, the method's file what they compute.

    What reads old images must be a method that is not called data-free.
    """
    name, reads, rehearsal = method["name"], method["reads"], method["rehearsal"]
    if (method["learning"] == "statistics") != (declared.head is not None):
        wanted = "updates" if declared.head is None else "statistics"
        raise ParameterError(
            f"method.learning = {method['learning']}: method {name} learns by {wanted}; "
            f"set method.learning={wanted} or choose another method"
        )
    if declared.starts_afresh is not None and (reads == "seen") != declared.starts_afresh:
        wanted = "seen" if declared.starts_afresh else "task"
        why = "trains afresh on all images so far" if declared.starts_afresh else "updates a model"
        raise ParameterError(
            f"method.reads = {reads}: method {name} {why}; set method.reads={wanted} "
            "or choose another method"
        )
    if declared.starts_afresh and rehearsal != "none":
        raise ParameterError(
            f"method.rehearsal = {rehearsal}: method {name} trains afresh and rehearses nothing; "
            "set method.rehearsal=none"
        )
    if declared.data_free and rehearsal == "exemplars":
        raise ParameterError(
            f"method.rehearsal = exemplars: method {name} is data-free and keeps no image; "
            "choose method=lucir or another rehearsal"
        )


def _refuse_values(
    method: Mapping[str, Any],
    declared: Declaration,
    loss: Mapping[str, float],
    update: Mapping[str, Any],
    *,
    where: str,
) -> None:
    name = method["name"]
    refuse_unusable_weights(
        loss,
        method=name,
        terms=declared.terms,
        starts_afresh=declared.starts_afresh,
        where=where,
    )
    if update["target"] == "validation" and not loss["idc"]:
        raise ParameterError(
            f"{where}update.target = validation: only the term idc reads it, and loss.idc is 0; "
            "set update.target=task"
        )
    for key in ("imprint", "freeze_old_rows", "class_weights"):
        if declared.starts_afresh and update[key]:
            raise ParameterError(
                f"{where}update.{key} = true: method {name} trains a fresh network on all images, "
                "so it does nothing; set it to false"
            )
    if method["rehearsal"] != "none":
        return
    for key in ("reestimate_moments", "transplant", "mixup"):
        if update[key]:
            raise ParameterError(
                f"{where}update.{key} = {str(update[key]).lower()}: method {name} rehearses no "
                f"old class, so it does nothing; set it to {'false' if update[key] is True else 0}"
            )


def _names(statement: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _declared(call: ast.expr | None) -> Declaration:
    given = {k.arg: k.value for k in call.keywords} if isinstance(call, ast.Call) else {}
    terms = given.get("terms")
    named = (
        tuple(str(_literal(key)) for key in terms.keys)
        if isinstance(terms, ast.Dict) and all(isinstance(key, ast.Constant) for key in terms.keys)
        else None
    )
    return Declaration(
        terms=named,
        starts_afresh=_literal(given.get("starts_afresh"), default=False),
        data_free=_literal(given.get("data_free"), default=True),
        head=_literal(given.get("head")),
    )


def _literal(node: ast.expr | None, *, default: Any = None) -> Any:
    if node is None:
        return default
    return node.value if isinstance(node, ast.Constant) else None
