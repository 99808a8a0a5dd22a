"""A run as a Mermaid sequence diagram, for an issue or a README: at most 60 messages, those that matter.

Names and texts are written with Mermaid's own escapes (``#59;`` for a semicolon), so nothing in them is syntax.
"""

from collections.abc import Iterator

from reports.page.recording import Recording
from reports.page.telling import culprit_of, told
from reports.page.text import brief, visible
from reports.page.wording import content_of, kind_of
from sim.explore.telling import Record
from sim.world import trace as codes
from sim.world.units import show_ns

MESSAGES_MAX = 60
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,_-'/()=")
_LABEL_MAX = 80


def mermaid(recording: Recording) -> bytes:
    """The text of the diagram."""
    recording.speak()
    shown = _chosen(recording)
    nodes = [name for name in recording.nodes if any(name in one.rest[:2] for one in shown if _is_message(one))]
    alias = {name: f"p{number}" for number, name in enumerate(nodes)}
    lines = ["sequenceDiagram"]
    lines += [f"    participant {alias[name]} as {escaped(visible(name, 40))}" for name in nodes]
    lines += [f"    {line}" for line in _head(recording, shown, alias)]
    for one in shown:
        lines += [f"    {line}" for line in _lines(one, alias)]
    return ("\n".join(lines) + "\n").encode()


def escaped(text: str) -> str:
    """Text that Mermaid shows as it is: signs of its syntax by their numbers, and never the bare word `end`."""
    found = "".join(sign if sign in _PLAIN else f"#{ord(sign)};" for sign in text).strip()
    bare = found.lower() == "end" or not found
    return f"#{ord(found[0])};{found[1:]}" if bare and found else found or "#32;"


def _is_message(one: Record) -> bool:
    return one.code in (codes.DELIVER, codes.LOST)


def _chosen(recording: Recording) -> list[Record]:
    """Messages of the story, then the last before the violation, or before the end; and what befell nodes meanwhile."""
    verdict = culprit_of(recording)
    story = {one.number for one in told(recording, verdict)}
    end = recording.run.virtual_ns if verdict is None or verdict.at_ns is None else verdict.at_ns
    messages = [one for one in recording.records if _is_message(one) and one.t_ns <= end]
    messages = messages or [one for one in recording.records if _is_message(one)]
    ranked = sorted(messages, key=lambda one: (one.number not in story, -one.number))[:MESSAGES_MAX]
    if not ranked:
        return []
    first = min(one.t_ns for one in ranked)
    names = {name for one in ranked for name in one.rest[:2]}
    others = [
        one
        for one in recording.records
        if first <= one.t_ns <= end
        and (one.code == codes.FAULT or (one.code in (codes.NODE, codes.EMIT) and one.node in names))
        and (one.code != codes.EMIT or one.number in story)
    ]
    return sorted([*ranked, *others], key=lambda one: one.number)


def _head(recording: Recording, shown: list[Record], alias: dict[str, str]) -> Iterator[str]:
    if not alias:
        return
    over = _over(list(alias.values()))
    run = recording.run
    total = sum(map(_is_message, recording.records))
    count = sum(map(_is_message, shown))
    part = f", {count} of {total} messages" if count < total else ""
    yield f"Note over {over}: {escaped(visible(run.scenario, 60))} seed {run.seed}{escaped(part)}"
    for fault in run.fired:
        if shown and fault.inject_ns < shown[0].t_ns and (fault.heal_ns is None or fault.heal_ns > shown[0].t_ns):
            yield _fault_note(fault.kind, fault.targets, f"since {show_ns(fault.inject_ns)}", alias)


def _lines(one: Record, alias: dict[str, str]) -> Iterator[str]:
    if _is_message(one):
        source, target = (alias[name] for name in one.rest[:2])
        arrow = "->>" if one.code == codes.DELIVER else "-x"
        content = content_of(one)
        label = f"{visible(kind_of(one), 40)}" + (f" {content}" if content else "")
        yield f"{source}{arrow}{target}: {escaped(brief(label, _LABEL_MAX))}"
    elif one.code == codes.FAULT:
        what = {"inject": "begins", "heal": "ends", "skip": "finds no target"}.get(str(one.rest[1]), str(one.rest[1]))
        yield _fault_note(str(one.rest[2]), tuple(one.rest[3]), f"{what} at {show_ns(one.t_ns)}", alias)
    else:
        text = brief(one.words(), _LABEL_MAX)
        yield f"Note over {alias[one.node]}: {escaped(text)}"


def _fault_note(kind: str, targets: tuple[str, ...], when: str, alias: dict[str, str]) -> str:
    over = [alias[name] for name in targets if name in alias]
    names = ", ".join(targets)
    return f"Note over {_over(over or list(alias.values()))}: {escaped(brief(f'{kind} {names} {when}', _LABEL_MAX))}"


def _over(aliases: list[str]) -> str:
    """One participant, or the first and the last of them."""
    ordered = sorted(aliases, key=lambda name: int(name[1:]))
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]},{ordered[-1]}"
