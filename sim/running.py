"""run(scenario, seed) -> Run: the only way anything is ever executed.

A run is a pure function of code, scenario and seed. Its phases: boot; storm, with faults on; settle, with everything
healed, when the system must make progress again; verdict.
"""

import shlex
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sim.building import Deployment, deploy, raise_world, roster
from sim.checks.check import RunRecord
from sim.checks.history import History
from sim.checks.timeline import FaultSpan
from sim.checks.verdict import Verdict
from sim.result import Counts, FiredFault, Run, SkippedFault, meets, worst
from sim.scenario.loader import Loaded, load
from sim.scenario.plan import draw_plan
from sim.scenario.storm import Fired, Storm
from sim.scenario.swarm import drawn_parameters, say, with_parameters
from sim.watching import make_checks
from sim.world.crash_site import ModelCrash, find_crash_site
from sim.world.guard import guarded
from sim.world.kernel import OutOfEvents
from sim.world.units import show_ns

_wall = time.perf_counter  # taken here, before the guard stands


def run(
    scenario: str | Path | Loaded,
    seed: int | None = None,
    *,
    keep_trace: bool | range = False,
    observed: bool = True,
) -> Run:
    """Run a scenario (a path, or what `load` gave) under `seed` (default: the scenario's own).

    `keep_trace` keeps all records, or those chunks of them in which a range of numbers from 0 lies. With `observed`
    False no check sees anything, which must change nothing but the verdict. Raises ScenarioErrors for a bad file and
    ModelCrash if a model raises.
    """
    loaded = scenario if isinstance(scenario, Loaded) else load(scenario)
    return Running(
        loaded, loaded.scenario.seed if seed is None else seed, keep_trace=keep_trace, observed=observed
    ).finish()


