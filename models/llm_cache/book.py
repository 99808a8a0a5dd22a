"""A router's book of one engine: how many blocks its entries take, and what is free, between two words of its load."""


class Book:
    """`used` is the sum of the entries' blocks, each key once; `free` what the engine said, less what was sent."""

    def __init__(self) -> None:
        self.used = 0
        self.free = 0

    def enter(self, keys: int, new: int) -> None:
        """`keys` were named as held, of which `new` ones had not been entered: only these take memory."""
        assert new <= keys, "no more keys can be new than were named"
        self.used += new

    def strike(self, gone: int) -> None:
        """So many entries went."""
        self.used -= gone

    def count(self, blocks: int) -> None:
        """All entries anew: they take so many blocks."""
        self.used = blocks

    def recovered(self, blocks: int) -> None:
        """What the index log says."""
        self.count(blocks)
