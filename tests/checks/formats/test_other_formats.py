# ruff: noqa: E501 - a history and what is said of it, side by side
"""The etcd log, Porcupine's kv and JSON lines: what is peculiar to each."""

import json
from pathlib import Path

import pytest

from sim.checks.formats import FORMATS, Annotation, FormatError, read_history, write_history
from sim.checks.history import History, Op

LOG = """INFO  jepsen.core - Running test etcd
INFO  jepsen.util - 0	:invoke	:read	nil
INFO  jepsen.util - 1	:invoke	:cas	[1 3]
INFO  jepsen.util - :nemesis	:info	:start	cut n1
INFO  jepsen.util - 0	:ok	:read	nil
INFO  jepsen.util - 2	:invoke	:write	4
WARN  jepsen.core - something else
INFO  jepsen.util - 1	:fail	:cas	[1 3]
INFO  jepsen.util - 0	:invoke	:read	nil
INFO  jepsen.util - 2	:info	:write	:timed-out
INFO  jepsen.util - 0	:fail	:read	:timed-out
"""


def test_the_log_is_read_line_by_line() -> None:
    found = read_history(LOG)
    assert (found.format, found.annotations) == ("etcd", (Annotation(2, "start", "cut n1"),))
    assert [(op.f, op.arg, op.result, op.outcome) for op in found.history.ops] == [
        ("read", None, None, "ok"),
        ("cas", (1, 3), False, "ok"),
        ("write", 4, None, "unknown"),
        ("read", None, None, "fail"),
    ]
    assert found.history.ops[0].key is None


def test_the_log_is_written_as_it_was_published() -> None:
    lines = [line for line in LOG.splitlines(keepends=True) if "jepsen.core" not in line and "nemesis" not in line]
    unknown = next(line for line in lines if ":info" in line)
    moved = "".join(line for line in lines if line != unknown) + unknown
    assert write_history(read_history(LOG).history, "etcd") == moved


def test_get_and_put_of_one_key_become_a_register_for_porcupine() -> None:
    history = History(
        [
            Op(0, 0, "a", "put", "x", 1, None, "ok", 0, 1, 0, 1),
            Op(1, 0, "a", "put", "x", 2, None, "fail", 2, 3, 2, 3),
            Op(2, 0, "a", "get", "x", None, 1, "ok", 4, 5, 4, 5),
        ]
    )
    assert write_history(history, "etcd").splitlines() == [
        "INFO  jepsen.util - 0\t:invoke\t:write\t1",
        "INFO  jepsen.util - 0\t:ok\t:write\t1",
        "INFO  jepsen.util - 0\t:invoke\t:read\tnil",
        "INFO  jepsen.util - 0\t:ok\t:read\t1",
    ]


@pytest.mark.parametrize(
    ("ops", "said"),
    [
        ([("write", "x", 1), ("write", "y", 2)], "a history of 2 keys, which the format etcd does not have, expected the operations on one of them"),
        ([("delete", "x", None)], "delete of process 0, event 0: the format etcd has no delete, expected one of read, write, cas"),
        ([("write", "x", "a")], "write of process 0, event 0: the format etcd has no value 'a', expected integers from 0 on"),
        ([("write", "x", None)], "write of process 0, event 0: the format etcd has no value None, expected integers from 0 on"),
        ([("write", "x", -1)], "write of process 0, event 0: the format etcd has no value -1, expected integers from 0 on"),
        ([("cas", "x", 5)], "cas(5)#0 by c: a cas of 5, expected a pair, the old value and the new"),
    ],
)  # fmt: skip
def test_what_a_register_is_not_is_refused(ops: list[tuple[str, str, object]], said: str) -> None:
    history = History(
        Op(number, number, "c", f, key, arg, None, "ok", 2 * number, 2 * number + 1, 0, 0)
        for number, (f, key, arg) in enumerate(ops)
    )
    with pytest.raises(FormatError) as caught:
        write_history(history, "etcd")
    assert str(caught.value) == said


KV = """{:process 9, :type :invoke, :f :append, :key "0", :value "x 9 0 y"}
{:process 1, :type :invoke, :f :get, :key "9", :value nil}
{:process 9, :type :ok, :f :append, :key "0", :value "x 9 0 y"}
{:process 1, :type :ok, :f :get, :key "9", :value ""}
{:process 1, :type :invoke, :f :put, :key "9", :value "a \\"b\\""}
"""


def test_the_kv_format_is_read_and_written_to_the_letter() -> None:
    found = read_history(KV)
    assert found.format == "porcupine-kv"
    assert [(op.f, op.key, op.arg, op.result, op.outcome) for op in found.history.ops] == [
        ("append", "0", "x 9 0 y", None, "ok"),
        ("get", "9", None, "", "ok"),
        ("put", "9", 'a "b"', None, "unknown"),
    ]
    assert write_history(found.history, "porcupine-kv") == KV


