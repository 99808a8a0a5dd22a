"""The folds over logs say what the definitions say, tried over all pairs; and ideal runs raise no alarm."""

import time

import pytest

from sim.checks.agreement.commits import AppliedCommitted, CommitStable
from sim.checks.agreement.elections import ElectionSafety, LeaderCompleteness
from sim.checks.agreement.events import Appended, Applied, Committed, Elected
from sim.checks.agreement.log_matching import LogMatching
from sim.checks.agreement.machines import AppliedInOrder, SnapshotPrefix, StateMachineSafety
from sim.checks.agreement.promise import Promise, judge
from sim.world.message import Emitted
from tests.checks.agreement.groups import (
    BUGS,
    Group,
    commits_agree,
    digest,
    leaders_complete,
    logs_match,
    machines_agree,
    one_leader_per_term,
)
from tests.checks.agreement.runs import record

SEEDS = 250


def all_checks(byzantine: frozenset[str] | None = None) -> list[Promise]:
    return [
        ElectionSafety(byzantine=byzantine),
        LogMatching(byzantine=byzantine),
        LeaderCompleteness(byzantine=byzantine),
        CommitStable(volatile=True, byzantine=byzantine),
        AppliedCommitted(byzantine=byzantine),
        StateMachineSafety(byzantine=byzantine),
        AppliedInOrder(byzantine=byzantine),
        SnapshotPrefix(byzantine=byzantine),
    ]


def test_an_ideal_log_is_never_refused_and_always_decided() -> None:
    passed = 0
    for seed in range(SEEDS):
        emitted = Group(seed, 3 + seed % 3).run(250)
        for check in all_checks():
            verdict = judge(check, emitted, record())
            assert verdict.status == "pass" or verdict.detail.startswith("nobody emitted"), (seed, verdict)
            passed += verdict.status == "pass"
    assert passed > 6 * SEEDS


WATCHMEN = {
    "any-leader": "leader-completeness",
    "two-leaders": "election-safety",
    "minority": "commit-stable",
    "blind-append": "log-matching",
    "applies-all": "applied-committed",
    "forgets": "leader-completeness",
    "bad-snapshot": "snapshot-prefix",
    "falls-back": "commit-stable",
}


@pytest.mark.parametrize("bug", BUGS)
def test_every_bug_is_found_by_the_check_of_the_rule_it_breaks(bug: str) -> None:
    found = 0
    for seed in range(SEEDS):
        emitted = Group(seed, 3, bug).run(250)
        verdicts = {check.name: judge(check, emitted, record()).status for check in all_checks()}
        found += verdicts[WATCHMEN[bug]] == "fail"
    assert found > SEEDS // 12, f"{found} of {SEEDS}"


@pytest.mark.parametrize("bug", ["", "any-leader", "two-leaders", "minority", "blind-append", "forgets", "applies-all"])
@pytest.mark.parametrize("crashes", [False, True])
def test_every_verdict_is_that_of_the_definition_over_all_pairs(bug: str, crashes: bool) -> None:
    found: dict[tuple[str, str], int] = {}
    for seed in range(SEEDS // 2):
        group = Group(seed, 3, bug, crashes=crashes)
        emitted = group.run(180)
        truths = {
            ElectionSafety(): one_leader_per_term(group.truth),
            LogMatching(): logs_match(group.truth),
            LeaderCompleteness(): leaders_complete(group.truth),
        }
        if bug != "blind-append":
            truths[CommitStable(volatile=True)] = commits_agree(group.truth)
            truths[StateMachineSafety()] = machines_agree(group.truth)
        if bug in ("", "applies-all"):
            truths[AppliedCommitted()] = not group.truth.ahead
        for check, truth in truths.items():
            verdict = judge(check, emitted, record())
            found[check.name, verdict.status] = found.get((check.name, verdict.status), 0) + 1
            if verdict.status != "unknown":
                assert (verdict.status == "pass") == truth, (seed, verdict)
            else:
                assert verdict.detail.startswith("nobody emitted"), (seed, verdict)
    if bug and (crashes or bug != "forgets"):
        assert found[WATCHMEN[bug], "fail"] > 5, "both verdicts come out"
        assert found[WATCHMEN[bug], "pass"] > 5


def test_a_hundred_thousand_events_take_well_under_a_second() -> None:
    count, nodes = 10_000, ("n1", "n2", "n3", "n4", "n5")
    prefixes = [digest(((index, index),)) for index in range(1, count + 1)]
    emitted = [Emitted(0, "n1", 1, 1, Elected(1))]
    for index, prefix in enumerate(prefixes, 1):
        emitted += [Emitted(index, node, 1, index, Appended(index, 1, prefix)) for node in nodes]
        emitted += [Emitted(index, node, 1, index, Committed(index, 1, prefix)) for node in nodes]
        emitted += [Emitted(index, node, 1, index, Applied(index, prefix)) for node in nodes]
    emitted.append(Emitted(count, "n2", 1, count, Elected(2)))
    for check in all_checks():
        began = time.process_time()
        judge(check, emitted, record(servers=nodes))
        took = time.process_time() - began
        assert took < 4, f"{check.name}: a generous bound, for a busy machine"
