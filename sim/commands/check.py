"""`sim check HISTORY... --spec NAME`: decide histories that were recorded anywhere, and say why one is wrong."""

import argparse
import importlib
import json
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from sim import status
from sim.checks.budget import Budget
from sim.checks.formats import FORMATS, Annotation, FormatError, Imported, read_history
from sim.checks.formats.detect import detect
from sim.checks.history import HistoryError
from sim.checks.linearizable import judge
from sim.checks.specs import SPECS, Bank, Spec
from sim.checks.timeline import FaultSpan
from sim.checks.transactions.isolation import STRICTEST
from sim.checks.transactions.isolation import judge as judge_transactions
from sim.checks.transactions.levels import WEAKER
from sim.checks.transactions.transaction import VERB, transactions_of
from sim.checks.verdict import Verdict
from sim.commands import output
from sim.commands.common import STATUS_OF, output_options
from sim.commands.output import say
from sim.commands.usage import UsageError
from sim.world.quantities import DURATION
from sim.world.units import SECOND

LISTS = "list-append"
"""Instead of an object: transactions that read and append to lists."""

_DEFAULT = 500_000
_UNBOUNDED = 10**12
_STARTS = ("start", "kill", "pause", "partition", "begin")


def options(parser: argparse.ArgumentParser) -> None:
    """The options of this verb."""
    parser.add_argument("histories", nargs="+", metavar="HISTORY", help="files of histories, or folders of them")
    parser.add_argument("--spec", required=True, help=f"{', '.join((*SPECS, LISTS))}, or your own as pkg.mod:NAME")
    parser.add_argument("--format", help=f"{', '.join(FORMATS)} (default: guessed by the first line)")
    parser.add_argument("--budget", default=str(_DEFAULT), help="configurations to examine, or a time such as 10s")
    parser.add_argument("--memory", type=int, metavar="MB", help="stop when the process has grown by so much")
    parser.add_argument("--algorithm", choices=("auto", "zones", "search", "frontier"), default="auto")
    parser.add_argument("--explain", action="store_true", help="show the reasons, the operations and the faults")
    parser.add_argument("--all", action="store_true", help="go on after the first object that fails")
    parser.add_argument("--independent", action="store_true", help="values are pairs of key and value")
    parser.add_argument("--failed-cas", choices=("drop", "mismatch"), default="drop", help="what a failed cas means")
    parser.add_argument("--level", choices=tuple(WEAKER), default=STRICTEST, help="what transactions are to keep")
    parser.add_argument("--initial", metavar="JSON", help="balances at the beginning, for the bank")
    output_options(parser)


def execute(arguments: argparse.Namespace) -> int:
    """Check every history; the worst verdict counts."""
    spec = None if arguments.spec == LISTS else _spec(arguments.spec, arguments.initial)
    _budget(arguments)
    files = [file for name in arguments.histories for file in _files(name, known=arguments.format is not None)]
    if not files:
        raise UsageError(f"no history in {', '.join(arguments.histories)}", status.EMPTY)
    found = []
    for file in files:
        imported = _read(file, spec, arguments)
        verdict = _judge(file, imported, spec, arguments)
        found.append((file, imported, verdict))
        if not arguments.json:
            _show(file, imported, verdict, arguments)
    if arguments.json:
        say(arguments, "check", _as_json(found, arguments))
    return status.worst(STATUS_OF[verdict.status] for _, _, verdict in found)


def _files(name: str, *, known: bool) -> list[str]:
    """The file itself, or those of a folder; what begins like no history is left out of a folder, and said."""
    path = Path(name)
    if not path.is_dir():
        return [name]
    files = sorted(file for file in path.iterdir() if file.is_file())
    fitting = [file for file in files if known or _is_history(file)]
    for file in files:
        if file not in fitting:
            print(f"sim: {file} is no history, skipped", file=sys.stderr)
    return list(map(str, fitting))


def _is_history(file: Path) -> bool:
    try:
        text = file.read_text("utf-8-sig", errors="replace")
        return not text.strip() or bool(detect(text, tuple(FORMATS)))
    except (OSError, FormatError):
        return False


def _spec(name: str, initial: str | None) -> Spec:
    found = _own(name) if ":" in name else SPECS.get(name)
    if found is None:
        names = (*SPECS, LISTS)
        near = get_close_matches(name, names, 1)
        hint = f", did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"no spec named {name!r}{hint}; there are {', '.join(names)}, or your own as pkg.mod:NAME")
    if initial is None:
        return found
    if not isinstance(found, Bank):
        raise UsageError(f"--initial is for the bank, not for {name}")
    return Bank(_balances(initial))