@pytest.mark.parametrize("more", [":time 5", ":index 0"])
def test_keys_with_times_are_jepsens(more: str) -> None:
    found = read_history(f'{{:process 9, :type :invoke, :f :append, :key "0", :value "x", {more}}}')
    assert (found.format, found.history.ops[0].key) == ("jepsen", "0")


def test_a_swap_that_saw_nothing_keeps_it_in_json() -> None:
    history = History([Op(0, 0, "c0", "cas", None, (1, 2), None, "ok", 0, 1, 0, 1, 1)])
    text = write_history(history, "json")
    assert text.endswith('"type": "fail", "f": "cas", "value": [1, 2], "result": null}\n')
    assert read_history(text).history.ops == history.ops


def test_lists_of_tokens_become_texts_that_can_be_told_apart() -> None:
    history = History(
        [
            Op(0, 0, "a", "append", 1, 12, None, "ok", 0, 1, 0, 1),
            Op(1, 0, "a", "append", 1, (3,), None, "ok", 2, 3, 2, 3),
            Op(2, 0, "a", "get", 1, None, (12, 3), "ok", 4, 5, 4, 5),
            Op(3, 0, "a", "get", 2, None, None, "ok", 6, 7, 6, 7),
        ]
    )
    found = read_history(write_history(history, "porcupine-kv")).history.ops
    assert [(op.key, op.arg, op.result) for op in found] == [
        ("1", "[12]", None),
        ("1", "[3]", None),
        ("1", None, "[12][3]"),
        ("2", None, ""),
    ]


def test_json_lines_have_jepsens_fields() -> None:
    history = History(
        [
            Op(0, 0, "c0", "cas", "x", (1, 2), 7, "ok", 0, 1, 10, 20),
            Op(1, 1, "b", "read-all", "x", None, frozenset({"b", "a"}), "ok", 2, 3, 30, 40),
            Op(2, 1, "c1", "write", "x", None, None, "unknown", 4, 2**62, 50, None),
        ]
    )
    lines = [json.loads(line) for line in write_history(history, "json", [(10, "start", "cut")]).splitlines()]
    assert lines == [
        {"index": 0, "time": 10, "process": 0, "type": "invoke", "f": "cas", "key": "x", "value": [1, 2]},
        {"index": 1, "time": 10, "process": "nemesis", "type": "info", "f": "start", "value": "cut"},
        {"index": 2, "time": 20, "process": 0, "type": "fail", "f": "cas", "key": "x", "value": [1, 2], "result": 7},
        {
            "index": 3,
            "time": 30,
            "process": 1,
            "type": "invoke",
            "f": "read-all",
            "key": "x",
            "value": None,
            "client": "b",
        },
        {"index": 4, "time": 40, "process": 1, "type": "ok", "f": "read-all", "key": "x", "value": ["a", "b"]},
        {"index": 5, "time": 50, "process": 1, "type": "invoke", "f": "write", "key": "x", "value": None},
        {"index": 6, "time": 50, "process": 1, "type": "info", "f": "write", "key": "x", "value": None},
    ]


def test_json_lines_tell_1_from_true_and_from_a_float() -> None:
    text = "".join(
        f'{{"process":{number},"type":"invoke","f":"write","value":{value}}}\n'
        for number, value in enumerate(
            ["1", "true", "1.0", '[1, {"b": null, "a": []}]', "123456789012345678901234567890"]
        )
    )
    args = [op.arg for op in read_history(text).history.ops]
    assert [type(arg) for arg in args] == [int, bool, float, tuple, int]
    assert args[3] == (1, (("a", ()), ("b", None)))


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_json_has_no_infinity(value: float) -> None:
    history = History([Op(0, 0, "a", "write", None, value, None, "unknown", 0, 2**62, 0, None)])
    with pytest.raises(FormatError, match=r"the format json has no (inf|nan), expected a finite number$"):
        write_history(history, "json")


@pytest.mark.parametrize("name", [None, *FORMATS])
@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff", b"", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_an_empty_history(text: str | bytes, name: str | None) -> None:
    found = read_history(text, name)
    assert len(found.history) == 0
    assert (found.format, found.guessed) == (name or "empty", name is None)


def test_a_file_and_its_text_say_the_same(tmp_path: Path) -> None:
    file = tmp_path / "history.edn"
    file.write_bytes(b"\xef\xbb\xbf" + KV.replace("\n", "\r\n").encode())
    for found in (read_history(file), read_history(str(file)), read_history(KV.encode()), read_history("\ufeff" + KV)):
        assert found.history.ops == read_history(KV).history.ops


def test_a_fault_is_one_word_and_a_text() -> None:
    with pytest.raises(FormatError, match=r"^a fault that does 'be gin', expected one word, such as start or stop$"):
        write_history(History(), "jepsen", [(0, "be gin", "")])
