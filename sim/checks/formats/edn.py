r"""Reads EDN, the notation in which Jepsen writes histories: https://github.com/edn-format/edn.

| form | becomes |
|---|---|
| ``nil true false`` | None, True, False |
| ``1``, ``1N``; ``1.5``, ``##Inf``; ``1.5M`` | int; float; Decimal |
| ``"text"``, ``\a``, ``:name``, ``name`` | str, Char, Keyword, Symbol |
| ``[..]`` and ``(..)`` | tuple: EDN itself says that they are equal |
| ``{..}``, ``#{..}`` | Map, Set: in the order in which they are written |
| ``#tag form`` | Tagged |

Commas are white space, ``;`` begins a comment, ``#_`` skips a form.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NoReturn

from sim.checks.formats.error import DEPTH_MAX, DIGITS_MAX, FormatError, shown
from sim.checks.formats.forms import Char, Form, Keyword, Map, Set, Symbol, Tagged

STRING, CLOSED, OPEN, CLOSE, HASH, CHAR, ATOM = range(1, 8)

# Every character that is not white space belongs to one of these, so searching skips white space and nothing else.
TOKEN = re.compile(
    r'"([^"\\]*(?:\\.[^"\\]*)*)("?)'
    r"|([(\[{]|\#\{)|([)\]}])"
    r"|;[^\n]*"
    r'|\#(_|[^\s,;"()\[\]{}\\]*)'
    r"|\\([A-Za-z0-9]+|[^\s]?)"
    r'|([^\s,;"()\[\]{}\\]+)',
    re.DOTALL,
)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)N?")
_DECIMAL = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?M?")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_ESCAPED = {'"': '"', "\\": "\\", "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_NAMED = {"newline": "\n", "space": " ", "tab": "\t", "return": "\r", "backspace": "\b", "formfeed": "\f"}
_CLOSING = {"(": ")", "[": "]", "{": "}", "#{": "}"}
_SPECIAL = {"#Inf": float("inf"), "#-Inf": float("-inf"), "#NaN": float("nan")}
_SKIP = "#_"


class _Frame:
    """A form that has begun: a bracket, or a tag or ``#_`` that waits for the form after it."""

    __slots__ = ("forms", "line", "opener", "place", "waits")

    def __init__(self, opener: str, place: int, line: int, *, waits: bool = False) -> None:
        self.opener = opener
        self.place = place
        self.line = line
        self.waits = waits
        self.forms: list[Form] = []


