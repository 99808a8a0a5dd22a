"""What the README shows of models, made from the code: `python -m tests.readme` writes it anew.

The picture is of a run: an arrow stands for calls that servers of one layer made to another's in a calm stack. The
table counts what is there.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from models.stack.layers import Layers
from sim.explore.telling import records_of
from sim.model import find_model, model_names
from sim.running import Running
from sim.scenario.loader import load
from sim.world import trace as codes

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
MODELS = (*model_names(), "models.stack:REPLICATED_STORE", "models.stack:ORGANISATIONS")
NAMED = 3
"""Promises and calls that are named; the others are counted."""
CALM = ("duration=12s", "settle=4s", "systems.stack.nodes=44", "systems.stack.parameters.size=default")
PAGES = {"bft": "agreement", "ui_navigator": "agentflow", "resumesnap": "agentflow"}
LOG = {"veristore": "raft", "agentflow": "raft"}
"""Layer -> what its state machine stands on. A group's servers are the layer's own, so no call shows it."""


def blocks() -> dict[str, str]:
    """Name -> what stands between its marks."""
    return {"layers": picture(), "models": table()}


def table() -> str:
    """A row for each model."""
    used = dict.fromkeys(MODELS, 0)
    for path in ROOT.glob("scenarios/*/*.yaml"):
        for name in dict.fromkeys(re.findall(r'model: "?([\w.:]+)', path.read_text())):
            if name in used:  # a parameter may be called so too
                used[name] += 1
    head = ["| model | what it is | promises | planted bugs | scenarios |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(_row(name, used[name]) for name in MODELS)])


def _row(name: str, scenarios: int) -> str:
    model = find_model(name)
    page = f"docs/{PAGES.get(name, name)}.md"
    link = f" ([docs]({page}))" if (ROOT / page).exists() else ""
    own = [promise for promise in model.checks if "/" not in promise]
    promises = f"{len(model.checks)}: {', '.join(own[:NAMED])}, ..."
    return f"| `{name}` | {_short(model.about)}{link} | {promises} | {len(model.mutants)} | {scenarios} |"


def _short(about: str) -> str:
    """Without the name that stands beside it."""
    name, colon, rest = about.partition(": ")
    return f"**{name}** {rest}" if colon else about


def picture() -> str:
    """Who calls whom."""
    calling = sorted(_calling().items(), key=lambda one: (one[0][0] != "clients", one[0]))
    arrows = [f"    {source} -->|{_calls(kinds)}| {target}" for (source, target), kinds in calling]
    return "\n".join(["```mermaid", "flowchart TB", *arrows, *(f"    {a} --> {b}" for a, b in LOG.items()), "```"])


def _calls(kinds: dict[str, int]) -> str:
    often = sorted(kinds, key=lambda kind: (-kinds[kind], kind))
    return ", ".join([*often[:NAMED], *(["..."] if len(often) > NAMED else [])])


def _calling() -> dict[tuple[str, str], dict[str, int]]:
    """(layer, layer) -> request -> how often."""
    running = Running(load(ROOT / "scenarios/stack/calm.yaml", CALM), 1, keep_trace=True)
    (deployment,) = running._deployments
    of = {name: layer for layer, system in deployment.system.shared(Layers).systems.items() for name in system.servers}
    calls: dict[tuple[str, str], dict[str, int]] = {}
    for source, target, kind in _asked(b"".join(running.finish().trace)):
        pair = of.get(source, "" if source.startswith("n") else "clients"), of.get(target, "")
        if all(pair) and pair[0] != pair[1]:
            kinds = calls.setdefault(pair, {})
            kinds[kind] = kinds.get(kind, 0) + 1
    return calls


def _asked(trace: bytes) -> Iterator[tuple[str, str, str]]:
    """(who, whom, what) of every call that arrived."""
    for record in records_of(list(codes.decode_records(trace))):
        if record.code == codes.DELIVER and record.said is not None and record.said[0] == "Ask":
            yield record.rest[0], record.rest[1], record.said[3][0]


def with_block(text: str, name: str, block: str) -> str:
    """The text with this between the marks of `name`."""
    head, begin, rest = text.partition(f"<!-- {name} -->\n")
    _, end, tail = rest.partition(f"<!-- /{name} -->")
    assert end, f"no marks of {name}"
    return f"{head}{begin}{block}\n{end}{tail}"


def renewed(text: str) -> str:
    """The README with what is so now."""
    for name, block in blocks().items():
        text = with_block(text, name, block)
    return text


if __name__ == "__main__":
    README.write_text(renewed(README.read_text()))
