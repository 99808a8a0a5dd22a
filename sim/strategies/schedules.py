"""Hypothesis strategies: schedules of faults, workloads and networks for a scenario, which shrink as Hypothesis does.

What is found prints as scenario text. That text is what to keep: it outlives versions of Hypothesis and of Seedstorm.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sim.faults import FAULTS
from sim.model import find_model
from sim.scenario.deployment import server_names
from sim.scenario.loader import Loaded, load, load_text
from sim.scenario.yaml_text import parse
from sim.scenario.yaml_writer import write_scenario
from sim.world.quantities import show_exact_ns
from sim.world.units import MS

Entry = dict[str, Any]
"""An entry of a scenario, as YAML gives it"""

KINDS = tuple(verb for verb in FAULTS if verb in ("partition", "link", "crash", "pause", "clock", "disk"))
"""The kinds of faults that strategies draw."""


def seeds() -> SearchStrategy[int]:
    """Seeds of a run."""
    return st.integers(0, 2**63 - 1)


def durations(low_ns: int, high_ns: int) -> SearchStrategy[str]:
    """Durations as scenarios write them, in whole milliseconds where the bounds leave room (ns, both included)."""
    if high_ns - low_ns < 2 * MS:
        return st.integers(low_ns, high_ns).map(show_exact_ns)
    return st.integers(-(-low_ns // MS), high_ns // MS).map(lambda ms: show_exact_ns(ms * MS))


def selectors(names: Sequence[str], roles: Sequence[str] = ("leader",)) -> SearchStrategy[str | list[str]]:
    """Who a fault means: a node, a role, a random one, or several nodes by name."""
    single: SearchStrategy[str] = st.sampled_from([*names, *roles, "random:1"])
    several = st.lists(st.sampled_from(list(names)), min_size=1, max_size=max(1, len(names) - 1), unique=True)
    return st.one_of(single, several)


def _percent(high: int) -> SearchStrategy[str]:
    return st.integers(1, high).map(lambda share: f"{share}%")


def _partitions(who: SearchStrategy[Any]) -> SearchStrategy[Entry]:
    return st.one_of(
        st.fixed_dictionaries({"isolate": who}),
        st.just({"halves": True}),
        st.fixed_dictionaries({"groups": st.tuples(who, st.just("others")).map(list)}),
        st.fixed_dictionaries({"one-way": st.fixed_dictionaries({"from": who, "to": st.just("others")})}),
    )


def _bodies(kind: str, who: SearchStrategy[Any]) -> SearchStrategy[Entry]:
    """What stands behind the verb of a kind."""
    if kind == "partition":
        return _partitions(who)
    if kind == "crash":
        modes = st.sampled_from(["keep", "lose-unsynced", "torn", "reordered"])
        return st.fixed_dictionaries({"nodes": who, "disk": modes})
    if kind == "pause":
        return st.fixed_dictionaries({"nodes": who})
    if kind == "clock":
        drift = st.integers(-50_000, 50_000).filter(bool).map(lambda ppm: f"{ppm}ppm")
        return st.one_of(
            st.fixed_dictionaries({"nodes": who, "jump": durations(MS, 10_000 * MS)}),
            st.fixed_dictionaries({"nodes": who, "drift": drift}),
        )
    if kind == "disk":
        return st.one_of(
            st.fixed_dictionaries({"nodes": who, "slow": st.integers(2, 200)}),
            st.fixed_dictionaries({"nodes": who, "stall": durations(MS, 2000 * MS)}),
        )
    assert kind == "link", f"strategies draw {', '.join(KINDS)}, and no {kind!r}"
    effect = st.one_of(
        *(st.tuples(st.just(name), _percent(40)) for name in ("loss", "duplicate", "reorder")),
        st.tuples(st.just("latency"), durations(MS, 100 * MS)),
    )
    effects = st.lists(effect, min_size=1, max_size=2, unique_by=lambda one: one[0])
    return st.tuples(who, effects).map(lambda drawn: {"from": drawn[0], **dict(drawn[1])})


def faults(
    names: Sequence[str],
    *,
    storm_ns: int,
    kinds: Sequence[str] = KINDS,
    roles: Sequence[str] = ("leader",),
    lasting_ns: int = 5000 * MS,
) -> SearchStrategy[Entry]:
    """Faults on these nodes, as scenarios write them: begun before `storm_ns`, healed after at most `lasting_ns`."""
    for kind in kinds:
        assert kind in KINDS, f"strategies draw {', '.join(KINDS)}, and no {kind!r}"
    who = selectors(names, roles)

    def entry(kind: str) -> SearchStrategy[Entry]:
        times = {"at": durations(MS, storm_ns - 1), "for": durations(MS, lasting_ns)}
        return st.fixed_dictionaries({**times, kind: _bodies(kind, who)})

    return st.one_of(*map(entry, kinds))


def networks() -> SearchStrategy[Entry]:
    """Networks of an ordinary day."""
    latency = st.one_of(
        durations(MS, 20 * MS),
        st.integers(1, 20).map(lambda ms: {"lognormal": {"median": f"{ms}ms", "p99": f"{8 * ms}ms"}}),
    )
    more = {name: _percent(5) for name in ("loss", "duplicate", "reorder")}
    return st.fixed_dictionaries({"latency": latency}, optional=more)


def workloads(
    model: str, *, clients: int = 3, keys: int = 2, end_ns: int, max_operations: int = 30
) -> SearchStrategy[list[Entry]]:
    """A literal workload for a model of this name: operations in order of time, values that no two writes share."""
    verbs = find_model(model).verbs
    moment = st.integers(1, max(1, end_ns // MS - 1))
    step = st.tuples(moment, st.integers(1, clients), st.sampled_from(sorted(verbs)), st.integers(0, keys - 1))

    def written(steps: list[tuple[int, int, str, int]]) -> list[Entry]:
        operations = []
        for number, (ms, client, verb, key) in enumerate(sorted(steps)):
            values: list[str | None] = [f"v{number}.{place}" for place in range(verbs[verb])]
            operations.append({"at": f"{ms}ms", "client": f"c{client}", verb: [f"k{key}", *values]})
        return [{"operations": operations}] if operations else []

    return st.lists(step, max_size=max_operations).map(written)


@dataclass(frozen=True, repr=False)
class Schedule:
    """A scenario with a drawn list of faults. Run `loaded`; what it prints is the scenario, to be kept."""

    text: str
    loaded: Loaded

    def __repr__(self) -> str:
        return f"\n{self.text}"


def fault_schedules(
    scenario: str | Path | Loaded,
    *,
    max_faults: int = 8,
    kinds: Sequence[str] = KINDS,
    roles: Sequence[str] = ("leader",),
) -> SearchStrategy[Schedule]:
    """The scenario with up to so many drawn faults in place of its own: ``@given(fault_schedules("raft.yaml"))``.

    Raises ScenarioErrors for a bad scenario. Times lie before everything heals.
    """
    loaded = scenario if isinstance(scenario, Loaded) else load(scenario)
    storm_ns = loaded.scenario.duration - loaded.scenario.settle
    names = [name for group in server_names(loaded.scenario).values() for name in group]
    drawn = faults(names, storm_ns=storm_ns, kinds=kinds, roles=roles)
    return st.lists(drawn, max_size=max_faults).map(lambda entries: schedule(loaded, entries))


def schedule(loaded: Loaded, entries: Sequence[Entry]) -> Schedule:
    """The scenario with these faults in place of its own, and no nemesis."""
    document = parse(loaded.text, loaded.path).data
    assert isinstance(document, dict), "a scenario is a mapping"
    data = {key: value for key, value in document.items() if key != "nemesis"}
    data["faults"] = json.loads(json.dumps([{"id": f"f{n}", **one} for n, one in enumerate(entries, 1)]))
    text = write_scenario(data)
    return Schedule(text, load_text(text, loaded.path, loaded.overrides))
