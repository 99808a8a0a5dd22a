"""What a build on GitHub shows: an annotation at the scenario's file for each failure, and a summary of the step."""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}


@dataclass(frozen=True)
class Failing:
    """One thing that went wrong: where, in one sentence, and the command that shows it again."""

    file: str
    check: str
    sentence: str
    reproduce: str
    line: int = 1


def annotate(title: str, found: Iterable[Failing], environment: Mapping[str, str] | None = None) -> None:
    """Write annotations to standard error and the summary to where GitHub wants it; nothing anywhere else."""
    here = os.environ if environment is None else environment
    if here.get("GITHUB_ACTIONS") != "true":
        return
    failing = list(found)
    for one in failing:
        at = f"file={_property(one.file)},line={one.line},title={_property(one.check)}"
        sys.stderr.write(f"::error {at}::{_escaped(f'{one.sentence}. Reproduce: {one.reproduce}')}\n")
    summary = here.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(_summary(title, failing))


def _summary(title: str, failing: list[Failing]) -> str:
    if not failing:
        return f"### {_cell(title)}\n\nok\n\n"
    rows = "".join(f"| {_cell(one.check)} | {_cell(one.sentence)} | `{_cell(one.reproduce)}` |\n" for one in failing)
    return f"### {_cell(title)}\n\n| check | what happened | reproduce |\n|---|---|---|\n{rows}\n"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(sign, sign) for sign in text)


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    """Text inside a table of Markdown: no column, line or tag begins in it."""
    plain = " ".join(text.split())
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("`", "'")