def read_forms(text: str) -> Iterator[tuple[int, Form]]:
    """The forms of a text one after the other, each with the line where it begins; FormatError with line and column."""
    return _Reader(text).forms()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._stack: list[_Frame] = []
        self._atoms: dict[str, Form] = {}
        self._line, self._counted = 1, 0
        self._begun = 1

    def forms(self) -> Iterator[tuple[int, Form]]:
        """Read token by token; brackets are kept on a stack of our own, so that depth costs no recursion."""
        stack, atoms = self._stack, self._atoms
        for token in TOKEN.finditer(self._text):
            kind = token.lastindex
            form: Form
            if kind == ATOM:
                word = token[ATOM]
                if word not in atoms:
                    atoms[word] = self._atom(word, token.start())
                form = atoms[word]
            elif kind == CLOSED:
                form = self._string(token)
            elif kind == CLOSE:
                form = self._close(token[CLOSE], token.start())
            elif kind == OPEN:
                self._push(token[OPEN], token.start())
                continue
            elif kind is None:
                continue
            elif kind == HASH and token[HASH] not in _SPECIAL:
                self._push("#" + token[HASH], token.start(), waits=True)
                continue
            else:
                form = _SPECIAL[token[HASH]] if kind == HASH else self._char(token[CHAR], token.start())
            if stack and not stack[-1].waits:
                stack[-1].forms.append(form)
            else:
                yield from self._arrived(form, token.start())
        if stack:
            self._refuse_open(stack[-1])

    def _arrived(self, form: Form, place: int) -> Iterator[tuple[int, Form]]:
        """A form for which a tag waits, or that stands on the top level; it ends at `place`, or is there as a whole."""
        stack = self._stack
        line = self._begun if isinstance(form, (tuple, Map, Set)) else 0
        while stack and stack[-1].waits:
            waiting = stack.pop()
            if waiting.opener == _SKIP:
                return
            line = waiting.line
            form = Tagged(waiting.opener[1:], form)
        if stack:
            stack[-1].forms.append(form)
        else:
            yield line or self._line_at(place), form

    def _push(self, opener: str, place: int, *, waits: bool = False) -> None:
        if len(self._stack) >= DEPTH_MAX:
            self._refuse(place, f"forms nested more than {DEPTH_MAX} deep", "a history")
        if waits and opener != _SKIP and not opener[1:2].isalpha():
            self._refuse(place, f"{opener} found", "a tag such as #jepsen.history.Op, or #{ or #_")
        self._stack.append(_Frame(opener, place, self._line_at(place), waits=waits))

    def _close(self, bracket: str, place: int) -> Form:
        if not self._stack:
            self._refuse(place, f"{bracket} closes nothing", "a form")
        frame = self._stack[-1]
        if frame.waits:
            self._refuse(place, f"{bracket} after {frame.opener}", "a form")
        if bracket != _CLOSING[frame.opener]:
            opened = self._where(frame.place)
            wanted = f"{_CLOSING[frame.opener]} to close the {frame.opener} of line {opened[0]}:{opened[1]}"
            self._refuse(place, f"{bracket} found", wanted)
        self._stack.pop()
        self._begun = frame.line
        forms = frame.forms
        if frame.opener == "{":
            if len(forms) % 2:
                self._refuse(frame.place, f"a map of {len(forms)} forms", "pairs of key and value")
            return Map(tuple(zip(forms[::2], forms[1::2], strict=True)), frame.line)
        return Set(tuple(forms)) if frame.opener == "#{" else tuple(forms)

    def _string(self, token: re.Match[str]) -> str:
        if not token[CLOSED]:
            self._refuse(token.start(), "a text that does not end", 'a closing "')
        text = token[STRING]
        return self._unescaped(text, token.start()) if "\\" in text else text

    def _unescaped(self, text: str, place: int) -> str:
        def meant(escape: re.Match[str]) -> str:
            if escape[1]:
                return chr(int(escape[1], 16))
            if escape[2] not in _ESCAPED:
                self._refuse(
                    place + 1 + escape.start(),
                    f"\\{escape[2]} in a text",
                    'one of \\" \\\\ \\n \\t \\r \\b \\f \\uXXXX',
                )
            return _ESCAPED[escape[2]]

        return self._joined(_ESCAPE.sub(meant, text), place)

    def _joined(self, text: str, place: int) -> str:
        """Java writes one character beyond 16 bits as two escapes; half of one is no text."""
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._refuse(place, "half of a surrogate pair", "text")

    def _char(self, name: str, place: int) -> Char:
        if len(name) == 1:
            return Char(name)
        if re.fullmatch(r"u[0-9A-Fa-f]{4}", name):
            return Char(self._joined(chr(int(name[1:], 16)), place))
        if name not in _NAMED:
            self._refuse(place, f"\\{name} found", "a character such as \\a, \\newline or \\u00e9")
        return Char(_NAMED[name])

    def _atom(self, word: str, place: int) -> Form:
        if word in ("nil", "true", "false"):
            return None if word == "nil" else word == "true"
        if word[0] == ":":
            if len(word) == 1 or word[1] == ":":
                self._refuse(place, f"{word} found", "a keyword such as :read")
            return Keyword(word[1:])
        if word[0].isdigit() or (word[0] in "+-" and word[1:2].isdigit()):
            return self._number(word, place)
        return Symbol(word)

    def _number(self, word: str, place: int) -> Form:
        if len(word) > DIGITS_MAX:
            self._refuse(place, f"a number of {len(word):,} digits", f"at most {DIGITS_MAX:,}")
        if _INTEGER.fullmatch(word):
            return int(word.rstrip("N"))
        if not _DECIMAL.fullmatch(word) or re.match(r"[-+]?0[0-9]", word):
            self._refuse(place, f"{shown(word)} found", "a number")
        return Decimal(word[:-1]) if word[-1] == "M" else float(word)

    def _line_at(self, place: int) -> int:
        """The line of a place behind all that were asked for, counted from the last of them."""
        self._line += self._text.count("\n", self._counted, place)
        self._counted = place
        return self._line

    def _where(self, place: int) -> tuple[int, int]:
        return self._text.count("\n", 0, place) + 1, place - self._text.rfind("\n", 0, place)

    def _refuse(self, place: int, found: str, expected: str) -> NoReturn:
        line, column = self._where(place)
        raise FormatError(found, expected, line, column)

    def _refuse_open(self, frame: _Frame) -> NoReturn:
        if frame.waits:
            self._refuse(frame.place, f"{frame.opener} before the end of the file", "a form after it")
        self._refuse(frame.place, f"{frame.opener} is not closed before the end of the file", _CLOSING[frame.opener])