def _own(name: str) -> Spec:
    """A specification of the user's: an instance of Spec, or a class of it."""
    module, _, attribute = name.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except ModuleNotFoundError as error:
        raise UsageError(f"no module {error.name!r} for the spec {name!r}") from None
    except Exception as error:
        raise UsageError(
            f"the module of the spec {name!r} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    if isinstance(found, type) and issubclass(found, Spec):
        found = found()
    if not isinstance(found, Spec):
        raise UsageError(f"{name!r} is no Spec: it is {type(found).__name__}")
    missing = [method for method in ("initial", "step") if getattr(type(found), method) is getattr(Spec, method)]
    if missing:
        raise UsageError(f"the spec {name!r} lacks {' and '.join(missing)}, expected a class with initial and step")
    return found


def _balances(text: str) -> dict[object, int]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"--initial is no JSON: {error.msg} at {error.pos}") from None
    if not isinstance(found, dict) or not all(type(balance) is int for balance in found.values()):
        raise UsageError(f'--initial: expected balances such as {{"a": 10, "b": 0}}, found {text}')
    return dict(found)


def _budget(arguments: argparse.Namespace) -> Budget:
    text = arguments.budget
    if re.fullmatch(r"[0-9][0-9_,]*", text):
        return Budget(int(text.replace(",", "").replace("_", "")), megabytes=arguments.memory)
    try:
        seconds = DURATION.parse(text) / SECOND
    except ValueError as error:
        raise UsageError(f"--budget: a number of configurations, or a time: {error}") from None
    return Budget(_UNBOUNDED, seconds=seconds, megabytes=arguments.memory)


def _read(file: str, spec: Spec | None, arguments: argparse.Namespace) -> Imported:
    try:
        imported = read_history(
            Path(file),
            arguments.format,
            independent=arguments.independent,
            failed_cas=arguments.failed_cas,
            known_verbs=(VERB,) if spec is None else spec.verbs or None,
        )
    except FormatError as error:
        raise UsageError(f"{file}: {error}", prefixed=False) from None
    if spec is not None:
        _refuse_strange(file, imported, spec)
    return imported


def _refuse_strange(file: str, imported: Imported, spec: Spec) -> None:
    """An operation that is none of the object's."""
    for op in imported.history:
        wanted = "" if op.outcome == "fail" else spec.refuse(op)
        if wanted:
            shown = f"{op.f} {op.arg!r}" + (f" -> {op.result!r}" if op.outcome == "ok" else "")
            raise UsageError(f"{file}: line {op.record}: {shown[:80]}, expected {wanted}", prefixed=False)


def _judge(file: str, imported: Imported, spec: Spec | None, arguments: argparse.Namespace) -> Verdict:
    if not len(imported.history):
        return Verdict("linearizable", "pass", "an empty history", "history")
    budget = _budget(arguments)
    try:
        if spec is None:
            return judge_transactions(transactions_of(imported.history), arguments.level)
        spans, all_parts = _spans(imported), arguments.all
        return judge(imported.history, spec, budget, spans, arguments.algorithm, all_parts=all_parts)
    except HistoryError as error:
        raise UsageError(f"{file}: {error}", prefixed=False) from None


def _spans(imported: Imported) -> list[FaultSpan]:
    """What the nemesis did as stretches of time: from a start to the next stop."""
    columns = imported.history.columns
    timed = columns.call != columns.call_ns
    spans: list[FaultSpan] = []
    begun: list[Annotation] = []
    for one in imported.annotations:
        if one.f.startswith(_STARTS):
            begun.append(one)
        elif begun:
            start = begun.pop()
            spans.append(FaultSpan(f"{start.f} {start.text}".strip(), start.time_ns, one.time_ns, timed))
    return spans + [FaultSpan(f"{one.f} {one.text}".strip(), one.time_ns, None, timed) for one in begun]


def _show(file: str, imported: Imported, verdict: Verdict, arguments: argparse.Namespace) -> None:
    from rich.text import Text

    from reports.console import check_line, console

    out = console(plain=arguments.plain, color=arguments.color)
    history = imported.history
    counts = ", ".join(f"{history.count(outcome):,} {outcome}" for outcome in ("ok", "fail", "unknown"))
    guessed = f"{imported.format}, guessed" if imported.guessed else imported.format
    out.print(Text(f"{file}  ({guessed})  {len(history):,} operations: {counts}", "bold"))
    out.print(check_line(verdict))
    for line in verdict.because if arguments.explain else ():
        out.print(f"          {line}")
    for note in (*imported.notes, *verdict.notes):
        out.print(f"  note  {note}")
    if verdict.status == "fail" and not arguments.explain:
        out.print(f"  Explain    sim check {file} --spec {arguments.spec} --explain")


def _as_json(found: Sequence[tuple[str, Imported, Verdict]], arguments: argparse.Namespace) -> output.Check:
    rows: list[output.History] = [
        {
            "file": file,
            "format": imported.format,
            "verdict": verdict.status,
            "detail": verdict.detail,
            "sentence": verdict.detail,
            "algorithm": verdict.algorithm,
            "work": verdict.work,
            "operations": {
                "ok": imported.history.count("ok"),
                "fail": imported.history.count("fail"),
                "unknown": imported.history.count("unknown"),
            },
            "involved": list(verdict.involved),
            "minimal": list(verdict.involved),
            "because": list(verdict.because),
            "notes": [*imported.notes, *verdict.notes],
        }
        for file, imported, verdict in found
    ]
    return {"spec": arguments.spec, "histories": rows}
