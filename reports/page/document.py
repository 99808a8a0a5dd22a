"""Puts a page together: template, style, script and data in one file that asks nobody for anything.

The policy of the page forbids everything and allows its own style and script by their hashes, so that no text of a
user can become code even if an escape were forgotten. Data stand in the page as JSON that no HTML parser can end early.
"""

import base64
import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = files("reports.page")
_UNSAFE = {sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Fact:
    """A name, a value, and what else is to be said of it."""

    name: str
    value: str
    more: str = ""


def document(kind: str, data: object, **texts: object) -> str:
    """The page of a kind (run, sweep, mutants) with its data; `texts` are what its template names."""
    style, script = _bundle("style", "css", kind), _bundle("script", "js", kind)
    allowed = f"script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    template = _templates().get_template(f"{kind}.html")
    return template.render(**texts, style=style, script=script, policy=policy, data=embedded(data))


def embedded(data: object) -> str:
    """JSON for a script element: pure ASCII, and no sign in it that means anything to HTML."""
    text = json.dumps(msgspec.to_builtins(data), separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    for sign, escape in _UNSAFE.items():
        text = text.replace(sign, escape)
    return text


_TABLES = ("base", "views", "tables")
_PARTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("style", "run"): ("base", "views", "run"),
    ("style", "sweep"): _TABLES,
    ("style", "mutants"): _TABLES,
    ("script", "run"): (
        "start", "dom", "data", "paint", "axis", "faults", "layers", "history", "spacetime", "states", "measures",
        "inspector", "keys", "run",
    ),
    ("script", "sweep"): ("start", "dom", "charts", "sweep"),
    ("script", "mutants"): ("start", "dom", "charts", "mutants"),
}  # fmt: skip
"""The files that each page is made of, in order."""


@cache
def _bundle(folder: str, suffix: str, kind: str) -> str:
    """The files of a page as one text; a script runs in a scope of its own."""
    parts = [(_HERE / folder / f"{name}.{suffix}").read_text("utf-8") for name in _PARTS[folder, kind]]
    text = "\n".join(parts)
    assert "</" not in text, "a style or a script that could end its own element"
    return f'"use strict";\n(() => {{\n{text}\n}})();\n' if suffix == "js" else text


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    def load(name: str) -> str:
        return (_HERE / "templates" / name).read_text("utf-8")

    return Environment(loader=FunctionLoader(load), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
