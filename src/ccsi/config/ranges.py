"""What a value may be, in words, for one that cannot: as typed, with its range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ccsi.config.names import nearest
from ccsi.config.overrides import override_key, write_value
from ccsi.frame.errors import ParameterError
from ccsi.frame.section import Section, parse

Schema = Mapping[str, Any]
BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
KINDS = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "string": "text",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


def checked(
    kind: type[Section], values: Mapping[str, Any], *, where: str, overrides: Sequence[str]
) -> None:
    """Validate one section. Raises ParameterError, for a value out of its range with the override
    that was typed and with the range.
    """
    try:
        parse(kind, values, where=where)
    except ParameterError as error:
        found = error.__cause__
        told = _refusal(kind, found, where, overrides) if found else None
        if told is None:
            raise
        raise ParameterError(told) from found


def _refusal(
    kind: type[Section], error: BaseException, where: str, overrides: Sequence[str]
) -> str | None:
    """The line; None for a fault of another kind: an unknown key, a rule between several."""
    if not isinstance(error, ValidationError):
        return None
    problem = error.errors()[0]
    if problem["type"] in ("extra_forbidden", "missing") or not problem["loc"]:
        return None
    parts, schema, definitions = _place(kind.model_json_schema(), problem["loc"])
    key = ".".join((where, *parts))
    told = _typed(key, overrides) or f"{key}={write_value(problem['input'])}"
    if problem["type"] == "value_error":  # a validator with words of its own
        return f"{told}: {problem['msg'].removeprefix('Value error, ')}"
    name = "" if told.lstrip("+").startswith(f"{key}=") else f"{key} "
    near = nearest(str(problem["input"]), list(_choices(schema)), else_all=False)
    return f"{told}: {name}must be {_in_words(schema, definitions)}{near}"


def _typed(key: str, overrides: Sequence[str]) -> str | None:
    """The override that set the key, or what the key is a part of."""
    setting = [o for o in overrides if f"{key}.".startswith(f"{override_key(o)}.")]
    return setting[-1] if setting else None


def _place(schema: Schema, loc: Sequence[int | str]) -> tuple[list[str], Schema, Schema]:
    """The names that lead to the value, and its schema; parts that name a kind are left out."""
    definitions = schema.get("$defs", {})
    parts: list[str] = []
    for part in loc:
        schema = _resolved(schema, definitions)
        if isinstance(part, int) and schema.get("type") == "array":
            inner = schema.get("prefixItems") or [schema.get("items", {})]
            schema = inner[min(part, len(inner) - 1)]
        elif part in schema.get("properties", {}):
            schema = schema["properties"][part]
        else:
            break
        parts.append(str(part))
    return parts, _resolved(schema, definitions), definitions


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    name = schema.get("$ref")
    found: Schema = schema if name is None else definitions[str(name).rpartition("/")[2]]
    return found


def _in_words(schema: Schema, definitions: Schema) -> str:
    schema = _resolved(schema, definitions)
    if "anyOf" in schema:
        return ", or ".join(_in_words(one, definitions) for one in schema["anyOf"])
    choices = list(_choices(schema))
    if choices:
        return " | ".join(choices)
    bounds = [f"{sign} {schema[name]:g}" for name, sign in BOUNDS.items() if name in schema]
    kind = KINDS.get(str(schema.get("type")), "another value")
    if "pattern" in schema:
        kind += f" of the form {schema['pattern']}"
    return " ".join([kind, " and ".join(bounds)]).rstrip()


def _choices(schema: Schema) -> Iterator[str]:
    """The words that are allowed."""
    for one in schema.get("anyOf", ()):
        yield from _choices(one)
    yield from (str(word) for word in schema.get("enum", ()))
    if "const" in schema:
        yield str(schema["const"])
