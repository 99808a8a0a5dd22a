"""The runtime of a GPU node: the physical truth. Its processes hold devices, burn time, take checkpoints and end.

The node epoch is raised and saved at every start and every reset, before anything else: a higher epoch proves that all
processes of the ones before are gone. A process may live on behind a partition; the fence refuses its checkpoints.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.veriflow import messages as m
from models.veriflow.events import EpochBegan, ProcessStarted, ProcessStopped
from models.veriflow.objects import JobSpec
from models.veriflow.places import Places
from models.veriflow.settings import Settings
from sim import MS, Actor, Caller, Message, Refused, Timeout, on

if TYPE_CHECKING:
    from models.veriflow.parts import Parts

Key = tuple[int, int, int]
"""(job uid, attempt, member)"""

OTHER_EPOCH, BUSY, OVER = "another epoch", "busy", "over"


class Epoch(Message):
    """The node's epoch, durable."""

    number: int


class Fallen(Message):
    """Devices that fell off, durable as hardware is."""

    devices: tuple[int, ...] = ()


@dataclass
class Running:
    """A process. `begun` is when it started, on the node's own clock; `saved` the last checkpoint that was accepted."""

    key: Key
    devices: tuple[int, ...]
    spec: JobSpec
    step: int
    begun: int
    saved: int
    code: int | None = None


class Runtime(Actor):
    """One incarnation of a GPU machine."""

    def __init__(self, settings: Settings, places: Places, parts: "Parts", agent: str) -> None:
        self.settings = settings
        self._places = places
        self._parts = parts
        self.agent = agent

    def on_start(self) -> None:
        """A new epoch: what ran before is gone."""
        self._workload = self._parts.workload(self)
        self.processes: dict[Key, Running] = {}
        self._tables = 0
        self._over: dict[tuple[int, int], None] = {}
        fallen = self.disk.load(Fallen)
        self.missing = () if fallen is None else fallen.devices
        self._raise_epoch(0)
        self.when_durable(self._tell)

    def _raise_epoch(self, above: int) -> None:
        saved = self.disk.load(Epoch)
        self.epoch = max(0 if saved is None else saved.number, above) + 1
        self.disk.save(Epoch(self.epoch))
        self.emit(EpochBegan(self.agent, self.epoch))

    def table(self) -> m.Table:
        """What runs, and what has ended and was not asked to be forgotten."""
        found = [m.Process(*one.key, one.devices, one.code) for one in self.processes.values()]
        self._tables += 1
        return m.Table(self.epoch, self._tables, tuple(found), self.missing)

    def _tell(self) -> None:
        self.send(self.agent, m.Told(self.table()))

    @on(m.TableAsk)
    def table_ask(self, _: Caller, ask: m.TableAsk) -> m.Table:  # noqa: ARG002 - it asks for all of it
        """From the agent."""
        return self.table()

    # Starting

    @on(m.StartProcess)
    def start(self, caller: Caller, order: m.StartProcess) -> m.Table | None:
        """From the agent; asked twice, it is one process."""
        key = order.job, order.attempt, order.member
        if key in self.processes:
            return self.table()
        refused = self._refusal(order)
        if refused:
            self.refuse(caller, refused)
            return None
        running = Running(key, order.devices, order.spec, order.step, self.elapsed(), order.step)
        self.processes[key] = running
        self.begin(running)
        return self.table()

    def _refusal(self, order: m.StartProcess) -> str:
        if order.epoch != self.epoch:
            return OTHER_EPOCH
        if (order.job, order.attempt) in self._over:
            return OVER
        busy = {device for one in self.processes.values() if one.code is None for device in one.devices}
        return BUSY if not busy.isdisjoint(order.devices) or set(order.devices) & set(self.missing) else ""

    def begin(self, running: Running) -> None:
        """A process begins to run."""
        running.code, running.begun = None, self.elapsed()
        key, devices = running.key, running.devices
        self.emit(ProcessStarted(self.agent, self.epoch, devices, *key, running.step), at_once=True)
        self.spawn(self._workload.run(running))

    def progress(self, running: Running) -> int:
        """Ns of the job's work that are done."""
        return min(running.spec.work, running.step + self.elapsed() - running.begun)

    # Ending

    def end(self, running: Running, code: int) -> None:
        """A process is gone. The agent hears of it, or reads it in the table."""
        if running.code is not None or running is not self.processes.get(running.key):
            return
        running.code = code
        done = self.progress(running) - running.step
        event = ProcessStopped(self.agent, self.epoch, running.devices, *running.key, code, done)
        self.emit(event, at_once=True)
        self._workload.after_end(running)
        self._tell()

    @on(m.StopProcesses)
    def stop(self, caller: Caller, order: m.StopProcesses) -> None:
        """From the agent: the answer says that they are gone."""
        self.spawn(self._stop(caller, order))

    async def _stop(self, caller: Caller, order: m.StopProcesses) -> None:
        meant = [one for one in self.processes.values() if not order.job or one.key[:2] == (order.job, order.attempt)]
        alive = [one for one in meant if one.code is None]
        if order.grace:
            for one in alive:
                await self._last_checkpoint(one, order.grace)
        for one in alive:
            self.end(one, m.STOPPED_CODE)
        if order.job:
            self._over[order.job, order.attempt] = None
            for one in meant:
                self.processes.pop(one.key, None)
        self.reply(caller, self.table())

    async def _last_checkpoint(self, running: Running, grace: int) -> None:
        if running.key[2] or not running.spec.checkpoint_every:
            return
        try:
            await self.put_checkpoint(running, grace)
        except (Refused, Timeout):
            return

    @on(m.Forget)
    def forget(self, _: str, order: m.Forget) -> None:
        """From the agent: processes that have ended need not stand in the table any more, and none is started again."""
        gang = order.job, order.attempt
        self._over[gang] = None
        for one in list(self.processes.values()):
            if one.key[:2] == gang and one.code is not None:
                del self.processes[one.key]

    @on(m.Reset)
    def reset(self, _: Caller, order: m.Reset) -> m.Table:
        """From the agent of a node that was given up: nothing lives on into the next epoch."""
        for one in list(self.processes.values()):
            self.end(one, m.STOPPED_CODE)
        self.processes.clear()
        self._over.clear()
        self._raise_epoch(max(order.above, self.epoch))
        return self.table()

    @on(m.Unplug)
    def unplug(self, _: str, message: m.Unplug) -> None:
        """A device falls off, or is there again."""
        kept = [device for device in self.missing if device != message.device]
        self.missing = tuple(sorted(kept if message.back else [*kept, message.device]))
        self.disk.save(Fallen(self.missing))
        for one in list(self.processes.values()):
            if message.device in one.devices and not message.back:
                self.end(one, m.DEVICE_CODE)
        self._tell()

    # Checkpoints

    async def put_checkpoint(self, running: Running, timeout: int) -> None:
        """Save where the gang is. Refused: this attempt is shut out."""
        step = self.progress(running)
        job, attempt, _ = running.key
        if step > running.saved:
            await self.call(self._places.checkpoints, m.PutCheckpoint(job, attempt, step), timeout=timeout)
            running.saved = max(running.saved, step)

    async def put_result(self, running: Running) -> None:
        """Hand in the result. Refused: this attempt is shut out."""
        job, attempt, _ = running.key
        request = m.PutResult(job, attempt)
        await self.call(self._places.checkpoints, request, timeout=self.settings.call_timeout)


