"""Clients: one for each function, which asks whenever its arrival process says so, and those of a workload's scripts.

The first is an open loop: it does not wait for answers. A history is of clients that do one thing at a time, so of its
requests those are in the history that find none before them open; the checks are told of all.
"""

from collections import deque
from collections.abc import Callable, Sequence

from models.tyche.events import Asked, Taken
from models.tyche.messages import Answer, Invoke
from models.tyche.settings import ArrivalEntry, Settings
from sim import Actor, Script, Step, Timeout, on


class Caller(Actor):
    """Asks for one function without waiting. Who gets no answer asks again, under the same request id."""

    def __init__(self, controller: str, function: str, arrivals: ArrivalEntry, settings: Settings) -> None:
        self._controller = controller
        self._function = function
        self._arrivals = arrivals
        self._settings = settings

    def on_start(self) -> None:
        """Wait for the first arrival."""
        overlay, process = self._arrivals.as_overlay(), self._arrivals.as_process()
        self._times = overlay.times(process, self.random.child("arrivals"))
        self._count = 0
        self._open: dict[str, Callable[[int], None] | None] = {}
        self._patience: deque[tuple[int, str]] = deque()
        self._line: str = ""
        self._began = self.elapsed()
        self._arrival = self.timer(self._arrive)
        self._retry = self.timer(self._ask_again)
        self._next = next(self._times, None)
        self._wait()

    def _wait(self) -> None:
        if self._next is not None:
            self._arrival.reset(max(0, self._began + self._next - self.elapsed()))

    def _arrive(self) -> None:
        assert self._next is not None, "the timer was set for it"
        now, self._next = self._next, next(self._times, None)
        self._count += 1
        request = f"{self.name}.{self._count}"
        told = self._settings.policy == "clairvoyant" and self._next is not None
        self._ask(Invoke(request, self._function, False, self._next - now if told and self._next is not None else 0))
        self._wait()

    def _ask(self, invoke: Invoke) -> None:
        self.emit(Asked(invoke.request, invoke.function))
        self._open[invoke.request] = None
        if not self._line:
            self._line = invoke.request
            self._open[invoke.request] = self.operation("invoke", key=invoke.function, arg=invoke.request).ok
        self._patience.append((self.elapsed() + self._settings.retry, invoke.request))
        if not self._retry.active:
            self._retry.reset(self._settings.retry)
        self.send(self._controller, invoke)

    def _ask_again(self) -> None:
        """Requests are asked again in the order in which they were asked."""
        now = self.elapsed()
        while self._patience and self._patience[0][0] <= now:
            _, request = self._patience.popleft()
            if request in self._open:
                self._patience.append((now + self._settings.retry, request))
                self.send(self._controller, Invoke(request, self._function, True))
        while self._patience and self._patience[0][1] not in self._open:
            self._patience.popleft()
        if self._patience:
            self._retry.reset(max(0, self._patience[0][0] - now))

    @on(Answer)
    def answered(self, source: str, answer: Answer) -> None:  # noqa: ARG002
        """An answer is taken once, however often it comes."""
        if answer.request not in self._open:
            return
        close = self._open.pop(answer.request)
        self.emit(Taken(answer.request, self._function, answer.result))
        if close is not None:
            close(answer.result)
            self._line = ""


class ScriptedCaller(Actor):
    """Does the steps of a workload one after another: `invoke` of a function."""

    def __init__(self, controller: str, functions: Sequence[str], script: Script, settings: Settings) -> None:
        self._controller = controller
        self._functions = tuple(functions)
        self._script = script
        self._settings = settings

    def on_start(self) -> None:
        """Begin the script."""
        self._count = 0
        self._answers = self.store()
        self.spawn(self.story())

    async def story(self) -> None:
        """One request at a time."""
        for step in self._script.steps(self.random.child("script")):
            await self.sleep(step.wait_ns if step.at_ns is None else max(0, step.at_ns - self.elapsed()))
            function = self._function_of(step)
            self._count += 1
            request = f"{self.name}.{self._count}"
            with self.operation("invoke", key=function, arg=request) as operation:
                operation.ok(await self._ask(request, function))

    def _function_of(self, step: Step) -> str:
        """The named one; of a mix `k0`, `k1`, ... are the functions in order."""
        if step.key in self._functions:
            return step.key
        digits = "".join(letter for letter in step.key if letter.isdecimal()) or "0"
        return self._functions[int(digits) % len(self._functions)]

    async def _ask(self, request: str, function: str) -> int:
        self.emit(Asked(request, function))
        deadline, again = self.elapsed() + self._script.timeout_ns, False
        while (left := deadline - self.elapsed()) > 0:
            self.send(self._controller, Invoke(request, function, again))
            try:
                first = await self.first_of(self._answer(request), timeout=min(left, self._settings.retry))
            except Timeout:
                again = True
                continue
            self.emit(Taken(request, function, first.value))
            return first.value
        raise Timeout(self._controller)

    async def _answer(self, request: str) -> int:
        while True:
            answer = await self.wait(self._answers.get())
            if answer.request == request:
                return int(answer.result)

    @on(Answer)
    def answered(self, source: str, answer: Answer) -> None:  # noqa: ARG002
        """An answer, perhaps of an earlier request."""
        self._answers.put(answer)