class Running:
    """A run under way: built at once, then run to its end by `finish`."""

    def __init__(self, loaded: Loaded, seed: int, *, keep_trace: bool | range, observed: bool = True) -> None:
        self._began = _wall()
        self._loaded = loaded
        self._chosen = drawn_parameters(loaded.scenario, seed)
        self.scenario = scenario = with_parameters(loaded.scenario, self._chosen)
        self.seed = seed
        self._settle_ns = scenario.duration - scenario.settle
        self._deployments = deploy(scenario)
        self.world = raise_world(scenario, seed, self._deployments, keep_trace=keep_trace)
        self._roster = roster(scenario, self._deployments, self.world)
        self._watches = make_checks(scenario, self._deployments) if observed else []
        for watch in self._watches:
            watch.subscribe(self.world, stop=watch.awaits(scenario.expect) and scenario.stop == "violation")
        self._plan = draw_plan(scenario, seed, len(self._roster.servers))
        self._storm = Storm(self.world, self._plan, self._roster, self._settle_ns)

    def finish(self) -> Run:
        """Run to the end, conclude, and end what stories still stand open."""
        try:
            result = self._conclude(self._run())
        except BaseException:
            with suppress(Exception):  # what was first is what to tell
                self.world.close()
            raise
        try:
            self.world.close()
        except Exception as error:
            raise ModelCrash(find_crash_site(error, self.world.now)) from error
        return result

    def _run(self) -> str:
        """Let the scenario happen; why it was stopped before its end, if it was."""
        stopped = ""
        with guarded(_packages(self._deployments)):
            try:
                self._storm.start()
                self.world.boot()
                self.world.run_until(self.scenario.duration, limit=self.scenario.limits.events)
            except OutOfEvents as error:
                stopped = str(error)
            except Exception as error:
                raise ModelCrash(find_crash_site(error, self.world.now)) from error
        return stopped

    def _conclude(self, stopped: str) -> Run:
        scenario, world, storm = self.scenario, self.world, self._storm
        fingerprint = world.trace.fingerprint()
        history = History.from_log(world.operations.rows, _changes(storm.fired))
        verdicts = self._verdicts(history)
        verdict = worst((*verdicts, *_of_the_storm(self._plan.faults, storm.fired, stopped)))
        return Run(
            scenario=scenario.name,
            seed=self.seed,
            verdict=verdict,
            met=meets(scenario.expect, verdict, verdicts),
            expect=scenario.expect,
            fingerprint=fingerprint,
            checks=verdicts,
            promised=tuple(watch.name for watch in self._watches if watch.promised),
            plan=tuple(storm.written().as_entries()),
            fired=tuple(map(_fired, storm.fired)),
            skipped=tuple(SkippedFault(s.id, s.kind, s.at_ns, s.reason) for s in storm.skipped),
            history=history,
            counts=self._counts(history),
            servers=self._roster.servers,
            clients=self._roster.clients,
            virtual_ns=world.now,
            wall_s=_wall() - self._began,
            notes=(
                *self._plan.notes,
                *say(self._chosen),
                *self._storm.atlas.beyond(),
                *((stopped,) if stopped else ()),
                *self._early(),
                *self._quiet(),
                *self._idle(),
            ),
            checkpoints=tuple(world.trace.checkpoints),
            reproduce=self._reproduce(),
            trace=tuple(world.trace.kept()),
            loaded=self._loaded,
        )

    def _verdicts(self, history: History) -> tuple[Verdict, ...]:
        records = {watch.nodes: self._record(history, watch.nodes) for watch in self._watches}
        return tuple(watch.conclude(records[watch.nodes]) for watch in self._watches)

    def _record(self, history: History, nodes: frozenset[str]) -> RunRecord:
        """What checks of these nodes may know: their own part of the history, their own servers and clients."""
        servers, clients = self._roster.servers, self._roster.clients
        own = history if nodes.issuperset(clients) else history.of_clients(nodes)
        return RunRecord(
            own,
            self._settle_ns,
            self.world.now,
            len(self._storm.fired),
            tuple(name for name in servers if name in nodes),
            tuple(name for name in clients if name in nodes),
            tuple(FaultSpan(_words(fault), fault.inject_ns, fault.heal_ns) for fault in self._storm.fired),
            frozenset(name for name in self.world.byzantine if name in nodes),
            down=tuple(name for name in servers if name in nodes and self.world.nodes[name].holds),
        )

    def _counts(self, history: History) -> Counts:
        traffic = self.world.network.traffic
        return Counts(
            self.world.trace.at, traffic.sent, traffic.delivered, traffic.lost, traffic.duplicated, traffic.corrupted,
            history.count("ok"), history.count("fail"), history.count("unknown"),
        )  # fmt: skip

    def _early(self) -> tuple[str, ...]:
        now, end = self.world.now, self.scenario.duration
        if self.scenario.stop == "end" or now >= end:
            return ()
        return (f"stopped at the first violation, at {show_ns(now)} of {show_ns(end)}",)

    def _quiet(self) -> tuple[str, ...]:
        planned = len(self._plan.faults)
        if self._storm.fired or not planned:
            return ()
        return (f"no fault fired ({planned} were planned): this run says nothing about surviving faults",)

    def _idle(self) -> tuple[str, ...]:
        """A behaviour that never did anything is no evidence that a protocol survives it."""
        idle = [(one.id, part) for one in self._storm.fired for part, acts in one.acts.items() if not acts]
        return tuple(f"{name}: {part} never acted" for name, part in idle)

    def _reproduce(self) -> str:
        words = ["sim", "run", self._loaded.path, "--seed", str(self.seed)]
        for one in self._loaded.overrides:
            words += ["--set", one]
        return shlex.join(words)


def _fired(fault: Fired) -> FiredFault:
    written: dict[str, object] = {fault.kind: fault.fault.as_body()}
    return FiredFault(fault.id, fault.kind, fault.inject_ns, fault.heal_ns, fault.targets, fault.effect, written)


def _words(fault: Fired) -> str:
    """A fault in a few words."""
    return " ".join((fault.kind, ", ".join(fault.targets), f"({fault.id})")).replace("  ", " ")


def _changes(fired: Sequence[Fired]) -> list[int]:
    """The times at which a fault began or ended."""
    times = {fault.inject_ns for fault in fired} | {fault.heal_ns for fault in fired if fault.heal_ns is not None}
    return sorted(times)


def _of_the_storm(planned: Sequence[object], fired: Sequence[object], stopped: str) -> list[Verdict]:
    """Unknown if the run was stopped before its end, or if nothing fired of a plan that had faults."""
    verdicts = []
    if stopped:
        verdicts.append(Verdict("limits", "unknown", stopped))
    if planned and not fired:
        verdicts.append(Verdict("faults", "unknown", "no fault fired"))
    return verdicts


def _packages(deployments: Sequence[Deployment]) -> list[str]:
    """The top-level packages of the models, whose names the guard searches."""
    tops = {deployment.model.build.__module__.partition(".")[0] for deployment in deployments}
    return sorted(tops)
