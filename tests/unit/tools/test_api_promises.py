"""The check of the frozen API document finds what its users would lose, and lets additions pass."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from api_promises import breaking_changes

FROZEN: dict[str, Any] = {
    "paths": {
        "/things/{name}": {
            "get": {
                "parameters": [
                    {"in": "path", "name": "name", "required": True},
                    {"in": "query", "name": "page"},
                ]
            }
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "properties": {
                    "sat": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
                    "of": {"type": "string"},
                }
            },
            "AskThing": {
                "properties": {"how": {"type": "string", "enum": ["is", "contains"]}},
                "required": ["how"],
            },
        }
    },
}


def changed(*way: Any, value: object = None, gone: bool = False) -> dict[str, Any]:
    """The frozen document with one thing in it replaced, added or taken out."""
    document = copy.deepcopy(FROZEN)
    inner: Any = document
    for step in way[:-1]:
        inner = inner[step]
    if gone:
        del inner[way[-1]]
    else:
        inner[way[-1]] = value
    return document


SCHEMAS = ("components", "schemas")
PARAMETERS = ("paths", "/things/{name}", "get", "parameters")


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (changed("paths", "/things/{name}", gone=True), "GET /things/{name} is gone"),
        (changed(*PARAMETERS, 1, gone=True), "parameter page is gone"),
        (changed(*PARAMETERS, 1, "required", value=True), "parameter page is required now"),
        (changed(*SCHEMAS, "Thing", gone=True), "schema Thing is gone"),
        (changed(*SCHEMAS, "Thing", "properties", "of", gone=True), "answer Thing: of is gone"),
        (changed(*SCHEMAS, "Thing", "properties", "of", value={"type": "null"}), "of may be null now"),
        (
            changed(*SCHEMAS, "AskThing", "properties", "how", "enum", value=["is"]),
            "how takes 'contains' no more",
        ),
        (changed(*SCHEMAS, "AskThing", "required", value=["how", "new"]), "new is required now"),
    ],
)
def test_what_users_would_lose_is_named(document: dict[str, Any], says: str) -> None:
    found = breaking_changes(FROZEN, document)
    assert len(found) == 1
    assert says in found[0]


@pytest.mark.parametrize(
    "document",
    [
        FROZEN,
        changed("paths", "/more", value={"get": {}}),
        changed(*SCHEMAS, "More", value={}),
        changed(*SCHEMAS, "Thing", "properties", "more", value={"type": "string"}),
        changed(*SCHEMAS, "AskThing", "properties", "more", value={"type": "string"}),
        changed(*SCHEMAS, "Thing", "properties", "sat", value={"type": "integer"}),
    ],
)
def test_what_only_adds_or_promises_more_is_let_through(document: dict[str, Any]) -> None:
    assert not breaking_changes(FROZEN, document)


def test_a_first_document_breaks_nothing() -> None:
    assert not breaking_changes({}, FROZEN)
