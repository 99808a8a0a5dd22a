"""A run as a log of events with vector clocks, for ShiViz (https://bestchai.bitbucket.io/shiviz).

The first line is the expression that parses the rest, the second, empty, the one between executions. Then two lines for
an event: its host with its clock, and its text. What a node does adds one to its own entry; a message brings along the
clock of what it followed from, so one event happened before another exactly if its clock is smaller (Mattern 1989).
"""

import json
import re

from reports.page.recording import Recording
from reports.page.text import visible
from reports.page.wording import content_of, kind_of
from sim.explore.telling import Record
from sim.world import trace as codes
from sim.world.units import show_ns

PARSER = r"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)"
"""What ShiViz finds host, clock and event with."""

_SHOWN = (codes.DELIVER, codes.TIMER, codes.WAKE, codes.EMIT, codes.NODE, codes.CALL, codes.RETURN)

Clock = dict[str, int]


def shiviz(recording: Recording) -> bytes:
    """The log."""
    recording.speak()
    hosts = _hosts(recording)
    clocks = _Clocks(hosts)
    lines = [PARSER, ""]
    for one in recording.records:
        if one.code in _SHOWN and one.node in hosts:
            clock = clocks.tick(one)
            lines += [f"{hosts[one.node]} {json.dumps(clock, separators=(',', ':'))}", _text(one)]
    return ("\n".join(lines) + "\n").encode()


def _hosts(recording: Recording) -> dict[str, str]:
    """Node -> a name without blanks, each its own."""
    found: dict[str, str] = {}
    for name in recording.nodes:
        plain = re.sub(r"[\s{}\"]", "_", visible(name, 60)) or "node"
        while plain in found.values():
            plain += "_"
        found[name] = plain
    return found


class _Clocks:
    """The clock of each host, and that of each event, which those that follow from it take along."""

    def __init__(self, hosts: dict[str, str]) -> None:
        self._hosts = hosts
        self._now: dict[str, Clock] = {name: {} for name in hosts}
        self._of: dict[int, Clock] = {}

    def tick(self, one: Record) -> Clock:
        """The clock of the next event of its host."""
        own, host = self._now[one.node], self._hosts[one.node]
        clock = {**own, host: own.get(host, 0) + 1}
        if one.code == codes.DELIVER and one.cause in self._of:
            for other, count in self._of[one.cause].items():
                if other != host:
                    clock[other] = max(clock.get(other, 0), count)
        self._now[one.node] = self._of[one.number] = clock
        return clock


def _text(one: Record) -> str:
    when = show_ns(one.t_ns)
    if one.code == codes.DELIVER:
        return f"{when} {visible(kind_of(one), 80)} from {visible(one.rest[0], 60)} {content_of(one)}".rstrip()
    if one.code == codes.EMIT:
        return f"{when} {visible(kind_of(one), 80)} {content_of(one)}".rstrip()
    return f"{when} {visible(one.words())}"