class Workload:
    """What a process does: work with checkpoints, which its first member takes, and the result at the end."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    async def run(self, running: Running) -> None:
        """From where the newest checkpoint is to the end."""
        runtime, spec, first = self.runtime, running.spec, running.key[2] == 0
        left = max(0, spec.work - running.step)
        stop = left // 2 if running.key[1] <= spec.flaky and first else left
        every = spec.checkpoint_every if first else 0
        while stop > 0 and running.code is None:
            nap = min(stop, every) if every else stop
            await runtime.sleep(nap)
            stop -= nap
            if every and stop > 0 and running.code is None and not await self._save(running):
                return
        if running.code is not None:
            return
        if running.key[1] <= spec.flaky:
            if first:
                runtime.end(running, m.ERROR_CODE)
            else:
                await self._finish(running)
        elif spec.final:
            runtime.end(running, m.FINAL_CODE)
        else:
            await self._finish(running)

    async def _save(self, running: Running) -> bool:
        try:
            await self.runtime.put_checkpoint(running, self.runtime.settings.call_timeout)
        except Refused:
            self.runtime.end(running, m.FENCED_CODE)
            return False
        except Timeout:
            pass  # the next one will do
        return True

    async def _finish(self, running: Running) -> None:
        """The first member hands in the result, until it knows whether it was taken."""
        runtime = self.runtime
        while running.key[2] == 0 and running.code is None:
            try:
                await runtime.put_result(running)
                break
            except Refused:
                runtime.end(running, m.FENCED_CODE)
            except Timeout:
                await runtime.sleep(50 * MS)
        runtime.end(running, m.OK_CODE)

    def after_end(self, running: Running) -> None:
        """Nothing is started again down here: there is one budget, and it is the job's."""
