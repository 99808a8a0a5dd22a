"""The store's machine and the ledger: the shape a log drives, laws of claims, and every refusal with its reason."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.veriflow import Ledger, Machine, Row
from models.veriflow import commands as c
from models.veriflow.events import AttemptState
from models.veriflow.machine import Get, encode
from models.veriflow.objects import (
    BACKOFF,
    CHARGED,
    EXITED,
    FAILED,
    RUNNING,
    SUCCEEDED,
    JobSpec,
    Member,
    Node,
    Queue,
    TypeQuota,
)
from models.veriflow.parts import Parts
from models.veriflow.settings import Settings
from sim import Refused
from tests.models.machine_shape import check_shape

SPEC = JobSpec("q", 2, 2, "a100", work=10)


def record(at: int, command: c.Command) -> bytes:
    return encode(c.Record(at, "n4", command))


def boot() -> list[c.Command]:
    quotas = (TypeQuota("a100", 4, 0, 0),)
    made: list[c.Command] = [c.Create(Queue("q", "", quotas))]
    made += [c.Create(Node(name, "a100", 2, 80)) for name in ("n1", "n2")]
    made += [c.Register("n1", 1, ()), c.Register("n2", 1, ())]
    return made


def new() -> Machine:
    return Machine(Settings(), Parts())


def booted() -> Machine:
    machine = new()
    for command in boot():
        act(machine, command)
    return machine


def act(machine: Machine, command: c.Command, at: int = 1) -> c.Reply:
    return machine.act(c.Record(at, "n4", command))


MEMBERS = (Member("n1", 1, (0, 1)), Member("n2", 1, (0, 1)))


def bound(machine: Machine, name: str = "j") -> int:
    """A job with all four GPUs; its uid."""
    uid = act(machine, c.Submit(name, "t0", name, SPEC)).revision
    assert act(machine, c.Admit(name, uid)).ok
    assert act(machine, c.Bind(name, uid, 1, MEMBERS, 0)).ok
    return uid


def test_the_machine_has_the_shape_that_a_log_drives() -> None:
    uid = 6
    story: list[c.Command] = [
        *boot(),
        c.Submit("j", "t0", "k", SPEC),
        c.Admit("j", uid),
        c.Bind("j", uid, 1, MEMBERS, 0),
        c.Report(f"j/{uid}/1", 8, (0,), "HELD"),
        c.ClaimShared("engine", "serving", "n1", 0, 10),
        c.Finish("j", uid, 1, FAILED, BACKOFF, 100),
        c.Release((f"{uid}/1/0/n1/0", f"{uid}/1/0/n1/1")),
        c.ClaimShared("engine", "serving", "n1", 0, 10),
        c.Renew("n1", 1, 5),
        c.Register("n2", 2, ()),
        c.Cancel("j", uid, "t0"),
    ]
    commands = [record(at, command) for at, command in enumerate(story, 1)]
    check_shape(new, commands, [encode(Get("Job", "j")), encode(Get("Node", "n1")), encode(Get("Claim", "engine"))])


def test_a_gang_is_bound_whole_or_not_at_all() -> None:
    machine = booted()
    uid = act(machine, c.Submit("j", "t0", "k", SPEC)).revision
    act(machine, c.Admit("j", uid))
    wrong = {
        "gang_unsatisfied": MEMBERS[:1],
        "stale_node": (MEMBERS[0], Member("n2", 2, (0, 1))),
        "late": MEMBERS,
    }
    for reason, members in wrong.items():
        number = 2 if reason == "late" else 1
        before = machine.digest()
        assert act(machine, c.Bind("j", uid, number, members, 0)).reason == reason
        assert machine.digest() == before
    assert act(machine, c.Bind("j", uid, 1, MEMBERS, 0)).ok
    assert len(machine.tables.ledger.rows) == 4


def test_a_second_job_cannot_have_what_the_first_one_has() -> None:
    machine = booted()
    bound(machine)
    uid = act(machine, c.Submit("other", "t0", "o", SPEC)).revision
    assert act(machine, c.Admit("other", uid)).reason == "quota"
    assert act(machine, c.ClaimShared("engine", "serving", "n1", 0, 10)).reason == "taken"


def test_finish_closes_everything_in_one_transaction_and_keeps_rows_of_what_may_live() -> None:
    machine = booted()
    uid = bound(machine)
    attempt = machine.tables.attempts[f"j/{uid}/1"]
    act(machine, c.Report(attempt.name, attempt.uid, (0,), EXITED, 1))
    reply = act(machine, c.Finish("j", uid, 1, FAILED, BACKOFF, 100), at=50)
    assert reply.ok
    assert machine.tables.jobs["j"].not_before == 150
    assert machine.tables.use["q", "a100"] == 0
    assert [row.node for row in machine.tables.ledger.rows.values()] == ["n2", "n2"]
    assert act(machine, c.Finish("j", uid, 1, FAILED, BACKOFF, 100)).reason == "no such step"


def test_a_job_whose_result_was_accepted_did_run_though_no_word_of_it_came() -> None:
    machine = booted()
    uid = bound(machine)
    job = machine.tables.jobs["j"]
    assert act(machine, c.Update(msgspec.structs.replace(job, state=RUNNING))).ok
    machine.written.facts.clear()
    assert act(machine, c.Finish("j", uid, 1, SUCCEEDED, SUCCEEDED)).ok
    steps = [(one.before, one.attempt.state) for one in machine.written.facts if isinstance(one, AttemptState)]
    assert steps == [("CREATED", "RUNNING"), ("RUNNING", "SUCCEEDED")]


def test_a_device_is_kept_for_one_job_whoever_planned_it() -> None:
    machine = booted()
    bound(machine)
    kept = (("n1", 0), ("n1", 1))
    for name, reason in (("first", ""), ("second", "taken"), ("first", "")):
        job = machine.tables.jobs.get(name)
        if job is None:
            act(machine, c.Submit(name, "t0", name, msgspec.structs.replace(SPEC, priority=1)))
            job = machine.tables.jobs[name]
        assert act(machine, c.Update(msgspec.structs.replace(job, victims=("j",), nominated=kept))).reason == reason


def test_release_is_idempotent_and_frees_no_other_row() -> None:
    machine = booted()
    uid = bound(machine)
    ids = tuple(f"{uid}/1/0/n1/{device}" for device in range(2))
    act(machine, c.Finish("j", uid, 1, FAILED, BACKOFF, 0))
    act(machine, c.Release(ids))
    assert len(machine.tables.ledger.rows) == 2
    act(machine, c.ClaimShared("engine", "serving", "n1", 0, 10))
    act(machine, c.Release(ids))
    assert machine.tables.ledger.holds("engine")


def test_rows_of_a_lost_node_stay_until_a_new_epoch_registers() -> None:
    machine = booted()
    uid = bound(machine)
    node = machine.tables.nodes["n1"]
    act(machine, c.Update(msgspec.structs.replace(node, state="LOST")))
    act(machine, c.Finish("j", uid, 1, "LOST", BACKOFF, 0))
    assert len(machine.tables.ledger.rows) == 4
    assert act(machine, c.Register("n1", 1, ())).reason == "reset"
    assert act(machine, c.Register("n1", 2, ())).reason == ""
    assert {row.node for row in machine.tables.ledger.rows.values()} == {"n2"}


def test_a_deleted_job_goes_when_its_finalizer_does_and_its_name_can_be_used_again() -> None:
    machine = booted()
    uid = bound(machine)
    act(machine, c.Cancel("j", uid, "t0"))
    act(machine, c.Finish("j", uid, 1, "CANCELED", "CANCELED"))
    assert act(machine, c.Delete("Job", "j", uid + 1)).reason == "missing"
    act(machine, c.Delete("Job", "j", uid))
    assert machine.tables.jobs["j"].deleted
    act(machine, c.Update(msgspec.structs.replace(machine.tables.jobs["j"], finalizers=())))
    assert "j" not in machine.tables.jobs
    assert act(machine, c.Submit("j", "t0", "j", SPEC)).ok


def test_an_update_of_an_old_revision_is_a_conflict() -> None:
    machine = booted()
    node = machine.tables.nodes["n1"]
    assert act(machine, c.Update(msgspec.structs.replace(node, cordoned=True))).ok
    assert act(machine, c.Update(msgspec.structs.replace(node, zone="z"))).reason == "conflict"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (JobSpec("nowhere", 1, 1, "a100"), "queue 'nowhere': unknown; there are q"),
        (JobSpec("q", 1, -1, "a100"), "gpus: found -1, expected at least 1"),
        (JobSpec("q", 1, 1, "tpu"), "gpu type 'tpu': unknown; there are a100"),
        (JobSpec("q", 1, 3, "a100"), "infeasible: no nodes could ever hold 1 x 3 a100 of 0 bytes"),
        (
            JobSpec("q", 2, 2, "a100", one_node=True),
            "infeasible: no nodes could ever hold 2 x 2 a100 of 0 bytes on one",
        ),
        (JobSpec("q", 1, 1, "a100", memory=81), "infeasible: no nodes could ever hold 1 x 1 a100 of 81 bytes"),
        (JobSpec("q", 1, 1, "a100", retries_max=-1), "retries_max: found -1, expected 0 or more"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_one_sentence(spec: JobSpec, said: str) -> None:
    assert act(booted(), c.Submit("j", "t0", "k", spec)).reason.startswith(said)


STEP = st.tuples(st.sampled_from(["submit", "admit", "bind", "fail", "wake", "release"]), st.integers(0, 3))


@settings(max_examples=80, deadline=None)
@given(st.lists(STEP, max_size=40))
def test_indexes_are_what_the_objects_say(steps: list[tuple[str, int]]) -> None:
    machine = booted()
    for at, (what, which) in enumerate(steps, 10):
        name = f"j{which}"
        job = machine.tables.jobs.get(name)
        uid = 0 if job is None else job.uid
        number = 0 if job is None else job.attempt
        if what == "submit":
            act(machine, c.Submit(name, "t0", name, JobSpec("q", 1, 1 + which % 2, "a100")), at)
        elif what == "admit":
            act(machine, c.Admit(name, uid), at)
        elif what == "bind":
            devices = tuple(range(1 + which % 2))
            act(machine, c.Bind(name, uid, number + 1, (Member(f"n{1 + which // 2}", 1, devices),), 0), at)
        elif what == "fail":
            act(machine, c.Finish(name, uid, number, FAILED, BACKOFF, 1), at)
        elif what == "wake" and job is not None:
            act(machine, c.Update(msgspec.structs.replace(job, state="QUEUED")), at)
        elif what == "release":
            act(machine, c.Release(tuple(machine.tables.ledger.rows)), at)
        _compare(machine)


def _compare(machine: Machine) -> None:
    """Use is the sum over jobs, rows are those of attempts, and a snapshot brings all of it back."""
    tables = machine.tables
    use: dict[tuple[str, str], int] = {}
    for job in tables.jobs.values():
        if job.state in CHARGED:
            key = job.spec.queue, job.spec.gpu_type
            use[key] = use.get(key, 0) + job.spec.need
    assert {key: value for key, value in tables.use.items() if value} == use
    assert use.get(("q", "a100"), 0) <= 4
    rows = [row.id for attempt in tables.attempts.values() for row in tables.rows_of(attempt)]
    assert sorted(rows) == sorted(tables.ledger.rows)
    other = new()
    other.restore(machine.snapshot())
    assert other.digest() == machine.digest()
    assert {key: value for key, value in other.tables.use.items() if value} == use


CLAIM = st.tuples(
    st.sampled_from(["claim", "release"]), st.integers(0, 9), st.integers(0, 1), st.sampled_from([0, 30, 60])
)


@settings(max_examples=150, deadline=None)
@given(st.lists(CLAIM, max_size=30))
def test_a_device_is_one_owners_or_shared_within_its_memory(steps: list[tuple[str, int, int, int]]) -> None:
    ledger = Ledger()
    ledger.put_node("n1", 2, 80)
    for what, id_, device, size in steps:
        if what == "release":
            ledger.release(str(id_))
            assert not ledger.holds(str(id_))
            continue
        row = Row(str(id_), "n1", 1, device, "owner", 0, size)
        try:
            assert ledger.claim(row) == row
        except Refused:
            assert ledger.rows.get(row.id) != row
    for device in range(2):
        rows = list(ledger.rows_at("n1", device).values())
        exclusive = [row for row in rows if row.size == 0]
        assert len(exclusive) <= 1
        assert not exclusive or len(rows) == 1
        assert sum(row.size for row in rows) <= 80
        assert ledger.occupied("n1", device) == bool(rows)


def test_a_device_that_a_node_does_not_have_cannot_be_claimed() -> None:
    ledger = Ledger()
    ledger.put_node("n1", 2, 80)
    with pytest.raises(Refused, match="no such device"):
        ledger.claim(Row("x", "n1", 1, 2, "owner"))
