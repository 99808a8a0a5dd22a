"""Reads model code for what would make a run depend on more than its seed: file, line, why, and what to use instead.

The guard of a run stops calls of the wall clock and the like when they happen. This finds them, and what no guard can
see, by reading the code: iteration over sets, hashes of text, addresses, and state that a module keeps between runs.
"""

import ast
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MODULES = {
    "time": "the wall clock: use self.now() or self.elapsed()",
    "datetime": "the wall clock: use self.now()",
    "random": "chance from outside: use self.random, the actor's own stream",
    "uuid": "chance from outside: use a number drawn from self.random",
    "secrets": "chance from outside: use self.random",
    "threading": "threads run in an order of their own: use self.spawn(story)",
    "multiprocessing": "processes run in an order of their own: use self.spawn(story)",
    "asyncio": "another event loop: stories run on the simulated one, with await self.sleep(ns)",
    "socket": "the real network: use self.send or self.call",
    "subprocess": "the real machine: simulate what it does",
}
_CALLS = {
    "id": "an address, another one in every run: number the objects yourself",
    "hash": "of text another number in every process: use a digest of hashlib",
    "open": "the real disk: use self.disk",
    "input": "somebody's answer: put it into the scenario",
}
_ATTRIBUTES = {("os", "urandom"): "chance from outside: use self.random", ("os", "environ"): "the environment"}
_SETS = ("set", "frozenset")
_ORDERLESS = ("sorted", "len", "sum", "min", "max", "any", "all", "set", "frozenset", "bool")
"""Calls that make nothing of the order in which a set is read; min and max of equal keys do, as `sorted` does."""


@dataclass(frozen=True, order=True)
class Source:
    """One finding: where, what stands there, and why it matters with what to do instead."""

    file: str
    line: int
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}: {self.why}"


def sources_of(module: str) -> list[Source]:
    """What the code of a model's module, or of the whole package it stands in, holds; in order of file and line."""
    return sorted({found for file in _files(module) for found in read_source(file)})


def _files(module: str) -> list[Path]:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return []
    file = Path(spec.origin)
    return sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]


def read_source(file: Path) -> list[Source]:
    """The findings in one file; nothing in one that is not Python."""
    try:
        tree = ast.parse(file.read_text("utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return []
    return [Source(str(file), line, what, why) for line, what, why in _findings(tree)]


Finding = tuple[int, str, str]


def _findings(tree: ast.Module) -> Iterator[Finding]:
    yield from _module_state(tree)
    harmless = {id(inner) for node in ast.walk(tree) for inner in _in_no_order(node)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from _imports(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            yield node.lineno, f"{node.func.id}()", _CALLS[node.func.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            why = _ATTRIBUTES.get((node.value.id, node.attr))
            if why is not None:
                yield node.lineno, f"{node.value.id}.{node.attr}", why
        elif isinstance(node, (ast.For, ast.comprehension)) and id(node) not in harmless and _is_set(node.iter):
            line = node.iter.lineno
            yield (
                line,
                "iteration over a set",
                "in an order of its own in every process: sorted(...), or a dict of keys",
            )


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[Finding]:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    for name in names:
        why = _MODULES.get(name.partition(".")[0])
        if why is not None:
            yield node.lineno, f"import {name}", why


def _in_no_order(node: ast.AST) -> Iterator[ast.comprehension]:
    """The loops of comprehensions whose order nobody sees: they make a set, or stand in `sorted(...)` and its kin."""
    if isinstance(node, ast.SetComp):
        yield from node.generators
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ORDERLESS:
        for argument in node.args:
            if isinstance(argument, (ast.GeneratorExp, ast.ListComp, ast.SetComp)):
                yield from argument.generators


def _is_set(node: ast.expr) -> bool:
    """Whether an expression surely is a set."""
    if isinstance(node, (ast.Set, ast.SetComp)):
        return True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in _SETS
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)):
        return _is_set(node.left) or _is_set(node.right)
    return False


def _module_state(tree: ast.Module) -> Iterator[Finding]:
    """Lists, sets and dicts at the top of a module that a function of it changes: they outlive a run."""
    tops = {name: node.lineno for node in tree.body for name in _made_here(node)}
    changed = {name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for name in _changes(node)}
    for name in sorted(changed & set(tops)):
        yield tops[name], name, "kept by the module from one run to the next: keep it in the actor, or on its disk"


def _made_here(node: ast.stmt) -> list[str]:
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if not isinstance(value, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)):
        return []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


_CHANGING = (
    "append",
    "add",
    "update",
    "setdefault",
    "pop",
    "popitem",
    "remove",
    "discard",
    "clear",
    "extend",
    "insert",
)


def _changes(function: ast.FunctionDef) -> Iterator[str]:
    """Names from outside that a function changes in place, or declares global."""
    declared = {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}
    yield from declared
    stored = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own = {argument.arg for argument in function.args.args} | stored - declared
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
            if isinstance(node.func.value, ast.Name) and node.func.value.id not in own:
                yield node.func.value.id
        elif isinstance(node, (ast.Assign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                    yield from {target.value.id} - own
