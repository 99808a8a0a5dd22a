"""Lists of objects, page by page, with common prefixes. Each page is of one moment; pages together are no snapshot.

The elements of a list are keys and common prefixes, in one order. A page holds the elements greater than `after`, so
the pages of a list are its elements cut into pieces. A key that is rolled up into a common prefix is no element.
"""

from collections.abc import Iterator

from models.veristore.machine import keys
from models.veristore.machine.catalogue import Catalogue
from models.veristore.machine.limits import Limits
from models.veristore.machine.names import check_bucket
from models.veristore.machine.questions import ListObjects
from models.veristore.machine.replies import Deny, Entry, Listed, Reply
from models.veristore.machine.view import View

_BEHIND = b"\xff"
"""A byte that no text in UTF-8 has: behind a prefix it is behind all keys that begin so."""

_AT_ONCE = 100


class Listing:
    """Makes pages."""

    def __init__(self, limits: Limits, catalogue: Catalogue) -> None:
        self._limits = limits
        self._catalogue = catalogue

    def page(self, view: View, question: ListObjects) -> Reply:
        """One page."""
        check_bucket(question.bucket)
        if not 1 <= question.max_keys <= self._limits.list_max:
            said = f"max_keys {question.max_keys} is not between 1 and {self._limits.list_max}"
            raise Deny(400, "InvalidArgument", said)
        elements: list[Entry | str] = []
        for element in self._elements(view, question):
            if len(elements) == question.max_keys:
                return _page(elements, truncated=True)
            elements.append(element)
        return _page(elements, truncated=False)

    def _elements(self, view: View, question: ListObjects) -> Iterator[Entry | str]:
        """Keys and common prefixes, in order."""
        bucket = keys.object_key(question.bucket, "")
        prefix, after = bucket + question.prefix.encode(), self._after(question)
        while found := self._catalogue.entries(view, prefix, after, _AT_ONCE):
            for stored, meta in found:
                _, key = keys.object_name(stored)
                common = common_prefix(key, question.prefix, question.delimiter)
                after = stored if not common else bucket + common.encode() + _BEHIND
                yield common or Entry(key, meta.version, meta.etag, meta.size)
                if common:
                    break

    def _after(self, question: ListObjects) -> bytes:
        """Where to begin: behind all that a common prefix not greater than `after` stands for."""
        if not question.after:
            return b""
        common = common_prefix(question.after, question.prefix, question.delimiter)
        after = keys.object_key(question.bucket, common or question.after)
        return after + _BEHIND if common else after


def common_prefix(key: str, prefix: str, delimiter: str) -> str:
    """What `key` is rolled up into; empty if it stands for itself."""
    if not delimiter or not key.startswith(prefix):
        return ""
    at = key.find(delimiter, len(prefix))
    return "" if at < 0 else key[: at + len(delimiter)]


def _page(elements: list[Entry | str], *, truncated: bool) -> Listed:
    entries = tuple(element for element in elements if isinstance(element, Entry))
    prefixes = tuple(element for element in elements if isinstance(element, str))
    last = elements[-1] if elements else ""
    return Listed(entries, prefixes, truncated, last.key if isinstance(last, Entry) else last)
