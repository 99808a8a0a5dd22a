"""The experiments: each prints one table, measured beside what was derived or claimed."""

from collections.abc import Sequence

from benchmarks.agreement.counts import CLAIMED, GOLDEN, expected
from benchmarks.agreement.intervals import Interval
from benchmarks.agreement.measure import Measured, measure
from benchmarks.agreement.settings import FAIR, MULTIVALUED, SETTINGS, play
from sim.running import run
from sim.scenario.loader import load

SPLITTER = (
    "{at: 0s, byzantine: {nodes: [%s], silent: {}}}, "
    "{at: 0s, schedule: {sees: all, own: {name: bft/coin-aware-splitter}}}"
)
_HOLDS = "{at: 0s, schedule: {sees: all, own: {name: bft/one-candidate, with: {own_votes: %s}}}}"
POWERS = {
    "proposals": ("at-once", f"{FAIR}, {_HOLDS % 'false'}", False),
    "and own votes": ("at-once", _HOLDS % "true", True),
    "and own proof": ("on-receipt", _HOLDS % "true", True),
}
"""What the one-candidate scheduler may hold: the `own_proof` that goes with it, faults, and whether it is to work."""


def counts(seeds: int) -> None:  # noqa: ARG001 - the good case has no chance in it
    """Messages and rounds of the good case at constant latency, against the formulas."""
    for name, golden in GOLDEN.items():
        row = []
        for n in (4, 7, 10, 13, 31):
            found = measure(n, golden.parameters)
            agrees = (found.messages, found.rounds) == expected(name, n, found.turns)
            row.append(f"{found.messages:>6}{' ' if agrees else '!'}")
        print(f"{name:<14} {golden.said():<18} {found.rounds:>2} rounds  {' '.join(row)}")


def cost(seeds: int) -> None:
    """Messages over n², agreements or views, and latency in units of 1 ms, under six settings; 99% intervals."""
    for name in MULTIVALUED:
        print(f"{name}: claimed {CLAIMED[name]}")
        for setting, faults in SETTINGS.items():
            for n in (4, 7, 10):
                found = [play(name, faults, n, seed) for seed in range(1, seeds + 1)]
                _row(f"  {setting:<16} n={n:<3}", n, found)


def _row(title: str, n: int, found: Sequence[Measured]) -> None:
    messages = Interval.of([one.messages / n / n for one in found])
    tries = Interval.of([max(one.iterations, one.views) for one in found])
    late = Interval.of([float(one.rounds) for one in found])
    print(f"{title} messages/n² {messages}   tries {tries}   latency {late}", flush=True)


def candidate(seeds: int) -> None:
    """Prioritized-MVBA under the one-candidate scheduler: agreements against (f + 2) / 2, or 1, by what it may hold."""
    for title, (own, faults, works) in POWERS.items():
        for n in (4, 7, 10, 13):
            found = [play("pmvba", faults, n, seed, own_proof=own) for seed in range(1, seeds + 1)]
            k = (n - 1) // 3 + 1
            exact = sum(one.messages == 8 * n * n + 3 * k * n + 5 * n * n * (one.iterations - 1) for one in found)
            tries = Interval.of([one.iterations for one in found])
            cost = Interval.of([one.messages for one in found])
            theory = (k + 1) / 2
            said = f"{'holds' if theory in tries else 'misses'} {theory:.1f}" if works else "no attack"
            print(
                f"{title:<14} {own:<11} n={n:<3} agreements {tries} {said:<10} messages {cost}   {exact} of {seeds} as "
                f"8n² + 3kn + 5n²(L - 1)",
                flush=True,
            )


