"""The project files that a stage script imports, directly or not, read from the source text."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path


def code_of(deps: Iterable[str], *, root: Path) -> set[str]:
    """The Python files among dependencies; a folder of code stands for all its files."""
    named = list(deps)
    found = {dep for dep in named if dep.endswith(".py")}
    for folder in (dep for dep in named if dep.startswith("src/") and not dep.endswith(".py")):
        found |= {str(file.relative_to(root)) for file in (root / folder).rglob("*.py")}
    return found


def import_closure(script: Path, *, src: Path) -> set[Path]:
    """Every file of `src` that the script can import; imports for types only do not count."""
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        path = waiting.pop()
        for module in imported_modules(path):
            for file in _files(module, src):
                if file not in found:
                    found.add(file)
                    waiting.append(file)
    return found


def imported_modules(path: Path) -> Iterator[str]:
    """Dotted names; `from a import b` gives a.b too, for b may be a module."""
    for node in _executed(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _executed(node)


def _files(module: str, src: Path) -> Iterator[Path]:
    """The module's file and the __init__.py of every package above it."""
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        stem = src.joinpath(*parts[:end])
        yield from (
            file for file in (stem / "__init__.py", stem.with_suffix(".py")) if file.is_file()
        )
