"""What was wrong with a call of the command, said in one line."""

from sim import status


class UsageError(Exception):
    """The call or a file it names is no good. `status` is what the command exits with."""

    def __init__(self, message: str, code: int = status.USAGE, *, prefixed: bool = True) -> None:
        super().__init__(message)
        self.status = code
        self.prefixed = prefixed
