"""Money: whole cents, and what an order comes to. Prices are fixed when an order is placed."""

from models.gandom.settings import Settings
from sim import Message


class Line(Message):
    """One line of an order: so many of a sku at `price` cents each."""

    sku: str
    quantity: int
    price: int


class Pricing:
    """The price list."""

    def __init__(self, settings: Settings) -> None:
        self._prices = {f"k{number}": price for number, price in enumerate(settings.prices)}

    @property
    def skus(self) -> tuple[str, ...]:
        """All that is sold."""
        return tuple(self._prices)

    def wrong(self, wanted: tuple[tuple[str, int], ...]) -> str:
        """What is wrong with the lines that somebody wants; empty if nothing is."""
        if not wanted:
            return "an order needs at least one line"
        for sku, quantity in wanted:
            if sku not in self._prices:
                return f"no sku {sku!r}; there are {', '.join(self._prices)}"
            if quantity < 1:
                return f"{quantity} of {sku}: expected at least 1"
        return ""

    def lines(self, wanted: tuple[tuple[str, int], ...]) -> tuple[Line, ...]:
        """Lines with today's prices; a sku that is named twice is one line."""
        sums: dict[str, int] = {}
        for sku, quantity in wanted:
            sums[sku] = sums.get(sku, 0) + quantity
        return tuple(Line(sku, quantity, self._prices[sku]) for sku, quantity in sums.items())

    def total(self, lines: tuple[Line, ...]) -> int:
        """What the lines cost, in cents."""
        return sum(line.price * line.quantity for line in lines)
