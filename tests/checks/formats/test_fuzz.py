"""Whatever is done to a file, reading it gives a history or a FormatError of one line, and nothing else."""

import pytest

from sim.checks.formats import FORMATS, FormatError, read_history, write_history
from sim.world.streams import Stream

KV = "".join(
    f'{{:process {process}, :type :{kind}, :f :{f}, :key "k{process}", :value {value}}}\n'
    for process in range(3)
    for f, at_call, at_end in (("append", '"a"', '"a"'), ("get", "nil", '"a"'), ("put", '"b"', '"b"'))
    for kind, value in (("invoke", at_call), ("ok", at_end))
)
LOG = "".join(
    f"INFO  jepsen.util - {process}\t:{kind}\t:{f}\t{value}\n"
    for process in range(3)
    for f, at_call, end, at_end in (
        ("write", "4", "ok", "4"), ("read", "nil", "ok", "4"), ("cas", "[4 5]", "ok", "[4 5]"),
        ("cas", "[4 5]", "fail", "[4 5]"), ("write", "6", "info", ":timed-out"),
    )
    for kind, value in (("invoke", at_call), (end, at_end))
)  # fmt: skip
TRANSACTIONS = """{:process 0, :type :invoke, :f :txn, :value [[:r 1 nil] [:append 1 2]], :time 0, :index 0}
{:process :nemesis, :type :info, :f :start, :value #{:n1 "n2"}, :time 2, :index 1}
{:process 0, :type :ok, :f :txn, :value [[:r 1 [1]] [:append 1 2]], :time 5, :index 2}
{:process 1, :type :invoke, :f :read, :value #jepsen.history.Op {:a (1 2)}, :time 6, :index 3}
"""
FILES: tuple[str, ...] = (
    KV,
    LOG,
    TRANSACTIONS,
    f"[{KV}]",
    write_history(read_history(LOG).history, "jepsen", [(1, "start", "cut")]),
    write_history(read_history(LOG).history, "json", [(1, "start", "cut")]),
    write_history(read_history(KV).history, "json"),
)
SCRAPS = (
    *'{}[]()"#:\\,; \n\t\r\0\ufeff', "nil", "null", ":ok", '"ok"', "-1", "1e999", "9" * 25,
    "#_", "#{", "\\u", "é", "[" * 300,
    '{"process":0}', "{:process 0}", "INFO  jepsen.util - 0\t:invoke\t:read\tnil\n", ":timed-out", "txn", "cas",
)  # fmt: skip


@pytest.mark.parametrize("text", FILES)
def test_the_files_that_are_damaged_were_whole(text: str) -> None:
    assert len(read_history(text).history) > 1


def mutated(text: str, stream: Stream) -> str:
    """One small damage: a cut, a scrap, a loss, a repetition, two lines exchanged, another file's line."""
    at = stream.below(len(text) + 1)
    until = min(len(text), at + 1 + stream.below(12))
    lines = text.split("\n")
    one, two = stream.below(len(lines)), stream.below(len(lines))
    kind = stream.below(6)
    if kind == 0:
        return text[:at]
    if kind == 1:
        scrap: str = stream.choice(SCRAPS)
        return text[:at] + scrap + text[until if stream.below(2) else at :]
    if kind == 2:
        return text[:at] + text[until:]
    if kind == 3:
        return "\n".join([*lines[:one], lines[two], *lines[one:]])
    if kind == 4:
        lines[one], lines[two] = lines[two], lines[one]
        return "\n".join(lines)
    return "\n".join([*lines[:one], stream.choice(stream.choice(FILES).split("\n")), *lines[one:]])


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_file_is_read_or_refused(seed: int) -> None:
    stream = Stream(seed, "fuzz")
    read = refused = 0
    for _ in range(400):
        text = stream.choice(FILES)
        for _ in range(1 + stream.below(2)):
            text = mutated(text, stream)
        name = stream.choice(tuple(FORMATS)) if stream.below(6) == 0 else None
        try:
            read_history(
                text.encode("utf-8") if stream.below(2) else "\n" + text, name, independent=stream.below(12) == 0
            )
            read += 1
        except FormatError as error:
            refused += 1
            assert error.line is not None, error  # noqa: PT017 - many files are read in spite of all
            assert "\n" not in str(error)  # noqa: PT017
            assert len(str(error)) < 300  # noqa: PT017
    assert min(read, refused) > 10


@pytest.mark.parametrize("seed", range(4))
def test_damaged_bytes_are_read_or_refused(seed: int) -> None:
    stream = Stream(seed, "bytes")
    for _ in range(200):
        raw = bytearray(stream.choice(FILES).encode())
        for _ in range(1 + stream.below(4)):
            raw[stream.below(len(raw))] = stream.below(256)
        try:
            read_history(bytes(raw))
        except FormatError as error:
            assert str(error).startswith("line ")  # noqa: PT017
