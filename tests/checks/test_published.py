"""The published verdicts of real histories. Skipped where the data are not there."""

import csv
import os
import statistics
from pathlib import Path

import pytest

from sim.checks.formats import read_history
from sim.checks.frontier import Frontier
from sim.checks.minimise import fails, minimise
from sim.checks.portfolio import Algorithm, decide
from sim.checks.specs import SPECS

DATA = Path(os.environ.get("SEEDSTORM_DATA", "")) / "histories"

pytestmark = pytest.mark.skipif(
    not os.environ.get("SEEDSTORM_DATA") or not DATA.is_dir(), reason="SEEDSTORM_DATA names no folder with histories"
)


def published() -> dict[Path, tuple[str, bool]]:
    """File -> (spec, whether it is linearizable)."""
    with (DATA / "etcd" / "verdicts.csv").open() as file:
        rows = {DATA / "etcd" / f"{row['history']}.log": row["linearizable"] == "true" for row in csv.DictReader(file)}
    etcd = {path: ("cas-register", legal) for path, legal in rows.items()}
    return etcd | {path: ("kv-append", "-ok" in path.name) for path in sorted((DATA / "kv").glob("*.txt"))}


@pytest.mark.parametrize("algorithm", ["auto", "search", "frontier"])
def test_every_way_to_decide_gives_the_published_verdict(algorithm: Algorithm) -> None:
    verdicts = published()
    assert len(verdicts) >= 56
    for path, (spec, legal) in verdicts.items():
        decision = decide(read_history(path).history, SPECS[spec], algorithm=algorithm)
        assert decision.status == ("pass" if legal else "fail"), path.name


def test_minimal_counterexamples_of_real_failures_are_small_and_still_wrong() -> None:
    sizes = []
    for path, (spec, legal) in published().items():
        if legal or spec != "cas-register":
            continue
        decision = decide(read_history(path).history, SPECS[spec])
        assert decision.part is not None
        found = Frontier(decision.part, decision.spec).run(10**6)
        assert found is not None
        small = minimise(decision.part, decision.spec, found.bad).part
        assert fails(small, decision.spec)
        assert decision.explain().sentence
        sizes.append(len(small))
    assert statistics.median(sizes) <= 12
