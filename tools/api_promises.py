"""What a change of the OpenAPI document would take from those who use the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")


def breaking_changes(frozen: Document, new: Document) -> list[str]:
    """What worked by the frozen document and would not by the new one, a line each.

    Operations and the properties of answers must stay; requests may not ask for more, and may not take less.
    """
    return sorted(_lost_operations(frozen, new) | set(_lost_schemas(frozen, new)))


def _lost_operations(frozen: Document, new: Document) -> set[str]:
    lost = set()
    for path, operations in frozen.get("paths", {}).items():
        for method in _METHODS:
            if method not in operations:
                continue
            now = new.get("paths", {}).get(path, {}).get(method)
            if now is None:
                lost.add(f"{method.upper()} {path} is gone")
                continue
            lost |= {f"{method.upper()} {path}: {one}" for one in _parameters(operations[method], now)}
    return lost


def _parameters(frozen: Document, new: Document) -> Iterator[str]:
    was = {(one["in"], one["name"]): one for one in frozen.get("parameters", ())}
    now = {(one["in"], one["name"]): one for one in new.get("parameters", ())}
    for key in was.keys() - now.keys():
        yield f"parameter {key[1]} is gone"
    for key, one in now.items():
        if one.get("required") and not was.get(key, {}).get("required"):
            yield f"parameter {key[1]} is required now"


def _lost_schemas(frozen: Document, new: Document) -> Iterator[str]:
    now = new.get("components", {}).get("schemas", {})
    for name, schema in frozen.get("components", {}).get("schemas", {}).items():
        if name not in now:
            yield f"schema {name} is gone"
        elif name.startswith("Ask"):
            yield from (f"request {name}: {one}" for one in _narrowed(schema, now[name]))
        else:
            yield from (f"answer {name}: {one}" for one in _taken(schema, now[name]))


def _narrowed(frozen: Document, new: Document) -> Iterator[str]:
    was, now = frozen.get("properties", {}), new.get("properties", {})
    for name in was.keys() - now.keys():
        yield f"{name} is not taken any more"
    for name in set(new.get("required", ())) - set(frozen.get("required", ())):
        yield f"{name} is required now"
    for name in was.keys() & now.keys():
        for value in set(was[name].get("enum", ())) - set(now[name].get("enum", ())):
            yield f"{name} takes {value!r} no more"


def _taken(frozen: Document, new: Document) -> Iterator[str]:
    was, now = frozen.get("properties", {}), new.get("properties", {})
    for name in was.keys() - now.keys():
        yield f"{name} is gone"
    for name in was.keys() & now.keys():
        if _kinds(now[name]) - _kinds(was[name]):
            yield f"{name} may be {', '.join(sorted(_kinds(now[name]) - _kinds(was[name])))} now"


def _kinds(schema: Document) -> set[str]:
    """The JSON types that a value may have; a reference by the name of its schema."""
    if "anyOf" in schema:
        return set().union(*(_kinds(one) for one in schema["anyOf"]))
    if "$ref" in schema:
        return {schema["$ref"].rpartition("/")[2]}
    kind = schema.get("type")
    return {kind} if kind else set()
