"""Tables of texts: each text once, and a number for it."""


class Names:
    """Texts in order of first use."""

    def __init__(self) -> None:
        self.list: list[str] = []
        self._codes: dict[str, int] = {}

    def code(self, text: str) -> int:
        """The number of a text."""
        found = self._codes.get(text)
        if found is None:
            found = self._codes[text] = len(self.list)
            self.list.append(text)
        return found


class Contents:
    """Contents of messages and events within a budget of bytes: those that are asked for first are kept."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.spared = 0
        self._names = Names()
        self._known: set[str] = set()

    @property
    def list(self) -> list[str]:
        """The texts that are kept."""
        return self._names.list

    def code(self, text: str) -> int:
        """The number of a text, -1 if there was no room for it."""
        if text not in self._known:
            size = len(text.encode("utf-8", "surrogatepass")) + 3
            if size > self.left:
                self.spared += 1
                return -1
            self.left -= size
            self._known.add(text)
        return self._names.code(text)
