"""Reads a history from a file and writes it to text, in the formats of other checkers."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from sim.checks.formats import etcd_log, jepsen, json_lines, porcupine
from sim.checks.formats.detect import detect, family_of
from sim.checks.formats.entries import Entry
from sim.checks.formats.error import FormatError
from sim.checks.formats.events import Fault, events_of
from sim.checks.formats.pairing import Annotation, FailedCas, Pairing, Rules
from sim.checks.history import History


@dataclass(frozen=True, slots=True)
class Format:
    """One notation. `read` gives the events of a text, `line_of` writes one.

    `prepared` leaves out of a history what it cannot say. `returns` is whether a process may act again after an info.
    `loses` says what does not come back from a round trip.
    """

    name: str
    says: str
    family: str
    read: Callable[[str], Iterator[Entry]]
    line_of: Callable[[Entry], str]
    loses: str
    prepared: Callable[[History], History] = lambda history: history
    returns: bool = True


_ALWAYS = "epochs, records, results of operations that failed"
_IN_LINES = "names of clients, times"

FORMATS: Mapping[str, Format] = MappingProxyType({
    one.name: one
    for one in (
        Format(
            "jepsen", "Jepsen's history.edn: a map per line, or one vector of maps", "edn",
            jepsen.read, jepsen.line_of, _ALWAYS,
        ),
        Format(
            "etcd", "the log of Jepsen's test of etcd, as Porcupine publishes it: one register", "etcd",
            etcd_log.read, etcd_log.line_of,
            f"{_ALWAYS}, {_IN_LINES}, the key, get and put, the value a swap saw, writes and swaps that failed",
            etcd_log.prepared, returns=False,
        ),
        Format(
            "porcupine-kv", "Porcupine's key-value histories: get, put and append of texts", "edn",
            porcupine.read, porcupine.line_of,
            f"{_ALWAYS}, {_IN_LINES}, read and write, types of keys and values, operations that failed",
            porcupine.prepared,
        ),
        Format(
            "json", "one JSON object per line, with Jepsen's fields", "json",
            json_lines.read, json_lines.line_of, f"{_ALWAYS}, sets (they come back as tuples)",
        ),
    )
})  # fmt: skip
"""Name -> format."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A history that was read, and how. `guessed` says that nobody named the format.

    `annotations` are what the nemesis did; `notes` say how the events were taken where there was a choice.
    """

    history: History
    format: str
    guessed: bool
    annotations: tuple[Annotation, ...] = ()
    notes: tuple[str, ...] = ()


def read_history(
    source: str | bytes | Path,
    format: str | None = None,  # noqa: A002 - the word of the command, --format
    *,
    independent: bool = False,
    failed_cas: FailedCas = "drop",
    known_verbs: Collection[str] | None = None,
) -> Imported:
    """The history in a file or a text; without `format` it is guessed by the first line.

    A str is a path unless it has a line break or begins like a history; bytes are always text. `independent` takes
    values for pairs of key and value, `failed_cas` says what a cas that failed means (see `Rules`), `known_verbs` are
    the functions that may occur. FormatError, a ValueError of one line, for all that can be wrong with the file.
    """
    text = _text(source)
    if not text or text.isspace():
        return Imported(History(), format or "empty", format is None)
    name = _known(format) if format is not None else detect(text, tuple(FORMATS))
    chosen = FORMATS[name]
    pairing = Pairing(Rules(independent, failed_cas, known_verbs, chosen.returns))
    try:
        for entry in chosen.read(text):
            pairing.take(entry)
        history = pairing.history()
    except FormatError as error:
        raise _mixed(error, text, chosen) or error from None
    return Imported(history, name, format is None, tuple(pairing.annotations), pairing.notes())


def write_history(history: History, format: str, faults: Sequence[Fault] = ()) -> str:  # noqa: A002 - as in read_history
    """The history as text; `faults` (time in ns, start or stop, text) become events of the nemesis.

    FormatError if the format has no such operation or value, naming the first; `FORMATS[format].loses` says what
    reading it again does not give back.
    """
    chosen = FORMATS[_known(format)]
    lines = []
    for entry in events_of(chosen.prepared(history), faults):
        try:
            lines.append(chosen.line_of(entry))
        except FormatError as error:
            said = f"{entry.f} of process {entry.process}, event {entry.index}: {error.found}"
            raise FormatError(said, error.expected) from None
    return "".join(lines)


def _known(name: str) -> str:
    if name not in FORMATS:
        raise FormatError(f"unknown format {name!r}", f"one of {', '.join(FORMATS)}", near=(name, FORMATS))
    return name


def _text(source: str | bytes | Path) -> str:
    if isinstance(source, str) and _is_text(source.removeprefix("\ufeff")):
        return source.removeprefix("\ufeff")
    raw = source if isinstance(source, bytes) else _bytes_of(source)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # utf-8-sig counts from behind the mark at the beginning
        line = error.object.count(b"\n", 0, error.start) + 1
        column = error.start - error.object.rfind(b"\n", 0, error.start)
        raise FormatError(f"byte 0x{error.object[error.start]:02x} that is no UTF-8", "text", line, column) from None


def _bytes_of(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise FormatError(f"cannot read {path}: {said}") from None


def _is_text(source: str) -> bool:
    begins = source.lstrip()[:1]
    return not begins or "\n" in source or begins in "{[(#;" or family_of(source.lstrip()) is not None


def _mixed(error: FormatError, text: str, chosen: Format) -> FormatError | None:
    """The same error, if its line is in another format altogether: that is what to say then."""
    if error.line is None:
        return None
    other = family_of(text.split("\n")[error.line - 1].lstrip())
    if other is None or other == chosen.family:
        return None
    named = "jepsen or porcupine-kv" if other == "edn" else other
    return FormatError(f"a line of the format {named}", f"{chosen.name}", error.line)
