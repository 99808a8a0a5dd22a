# ruff: noqa: E501 - a file and what is said of it, side by side
"""Every way in which a file can be wrong is said in one line, with the line where it is."""

import pytest

from sim.checks.formats import FormatError, read_history

OK = '{"process":0,"type":"invoke","f":"read"}\n{"process":0,"type":"ok","f":"read","value":1}\n'
EDN = "{:process 0, :type :invoke, :f :read, :value nil}\n"
LOG = "INFO  jepsen.util - 0\t:invoke\t:read\tnil\n"
KV = '{:process 0, :type :invoke, :f :append, :key "0", :value "x"}\n'

FILES: dict[str, tuple[str | bytes, str]] = {
    "nothing fits": (
        "\nhello\n",
        "line 2: 'hello' found, expected the first event in one of the formats jepsen, etcd, porcupine-kv, json",
    ),
    "array of JSON": (
        '[{"process":0}]\n',
        "line 1: '[{\"process\":0}]' found, expected the first event in one of the formats jepsen, etcd, porcupine-kv, json",
    ),
    "end without call": (
        OK + '{"process":3,"type":"ok","f":"read"}',
        "line 3: ok of process 3, which has no open call, expected invoke",
    ),
    "end after info": (
        EDN + EDN.replace(":invoke", ":info") + EDN.replace(":invoke", ":ok"),
        "line 3: ok of process 0, which has no open call after its info of line 2, expected invoke",
    ),
    "two open": (
        EDN + EDN,
        "line 2: process 0 calls read while its read of line 1 is open, expected ok, fail or info first",
    ),
    "acts after info": (
        LOG + "INFO  jepsen.util - 0\t:info\t:read\t:timed-out\n" + LOG,
        "line 3: process 0 acts again after its info of line 2, expected a new process number",
    ),
    "other function": (EDN + "{:process 0, :type :ok, :f :write}", "line 2: process 0 ends a write, expected the end of its read of line 1"),
    "unknown type": (
        '{"process":0,"type":"invok","f":"read"}',
        "line 1: unknown type 'invok', expected one of invoke, ok, fail, info, did you mean invoke?",
    ),
    "type is a number": ("{:process 0 :type 7 :f :read}", "line 1: unknown type 7, expected one of invoke, ok, fail, info"),
    "no type": ("{:process 0 :f :read}", "line 1: an event without type, expected one of invoke, ok, fail, info"),
    "no function": ('{"process":0,"type":"invoke"}', "line 1: an event without f, expected the name of a function"),
    "function is a number": ('{"process":0,"type":"invoke","f":3}', "line 1: f is 3, expected the name of a function"),
    "no process": ('{"type":"ok"}', "line 1: an event without process, expected a whole number, or the name of one that is no client"),
    "process is a float": (
        '{"process":1.0,"type":"ok","f":"read"}',
        "line 1: process 1.0, expected a whole number, or the name of one that is no client",
    ),
    "process is true": (
        '{"process":true,"type":"ok","f":"read"}',
        "line 1: process True, expected a whole number, or the name of one that is no client",
    ),
    "process is huge": ("{:process 99999999999999999999 :type :ok :f :read}", "line 1: process 99999999999999999999, expected a number from 0 to 2^62"),
    "value misspelt": (
        '{"process":0,"type":"invoke","f":"write","valeu":3}',
        "line 1: unknown field 'valeu', expected value, did you mean value?",
    ),
    "key misspelt": ("{:process 0 :type :invoke :f :write :keys 1}", "line 1: unknown field 'keys', expected key, did you mean key?"),
    "client is a number": ("{:process 0 :type :invoke :f :read :sim/client 3}", "line 1: client 3, expected a text"),
    "time is text": (
        '{"process":0,"type":"invoke","f":"read","time":"now"}',
        "line 1: time 'now', expected a whole number from 0 to 2^62",
    ),
    "time in some": (EDN + "{:process 1, :type :invoke, :f :read, :time 5}", "line 2: a time, expected none as in line 1"),
    "no time in some": ("{:process 1, :type :invoke, :f :read, :time 5}\n" + EDN, "line 2: no time, expected a time as in line 1"),
    "index falls": (
        '{"index":4,"process":0,"type":"invoke","f":"read"}\n{"index":4,"process":0,"type":"ok","f":"read"}',
        "line 2: index 4, expected more than the 4 before it",
    ),
    "key in some": (OK + '{"process":0,"type":"invoke","f":"read","key":"x"}', "line 3: key 'x', expected none as in line 1"),
    "no key in some": (KV.replace("append", "write") + EDN.replace("0", "1"), "line 2: no key, expected a key such as '0' as in line 1"),
    "keys of two types": (
        '{"process":0,"type":"invoke","f":"read","key":"x"}\n{"process":1,"type":"invoke","f":"read","key":7}',
        "line 2: key 7, expected a key such as 'x' as in line 1",
    ),
    "key changes": (KV + KV.replace(":invoke", ":ok").replace('"0"', '"1"'), "line 2: an end with key '1', expected '0' as at the call in line 1"),
    "cas without pair": (
        '{"process":0,"type":"invoke","f":"cas","value":[1]}',
        "line 1: a cas of (1,), expected a pair, the old value and the new",
    ),
    "cas ends with another pair": (
        "{:process 0 :type :invoke :f :cas :value [1 2]}\n{:process 0 :type :ok :f :cas :value [1 3]}",
        "line 2: a cas that ended with (1, 3), expected (1, 2) as at its call in line 1, true or false",
    ),
    "failed cas that swapped": (
        "{:process 0 :type :invoke :f :cas :value [1 2]}\n{:process 0 :type :fail :f :cas :value [1 2] :sim/result 1}",
        "line 2: a cas that failed with result 1, expected false, or the value seen",
    ),
    "txn without steps": ("{:process 0 :type :invoke :f :txn :value 3}", "line 1: a txn of 3, expected a list of steps such as [:r key nil]"),
    "step of two": (
        "{:process 0 :type :invoke :f :txn :value [[:r 1]]}",
        "line 1: a step ('r', 1), expected [what key value], with what one of r, append, w",
    ),
    "unknown step": (
        "{:process 0 :type :invoke :f :txn :value [[:apend 1 2]]}",
        "line 1: a step 'apend', expected one of r, append, w, did you mean append?",
    ),
    "txn not filled in": (
        "{:process 0 :type :invoke :f :txn :value [[:r 1 nil]]}\n{:process 0 :type :ok :f :txn}",
        "line 2: a txn that ended ok with None, expected its steps, filled in",
    ),
    "other steps": (
        "{:process 0 :type :invoke :f :txn :value [[:r 1 nil]]}\n{:process 0 :type :ok :f :txn :value [[:r 2 [3]]]}",
        "line 2: steps (('r', 2, (3,)),), expected the steps of its call in line 1, (('r', 1, None),)",
    ),
    "append of another value": (
        "{:process 0 :type :invoke :f :txn :value [[:append 1 2]]}\n{:process 0 :type :ok :f :txn :value [[:append 1 3]]}",
        "line 2: steps (('append', 1, 3),), expected the steps of its call in line 1, (('append', 1, 2),)",
    ),
    "EDN cut short": (EDN + EDN[:30] + "\n", "line 2:1: { is not closed before the end of the file, expected }"),
    "EDN cut in a text": (KV[:-3], 'line 1:58: a text that does not end, expected a closing "'),
    "vector cut short": ("[" + EDN, "line 1:1: [ is not closed before the end of the file, expected ]"),
    "form that is no event": (EDN + "\n:stray\n", "line 3: :stray found, expected a map such as {:process 0, :type :invoke, ..}"),
    "vector holds no event": (f"[{EDN} 7]", "line 1: 7 found, expected a map such as {:process 0, :type :invoke, ..}"),
    "key is no keyword": ('{:process 0 "type" :ok}', "line 1: an event with the key \"type\", expected keywords such as :process"),
    "key twice": ("{:process 0 :process 1}", "line 1: :process twice in one event, expected each key once"),
    "tuple of three": (
        "{:process 0 :type :invoke :f :read :value #jepsen.independent/tuple [1 2 3]}",
        "line 1: #jepsen.independent/tuple [1 2 3], expected a pair of key and value",
    ),
    "tuple and key": (
        "{:process 0 :type :invoke :f :read :key 1 :value #jepsen.independent/tuple [1 nil]}",
        "line 1: :key and #jepsen.independent/tuple in one event, expected one of them",
    ),
    "JSON cut short": (OK + '{"process":0,"type":"inv', "line 3: JSON that is cut short, expected a closing brace"),
    "no JSON": (OK + '{"process":0 "type"}', "line 3:14: no JSON: expected ',' or '}', expected one JSON object"),
    "no object": (OK + "[1]", "line 3: [1], expected a JSON object for each event"),
    "JSON too deep": (
        '{"process":0,"type":"invoke","f":"w","value":' + "[" * 5000 + "]" * 5000 + "}",
        "line 1: arrays nested more than 200 deep, expected a history",
    ),
    "value too deep": (
        '{"process":0,"type":"invoke","f":"w","value":' + "[" * 250 + "]" * 250 + "}",
        "line 1: a value nested more than 200 deep, expected a history",
    ),
    "EDN too deep": (EDN[:-5] + "[" * 5000, "line 1:245: forms nested more than 200 deep, expected a history"),
    "JSON among EDN": (EDN + OK, "line 2: a line of the format json, expected jepsen"),
    "EDN among JSON": (OK + EDN, "line 3: a line of the format jepsen or porcupine-kv, expected json"),
    "log among EDN": (EDN + LOG, "line 2: a line of the format etcd, expected jepsen"),
    "JSON among log": (LOG + OK, "line 2: a line of the format json, expected etcd"),
    "EDN among log": (LOG + EDN, "line 2: a line of the format jepsen or porcupine-kv, expected etcd"),
    "log: unknown type": (
        LOG + LOG.replace(":invoke", ":okay"),
        "line 2: unknown type 'okay', expected one of invoke, ok, fail, info, did you mean ok?",
    ),
    "log: unknown function": (
        LOG.replace(":read", ":raed"),
        "line 1: unknown function 'raed', expected one of read, write, cas, did you mean read?",
    ),
    "log: cut short": (LOG + "INFO  jepsen.util - 0\t:ok", "line 2: ':ok', expected a type, a function and a value, such as :ok :read 3"),
    "log: cas cut short": (
        LOG.replace(":read\tnil", ":cas\t[1 "),
        "line 1: [ is not closed before the end of the line, expected ]",
    ),
    "log: cas of one": (LOG.replace(":read\tnil", ":cas\t[1]"), "line 1: :invoke :cas '[1]', expected a pair of integers such as [1 3]"),
    "log: write of text": (LOG.replace(":read\tnil", ':write\t"a"'), "line 1: :invoke :write '\"a\"', expected an integer"),
    "log: read of two": (
        LOG + LOG.replace(":invoke", ":ok").replace("nil", "1 2"),
        "line 2: :ok :read '1 2', expected nil or an integer",
    ),
    "log: read with a value": (LOG.replace("nil", "3"), "line 1: :invoke :read '3', expected nil"),
    "log: process": (LOG.replace("0", "9" * 20), "line 1: process '99999999999999999999', expected a number below 10^18"),
    "kv: unknown function": (
        KV + KV.replace("append", "apend"),
        "line 2: unknown function 'apend', expected one of get, put, append, did you mean append?",
    ),
    "kv: fail": (KV + KV.replace(":invoke", ":fail"), "line 2: type fail, expected invoke or ok: the format porcupine-kv has no other"),
    "kv: key": (KV + KV.replace('"0"', "1"), "line 2: key 1, expected a text"),
    "kv: no key": (KV + EDN.replace(":read", ":get"), "line 2: no key, expected a text"),
    "kv: value": (KV.replace('"x"', "7"), "line 1: value 7, expected a text"),
    "kv: value of get": (KV.replace('"x"', "7").replace("append", "get"), "line 1: value 7, expected nil"),
    "set that merges": (EDN + "{:process 0 :type :ok :f :read :value #{1 1.0}}", "line 2: a set that holds equal members, expected members that differ, and not only in type"),
    "no UTF-8": (b"\xef\xbb\xbf" + OK.encode() + b"ab\xff\n", "line 3:3: byte 0xff that is no UTF-8, expected text"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_what_is_wrong_is_said_with_its_line(name: str) -> None:
    text, said = FILES[name]
    with pytest.raises(FormatError) as caught:
        read_history(text)
    assert str(caught.value) == said


def test_a_function_that_the_caller_does_not_know_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        read_history(OK.replace("read", "raed"), known_verbs=["write", "read"])
    said = "line 1: unknown function 'raed', expected one of read, write, did you mean read?"
    assert str(caught.value) == said
    assert len(read_history(OK, known_verbs={"read"}).history) == 1


def test_a_plain_pair_is_wanted_where_keys_are_independent() -> None:
    with pytest.raises(FormatError) as caught:
        read_history(EDN, independent=True)
    assert str(caught.value) == "line 1: value None, expected a pair of key and value, as keys are independent"


def test_a_format_that_is_none_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        read_history(OK, "jsn")
    said = "unknown format 'jsn', expected one of jepsen, etcd, porcupine-kv, json, did you mean json?"
    assert str(caught.value) == said


def test_a_log_is_asked_for_and_none_is_found() -> None:
    with pytest.raises(FormatError) as caught:
        read_history("one\ntwo\n", "etcd")
    said = "line 1: no line of a log of Jepsen, expected lines such as INFO  jepsen.util - 0 :invoke :read nil"
    assert str(caught.value) == said


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(FormatError) as caught:
        read_history("no-such-file.edn")
    assert str(caught.value) == "cannot read no-such-file.edn: No such file or directory"


def test_a_name_that_no_file_can_have_is_said() -> None:
    with pytest.raises(FormatError, match=r"^cannot read .*null"):
        read_history("no\0file")