def splitter(seeds: int) -> None:
    """The attack on MMR14: rounds reached and parties that decided in 5.2 s, at n = 4 and 7."""
    for n, corrupt in ((4, "n4"), (7, "n2, n4")):
        for protocol in ("mmr14", "mmr14conf", "bca"):
            found = [
                measure(
                    n, {"protocol": protocol, "inputs": "split"}, seed, SPLITTER % corrupt, loopback="5us",
                    duration="5200ms",
                )
                for seed in range(1, min(seeds, 5) + 1)
            ]  # fmt: skip
            rounds = ", ".join(str(one.turns) for one in found)
            print(f"n={n} {protocol:<10} rounds {rounds}   decided {[len(one.decided) for one in found]}", flush=True)


def abba(seeds: int) -> None:
    """The attack on validated agreement: the reference, a coin of f + 1 shares, and the late choice."""
    for scenario in ("abba-splitter", "abba-late-splitter"):
        for mutant in ("", "abba-low-coin", "abba-late-choice"):
            loaded = load(f"scenarios/bft/{scenario}.yaml", (f"systems.abc.mutant={mutant}", "expect=pass"))
            found = [run(loaded, seed) for seed in range(1, seeds + 1)]
            held = sum(any(one.check == "termination-in-rounds" for one in result.failed) for result in found)
            print(f"{scenario:<19} {mutant or 'reference':<17} held undecided in {held} of {seeds} runs", flush=True)


def quality(seeds: int) -> None:
    """How often the output is an honest party's, if the corrupt are faster than links; for each committee's mix."""
    for name in MULTIVALUED:
        for n in (4, 7):
            f = (n - 1) // 3
            corrupt = [f"n{number}" for number in range(1, f + 1)]
            faults = f"{{at: 0s, byzantine: {{nodes: [{', '.join(corrupt)}], rush: {{}}}}}}, {FAIR}"
            found = [play(name, faults, n, seed) for seed in range(1, seeds + 1)]
            honest = [float(not _from(one, corrupt)) for one in found]
            print(f"{name:<7} n={n} honest outputs {Interval.of(honest)}   n - f of n is {(n - f) / n:.2f}", flush=True)
            for mix in range(1, f + 2) if name == "pmvba" else ():
                some = [value for value, one in zip(honest, found, strict=True) if _mix(one, f, corrupt) == mix]
                if some:
                    title = f"{mix} of {f + 1} members honest, {len(some)} runs"
                    print(f"    {title}: {Interval.of(some)}   if even: {mix / (f + 1):.2f}", flush=True)


def _mix(measured: Measured, f: int, corrupt: Sequence[str]) -> int:
    """How many of the committee are honest."""
    return sum(name not in corrupt for name in measured.committee[: f + 1])


def _from(measured: Measured, names: Sequence[str]) -> bool:
    """Whether the output is the input of one of these."""
    value = next(iter(measured.decided.values()), b"")
    assert isinstance(value, bytes), "multivalued agreement decides bytes"
    return any(value.startswith(f"ok:input:{name}:".encode()) for name in names)


def order(seeds: int) -> None:
    """Prioritized-MVBA with an order that opens at f + 1 shares instead of q: agreements under a hostile scheduler."""
    for k2 in ("q", "f+1"):
        for setting in ("fair", "isolating"):
            found = [play("pmvba", SETTINGS[setting], 7, seed, k2=k2) for seed in range(1, seeds + 1)]
            print(f"k2={k2:<4} {setting:<10} agreements {Interval.of([one.iterations for one in found])}", flush=True)


def coin(seeds: int) -> None:
    """Binary agreement with a weak coin: rounds against the chance that everybody sees a number of his own."""
    for share in (0, 20, 50, 80):
        faults = FAIR + (f", {{at: 0s, coin: {{weak: {share}%}}}}" if share else "")
        found = [
            measure(4, {"protocol": "bca", "inputs": "split"}, seed, faults, duration="60s")
            for seed in range(1, seeds + 1)
        ]
        undecided = sum(len(one.decided) < 4 for one in found)
        print(
            f"weak {share:>2}%: rounds {Interval.of([one.turns for one in found])}   {undecided} undecided", flush=True
        )
