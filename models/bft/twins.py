"""Scenarios of the Twins simulator as scenarios of ours.

The format (asonnino/twins-simulator): `num_of_nodes` identities 0, 1, ..., of which the first `num_of_twins` run twice,
the copies being numbered after the nodes; scenarios with `round_leaders`, `round_partitions` and `firewall` by round.
A round of theirs is here one step of the protocol: a type of message and round. Leaders become a scripted coin, so they
mean something where leaders are elected (VABA, sMVBA); where a round names several, the first is elected.
"""

from collections.abc import Mapping, Sequence

import msgspec

PROTOCOLS = ("rbc", "bca", "mmr14conf", "ckps", "vaba", "smvba", "pmvba")


class Rounds(msgspec.Struct, forbid_unknown_fields=True):
    """One scenario of the file."""

    round_leaders: dict[str, list[int]] = {}
    round_partitions: dict[str, list[list[int]]] = {}
    firewall: dict[str, dict[str, list[int]]] = {}


class Twins(msgspec.Struct, forbid_unknown_fields=True):
    """The whole file."""

    num_of_nodes: int
    num_of_twins: int
    scenarios: list[Rounds]


def read(text: str) -> Twins:
    """The file, checked; ValueError with one line that says what is wrong with it."""
    try:
        found = msgspec.json.decode(text, type=Twins)
    except msgspec.DecodeError as error:
        raise ValueError(f"no Twins file: {error}") from error
    if not 1 <= found.num_of_nodes <= 1000 or not 0 <= found.num_of_twins <= found.num_of_nodes:
        said = f"{found.num_of_twins} twins of {found.num_of_nodes} nodes"
        raise ValueError(f"{said}: expected 1 to 1000 nodes, and no more twins than nodes")
    if not found.scenarios:
        raise ValueError("no scenarios in it")
    for number, rounds in enumerate(found.scenarios, 1):
        _check(number, rounds, found.num_of_nodes + found.num_of_twins)
    return found


def _check(number: int, rounds: Rounds, copies: int) -> None:
    for key, table in (("round_leaders", rounds.round_leaders), ("round_partitions", rounds.round_partitions),
                       ("firewall", rounds.firewall)):  # fmt: skip
        for turn, content in table.items():
            if not turn.isdecimal():
                raise ValueError(f"scenario {number}: {key}: a round is a number, found {turn!r}")
            for copy in _copies(content):
                if not 0 <= copy < copies:
                    where = f"scenario {number}: {key}, round {turn}"
                    raise ValueError(f"{where}: no node {copy}; there are 0 to {copies - 1}")
    if not rounds.round_partitions:
        raise ValueError(f"scenario {number}: no round_partitions")


def _copies(content: Sequence[object] | Mapping[str, Sequence[int]]) -> list[int]:
    if isinstance(content, Mapping):
        named = [int(name) if name.isdecimal() else -1 for name in content]
        return [*named, *(copy for blocked in content.values() for copy in blocked)]
    found: list[int] = []
    for one in content:
        found += one if isinstance(one, list) else [one] if isinstance(one, int) else []
    return found


class Casting:
    """Who is who: copy number c is node c, or a twin of node c - n."""

    def __init__(self, nodes: int, twins: int) -> None:
        self.nodes = nodes
        self.twins = twins

    def name(self, copy: int) -> str:
        """The identity of a copy."""
        return f"n{(copy if copy < self.nodes else copy - self.nodes) + 1}"

    def group(self, copies: Sequence[int]) -> list[str]:
        """The identities of some copies, each once."""
        return list(dict.fromkeys(self.name(copy) for copy in copies))

    def peers(self, copy: int, groups: Sequence[Sequence[int]]) -> list[str]:
        """Whom a copy hears in a round."""
        together = [other for group in groups if copy in group for other in group if other != copy]
        return [name for name in self.group(together) if name != self.name(copy)]


def as_yaml(twins: Twins, number: int, protocol: str) -> str:
    """Scenario `number` (from 1) of the file as a scenario of `protocol`."""
    cast, rounds = Casting(twins.num_of_nodes, twins.num_of_twins), twins.scenarios[number - 1]
    turns = sorted(rounds.round_partitions, key=int)
    groups = [rounds.round_partitions[turn] for turn in turns]
    faults = [_twin(cast, node, groups) for node in range(twins.num_of_twins)]
    faults.append(_schedule(cast, groups, [rounds.firewall.get(turn, {}) for turn in turns]))
    if rounds.round_leaders:
        faults.append({"at": "0s", "coin": {"scripted": _script(rounds.round_leaders, twins.num_of_nodes)}})
    inputs = {"inputs": "split"} if protocol in ("bca", "mmr14conf") else {}
    system = {"model": "bft", "nodes": twins.num_of_nodes, "parameters": {"protocol": protocol, **inputs}}
    lines = [
        "# One of the scenarios of a Twins file: partitions and leaders by round.",
        "version: 1",
        f"name: bft-{protocol}-twins-{number}",
        f"about: {twins.num_of_twins} twins of {twins.num_of_nodes} nodes, partitions over {len(turns)} rounds.",
        "seed: 1",
        "duration: 4s",
        "settle: 3s",
        f"systems: {{abc: {_flow(system)}}}",
        "network: {latency: {uniform: [1ms, 2ms]}}",
        "faults:",
        *(f"  - {_flow(fault)}" for fault in faults),
        "expect: pass",
    ]
    return "\n".join(lines) + "\n"


def _twin(cast: Casting, node: int, groups: Sequence[Sequence[Sequence[int]]]) -> object:
    rounds = [{"first": cast.peers(node, group), "second": cast.peers(node + cast.nodes, group)} for group in groups]
    return {"at": "0s", "byzantine": {"nodes": [cast.name(node)], "twin": {"rounds": rounds}}}


def _schedule(
    cast: Casting, groups: Sequence[Sequence[Sequence[int]]], walls: Sequence[Mapping[str, list[int]]]
) -> object:
    by_round: dict[str, object] = {"rounds": [[cast.group(one) for one in group] for group in groups]}
    if any(walls):
        by_round["walls"] = [
            {cast.name(int(source)): cast.group(blocked) for source, blocked in wall.items()} for wall in walls
        ]
    return {"at": "0s", "schedule": {"by-round": by_round}}


def _script(leaders: Mapping[str, Sequence[int]], nodes: int) -> list[int]:
    """The coin of each round, which elects that round's first leader; then everybody has a turn, and it begins anew."""
    last = max(int(turn) for turn in leaders)
    script = [turn % nodes for turn in range(last + 1)]
    for turn, named in leaders.items():
        if named:
            script[int(turn)] = named[0] % nodes
    return script + list(range(nodes))


def _flow(value: object) -> str:
    """YAML on one line."""
    return msgspec.json.encode(value).decode()
