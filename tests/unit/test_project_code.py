"""What every Python file of the project keeps to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TypeGuard

from support.project import python_files, read, tree_of

MOST_LINES_OF_A_FILE = 500
MOST_LINES_OF_WHAT_STANDS_ALONE = 600
MOST_LINES_OF_A_FUNCTION = 90
STANDS_ALONE = Path("src/cointrail/evidence/verify.py")
"""It goes into every bundle as it stands, and runs there without us; so does what compares two of them."""
PROGRAMS = (STANDS_ALONE, STANDS_ALONE.with_name("compare.py"), Path("src/cointrail/jobs/worker.py"))

# Words that put work off or hide it from a check. Written in parts, so that this file has none.
PUT_OFF = re.compile(
    "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error", "pragma: no " + "cover"))
)
DRAWERS = {"utils", "util", "common", "helpers", "helper", "misc"}
ENDINGS = {"print", "exit", "quit", "sys.exit", "os._exit"}

SOURCES = python_files("src")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(name: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree_of(name)) if isinstance(node, Function))


def _public_parts(body: list[ast.stmt]) -> Iterator[Function | ast.ClassDef]:
    """Public functions and classes, and the public methods and properties of these classes."""
    for node in body:
        if isinstance(node, (Function, ast.ClassDef)) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public_parts(node.body)


def _imports_ours(node: ast.AST) -> TypeGuard[ast.Import | ast.ImportFrom]:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] == "cointrail"
    return isinstance(node, ast.Import) and any(a.name.split(".")[0] == "cointrail" for a in node.names)


def _idle_strings(name: Path) -> Iterator[int]:
    """Lines of strings that are statements and say what nothing is: the rest of a text that was cut off."""
    for node in ast.walk(tree_of(name)):
        for part in ("body", "orelse", "finalbody"):
            body = getattr(node, part, None)
            for before, here in pairwise([None, *body]) if isinstance(body, list) else ():
                match here:
                    case ast.Expr(value=ast.JoinedStr()):
                        yield here.lineno
                    case ast.Expr(value=ast.Constant(value=str())) if not _has_a_doc(node, before):
                        yield here.lineno


def _has_a_doc(node: ast.AST, before: ast.stmt | None) -> bool:
    """Whether a string here is a docstring: of `node`, or of the name or attribute that `before` sets."""
    match before:
        case None:
            return isinstance(node, (Function, ast.ClassDef, ast.Module))
        case ast.AnnAssign(target=target) | ast.Assign(targets=[target]):
            return isinstance(target, ast.Attribute) or isinstance(node, (ast.ClassDef, ast.Module))
    return False


def test_no_part_of_a_text_is_a_statement_of_its_own() -> None:
    """Two lines of an f-string without brackets are two statements, and the second is lost unseen."""
    found = [f"{name}:{line}" for name in python_files() for line in _idle_strings(name)]
    assert found == []


def test_everything_public_says_what_it_is() -> None:
    silent = [
        f"{name}:{node.lineno} {node.name}"
        for name in SOURCES
        for node in _public_parts(tree_of(name).body)
        if not ast.get_docstring(node)
    ]
    silent += [str(name) for name in SOURCES if not ast.get_docstring(tree_of(name))]
    assert silent == []


def test_first_party_imports_stand_at_the_top() -> None:
    """Hidden imports hide a knot. Only `cli` may import late: its help must come at once."""
    hidden = [
        f"{name}:{node.lineno}"
        for name in SOURCES
        if "cli" not in name.parts
        for function in _functions(name)
        for node in ast.walk(function)
        if _imports_ours(node)
    ]
    assert hidden == []


def test_a_file_is_one_idea_long() -> None:
    long = [str(name) for name in python_files() if read(name).count("\n") >= MOST_LINES_OF_A_FILE]
    assert long == [str(STANDS_ALONE)]
    assert read(STANDS_ALONE).count("\n") < MOST_LINES_OF_WHAT_STANDS_ALONE


def test_a_function_fits_a_screen_or_two() -> None:
    """Kernels apart: they allocate nothing and call little, so their loops stay in one piece."""
    long = [
        f"{name}:{node.lineno} {node.name}"
        for name in SOURCES
        if "kernel" not in name.parts
        for node in _functions(name)
        if (node.end_lineno or node.lineno) - node.lineno >= MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


def test_nothing_is_put_off_or_hidden_from_a_check() -> None:
    found = [f"{name}: {word}" for name in python_files() for word in PUT_OFF.findall(read(name))]
    assert found == []


def test_no_file_is_a_drawer_for_everything() -> None:
    assert [str(name) for name in SOURCES if DRAWERS & {*name.parts, name.stem}] == []


def test_the_library_never_prints_and_never_ends_the_program() -> None:
    """Only the command line talks to people, and only it chooses an exit code."""
    found = [
        f"{name}:{node.lineno}"
        for name in SOURCES
        if "cli" not in name.parts and name not in PROGRAMS
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ENDINGS
    ]
    assert found == []


def test_the_name_of_a_test_is_a_claim() -> None:
    """`test_decode` claims nothing; `test_a_truncated_block_is_refused` does."""
    short = [
        f"{name}:{node.lineno} {node.name}"
        for name in python_files("tests")
        for node in _functions(name)
        if node.name.startswith("test_") and node.name.count("_") < 3
    ]
    assert short == []
