"""EDN: every form is read as its value, written values come back, and errors name line and column."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.checks.formats.edn import read_forms
from sim.checks.formats.edn_text import edn
from sim.checks.formats.error import FormatError
from sim.checks.formats.forms import Char, Form, Keyword, Map, Set, Symbol, Tagged
from sim.checks.formats.plain import plain
from sim.checks.values import same
from tests.checks.formats.strategies import rich


def read(text: str) -> list[Form]:
    return [form for _, form in read_forms(text)]


FORMS: list[tuple[str, Form]] = [
    ("nil", None),
    ("true", True),
    ("false", False),
    ("0", 0),
    ("-17", -17),
    ("+4", 4),
    ("12N", 12),
    ("9" * 40, int("9" * 40)),
    ("1.5", 1.5),
    ("1.", 1.0),
    ("-2e3", -2000.0),
    ("0.10M", Decimal("0.10")),
    ("##Inf", float("inf")),
    ('"a\\"b\\\\c\\n\\t\\r\\b\\f\\u00e9"', 'a"b\\c\n\t\r\b\fé'),
    ('"\\ud83d\\ude00"', "😀"),
    ('"two\nlines"', "two\nlines"),
    ("\\a", Char("a")),
    ("\\newline", Char("\n")),
    ("\\u0041", Char("A")),
    ("\\(", Char("(")),
    (":a", Keyword("a")),
    (":a/b", Keyword("a/b")),
    ("name", Symbol("name")),
    ("+", Symbol("+")),
    ("[1 [2] ()]", (1, (2,), ())),
    ("(1, 2)", (1, 2)),
    ("{:a 1, :b nil}", Map(((Keyword("a"), 1), (Keyword("b"), None)))),
    ("#{1 2}", Set((1, 2))),
    ('#inst "2026"', Tagged("inst", "2026")),
    ("#a/b #c [1]", Tagged("a/b", Tagged("c", (1,)))),
    ("[1 #_ 2 3]", (1, 3)),
    ("[1 #_ #_ 2 3]", (1,)),
    ("[1 #_[2 {3 4}] ; five\n6]", (1, 6)),
]


@pytest.mark.parametrize(("text", "form"), FORMS)
def test_a_form_is_read_as_its_value(text: str, form: Form) -> None:
    found = read(f" ,{text} ,\n")
    assert found == [form]
    assert same(type(found[0]).__name__, type(form).__name__)


def test_not_a_number_is_read() -> None:
    (found,) = read("##NaN")
    assert isinstance(found, float)
    assert found != found


def test_forms_follow_one_another_with_the_lines_where_they_begin() -> None:
    text = '1 [2\n3]\n\n{:a\n{:b 4}} ; no form\n#t\n"x" #_ skipped'
    found = list(read_forms(text))
    assert [line for line, _ in found] == [1, 1, 4, 6]
    outer = found[2][1]
    assert isinstance(outer, Map)
    inner = outer.pairs[0][1]
    assert isinstance(inner, Map)
    assert (outer.line, inner.line) == (4, 5)


ERRORS = [
    ("[1 2", "line 1:1: [ is not closed before the end of the file, expected ]"),
    ("\n [1\n #{2", "line 3:2: #{ is not closed before the end of the file, expected }"),
    ("1)", "line 1:2: ) closes nothing, expected a form"),
    ("[1\n2}", "line 2:2: } found, expected ] to close the [ of line 1:1"),
    ("{:a}", "line 1:1: a map of 1 forms, expected pairs of key and value"),
    ('[ "abc', 'line 1:3: a text that does not end, expected a closing "'),
    ('"a\\qb"', 'line 1:3: \\q in a text, expected one of \\" \\\\ \\n \\t \\r \\b \\f \\uXXXX'),
    ('"\\ud800"', "line 1:1: half of a surrogate pair, expected text"),
    ("\\toolong", "line 1:1: \\toolong found, expected a character such as \\a, \\newline or \\u00e9"),
    ("\\", "line 1:1: \\ found, expected a character such as \\a, \\newline or \\u00e9"),
    (": a", "line 1:1: : found, expected a keyword such as :read"),
    ("12abc", "line 1:1: '12abc' found, expected a number"),
    ("007", "line 1:1: '007' found, expected a number"),
    ("1/2", "line 1:1: '1/2' found, expected a number"),
    ("9" * 5000, "line 1:1: a number of 5,000 digits, expected at most 4,000"),
    ("#t", "line 1:1: #t before the end of the file, expected a form after it"),
    ("[#_]", "line 1:4: ] after #_, expected a form"),
    ("#1 2", "line 1:1: #1 found, expected a tag such as #jepsen.history.Op, or #{ or #_"),
    ("[" * 201, "line 1:201: forms nested more than 200 deep, expected a history"),
    ("#a " * 100_000, "line 1:601: forms nested more than 200 deep, expected a history"),
]


@pytest.mark.parametrize(("text", "said"), ERRORS)
def test_an_error_names_line_and_column(text: str, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(text)
    assert str(caught.value) == said


@given(rich)
def test_a_value_of_a_history_comes_back(value: object) -> None:
    (found,) = read(edn(value))
    assert same(plain(found, 1), value)


names = st.from_regex(r"[a-z][a-z0-9*!_?<>=.-]{0,6}", fullmatch=True).filter(
    lambda name: name not in ("nil", "true", "false")
)
forms: st.SearchStrategy[Form] = st.recursive(
    st.one_of(
        st.none(),
        st.integers(),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
        names.map(Keyword),
        names.map(Symbol),
        st.characters(exclude_categories=["Cs"]).map(Char),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple),
        st.lists(inner, max_size=3).map(lambda members: Set(tuple(members))),
        st.lists(st.tuples(inner, inner), max_size=3).map(lambda pairs: Map(tuple(pairs))),
        st.builds(Tagged, names, inner),
    ),
    max_leaves=8,
)


@given(forms)
def test_a_form_comes_back(form: Form) -> None:
    assert read(edn(form)) == [form]


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    try:
        read(text)
    except FormatError as error:
        assert error.line is not None  # noqa: PT017 - most texts raise nothing


@given(st.text('[]{}()#_"\\:;a1 \n,', max_size=40))
def test_any_brackets_are_read_or_refused_with_their_place(text: str) -> None:
    test_any_text_is_read_or_refused_with_its_place.hypothesis.inner_test(text)  # type: ignore[attr-defined]


def test_values_are_held_hashable_and_in_one_order() -> None:
    (form,) = read('{"b" [:x (1)], :a #{3 1}, 2 #t \\c, -1 {}}')
    assert plain(form, 1) == ((-1, ()), (2, ("t", "c")), ("a", frozenset({1, 3})), ("b", ("x", (1,))))


@pytest.mark.parametrize("text", ["#{1 1.0}", "#{1 true}", '#{:a "a"}', "{1 2, true 3}", "{:a 1, :a 2}"])
def test_a_set_or_a_map_that_would_lose_a_member_is_refused(text: str) -> None:
    (form,) = read(text)
    with pytest.raises(FormatError, match=r"^line 7: .*, expected (members|keys) that differ, and not only in type$"):
        plain(form, 7)


def test_sets_are_written_in_one_order() -> None:
    assert edn(frozenset({"b", "a", 10, 9, None, ("x",)})) == '#{9 10 "a" "b" nil ["x"]}'


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(FormatError, match=r"^b'x' of type bytes, expected numbers, texts, tuples or sets of them$"):
        edn((1, b"x"))


def test_depth_is_refused_when_writing() -> None:
    deep: object = ()
    for _ in range(300):
        deep = (deep,)
    with pytest.raises(FormatError, match=r"^a value nested more than 200 deep$"):
        edn(deep)
