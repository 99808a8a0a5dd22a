"""What is written is read back as the same history, but for what `FORMATS` says a format loses."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.checks.formats import FORMATS, Annotation, read_history, write_history
from sim.checks.history import History
from tests.checks.formats.strategies import (
    Said,
    essence,
    histories,
    rich,
    texts,
    transactions,
    values,
    words,
)

Faults = list[tuple[int, str, str]]
faults = st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["start", "stop"]), texts), max_size=3)
integers = st.integers(0, 10**30)


def any_operation(held: st.SearchStrategy[object]) -> st.SearchStrategy[History]:
    """Histories of any verbs, of swaps with every kind of answer, and of transactions; with keys or without."""
    pair = st.tuples(held, held)
    answer = st.one_of(st.booleans(), held)

    def of(key: st.SearchStrategy[object]) -> st.SearchStrategy[History]:
        def operation(f: str) -> st.SearchStrategy[Said]:
            if f == "txn":
                return transactions().flatmap(lambda said: st.tuples(st.just(said[0]), st.just(said[1]), key))
            return st.tuples(pair, answer, key) if f == "cas" else st.tuples(held, held, key)

        return histories(operation, st.one_of(words, st.sampled_from(["cas", "txn"])))

    return st.one_of(of(st.none()), of(st.integers()), of(texts))


@given(any_operation(rich), faults)
def test_jepsen_gives_back_all_but_its_losses(history: History, given_faults: Faults) -> None:
    found = read_history(write_history(history, "jepsen", given_faults), "jepsen")
    assert essence(found.history) == essence(history)
    assert list(found.annotations) == [Annotation(*fault) for fault in sorted(given_faults, key=lambda one: one[0])]


@given(any_operation(values), faults)
def test_json_gives_back_all_but_its_losses(history: History, given_faults: Faults) -> None:
    found = read_history(write_history(history, "json", given_faults), "json")
    assert essence(found.history) == essence(history)
    assert list(found.annotations) == [Annotation(*fault) for fault in sorted(given_faults, key=lambda one: one[0])]


def register(f: str) -> st.SearchStrategy[Said]:
    shapes: Mapping[str, st.SearchStrategy[Said]] = {
        "read": st.tuples(st.none(), st.one_of(st.none(), integers), st.none()),
        "write": st.tuples(integers, st.none(), st.none()),
        "cas": st.tuples(st.tuples(integers, integers), st.booleans(), st.none()),
    }
    return shapes[f]


@given(histories(register, st.sampled_from(["read", "write", "cas"])))
def test_etcd_gives_back_what_can_matter(history: History) -> None:
    found = read_history(write_history(history, "etcd", [(3, "start", "cut a|b")]), "etcd")
    kept = History(op for op in history.ops if op.outcome != "fail" or op.f == "read")
    assert essence(found.history, times=False) == essence(kept, times=False)
    assert [note.text for note in found.annotations] == ["cut a|b"]


def key_value(f: str) -> st.SearchStrategy[Said]:
    return st.tuples(st.none(), texts, texts) if f == "get" else st.tuples(texts, st.none(), texts)


@given(histories(key_value, st.sampled_from(["get", "put", "append"])))
def test_porcupine_gives_back_what_can_matter(history: History) -> None:
    found = read_history(write_history(history, "porcupine-kv", [(3, "stop", "cut a|b")]), "porcupine-kv")
    kept = History(op for op in history.ops if op.outcome != "fail")
    assert essence(found.history, times=False) == essence(kept, times=False)
    assert [note.text for note in found.annotations] == ["cut a|b"]


@given(histories(register, st.sampled_from(["read", "write", "cas"])), st.sampled_from(["jepsen", "json", "etcd"]))
def test_the_format_of_what_is_written_is_guessed(history: History, name: str) -> None:
    text = write_history(history, name)
    found = read_history(text)
    assert found.guessed
    assert found.format == (name if text else "empty")


@given(histories(key_value, st.sampled_from(["get", "put", "append"])))
def test_porcupine_is_guessed_from_its_first_operation(history: History) -> None:
    text = write_history(history, "porcupine-kv", [(0, "start", "cut a|b")])
    clients = [op for op in history.ops if op.outcome != "fail"]
    assert read_history(text).format == ("porcupine-kv" if clients else "jepsen")


@pytest.mark.parametrize("name", FORMATS)
def test_writing_twice_gives_the_same_bytes(name: str) -> None:
    text = '{"process":0,"type":"invoke","f":"write","value":3}\n{"process":0,"type":"ok","f":"write","value":3}\n'
    once = write_history(read_history(text).history, name)
    assert write_history(read_history(once).history, name) == once
