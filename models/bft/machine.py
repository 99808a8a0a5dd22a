"""The key-value machine that the log drives: every command once, in the order of the log."""

from models.bft.requests import Command


class KeyValueMachine:
    """A map of text to text; a key that was never put holds None. A repeated command answers what it did before."""

    def __init__(self) -> None:
        self._values: dict[str, str | None] = {}
        self._answers: dict[tuple[str, int], str | None] = {}

    def is_done(self, client: str, serial: int) -> bool:
        """Whether the command was applied before."""
        return (client, serial) in self._answers

    def apply(self, command: Command) -> str | None:
        """Do a command, once; the value that its key held."""
        key = (command.client, command.serial)
        if key not in self._answers:
            seen = self._values.get(command.key)
            if command.verb == "put" or (command.verb == "cas" and seen == command.old):
                self._values[command.key] = command.new
            self._answers[key] = seen
        return self._answers[key]
