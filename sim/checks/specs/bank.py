"""A bank: transfers between accounts, and reads of all balances."""

from collections.abc import Iterable, Mapping

from sim.checks.certificate import Certificate
from sim.checks.found import Found
from sim.checks.history import History, HistoryError, Op
from sim.checks.part import Part
from sim.checks.specs.spec import Spec, State
from sim.checks.values import typed

Balances = tuple[tuple[object, int], ...]


class Bank(Spec):
    """Accounts with balances. `transfer` takes (from, to, amount) and gives False if there was not enough; `read` gives
    all balances, as pairs (account, balance).

    `balances` are those at the beginning. Without them they are what was read before any transfer had been called.
    """

    name = "bank"
    verbs = {"transfer": "(from, to, amount): False if there was not enough", "read": "all (account, balance)"}
    reads = frozenset(("read",))
    plain = True

    def __init__(self, balances: Mapping[object, int] | None = None, *, overdraft: bool = False) -> None:
        self._balances = None if balances is None else _sorted(balances.items())
        self._overdraft = overdraft

    def fitted(self, history: History) -> tuple[History, Spec]:
        """With the balances at the beginning."""
        if self._balances is not None:
            return history, self
        for op in history:
            if op.f == "transfer":
                break
            if op.outcome == "ok":
                return history, Bank(dict(_pairs(op)), overdraft=self._overdraft)
        raise HistoryError(
            "no read of the bank was called before the first transfer: give the balances at the beginning"
        )

    def refuse(self, op: Op) -> str:
        """Also what is no transfer or shows no balances."""
        if op.f == "transfer":
            three = isinstance(op.arg, tuple) and len(op.arg) == 3 and type(op.arg[2]) is int
            return "" if three else "transfer with (from, to, amount)"
        if op.f != "read" or op.outcome != "ok":
            return super().refuse(op)
        pairs = op.result if isinstance(op.result, tuple) else (None,)
        fits = all(isinstance(pair, tuple) and len(pair) == 2 and type(pair[1]) is int for pair in pairs)
        return "" if fits else "all balances, as pairs (account, balance)"

    def initial(self) -> State:
        """The balances at the beginning."""
        assert self._balances is not None, "a bank is fitted to its history first"
        return self._balances

    def step(self, state: State, op: Op) -> tuple[State, ...]:
        """The balances that follow, or none."""
        assert isinstance(state, tuple), "a bank is a tuple of (account, balance)"
        if op.f == "read":
            return (state,) if op.outcome == "unknown" or typed(_sorted(_pairs(op))) == typed(state) else ()
        giver, taker, amount = _transfer(op)
        balances = {typed(account): (account, balance) for account, balance in state}
        enough = self._overdraft or balances.get(typed(giver), (giver, 0))[1] >= amount
        if op.outcome != "unknown" and enough is (op.result is False):
            return ()
        if not enough:
            return (state,)
        for account, change in ((giver, -amount), (taker, amount)):
            name, balance = balances.get(typed(account), (account, 0))
            balances[typed(account)] = (name, balance + change)
        return (_sorted(balances.values()),)

    def read_only(self, op: Op) -> bool:
        """Also what says that it changed nothing."""
        return op.f in self.reads or (op.outcome == "ok" and op.result is False)

    def sanity(self, part: Part) -> Found | None:
        """A read whose sum is another, or that shows less than nothing."""
        total = sum(balance for _, balance in self._balances or ())
        for i, verb in enumerate(part.verb):
            if verb == "read" and not part.maybe[i] and self._is_wrong(part.op(i), total):
                return Found("fail", certificate=Certificate("bounds", blocks=((i,),), value=total))
        return None

    def verify(self, ops: Mapping[int, Op], proof: Certificate) -> str:
        """By adding up."""
        total = sum(balance for _, balance in self._balances or ())
        read = ops[proof.blocks[0][0]]
        return "" if read.f == "read" and self._is_wrong(read, total) else "the sum is right"

    def _is_wrong(self, read: Op, total: int) -> bool:
        balances = [balance for _, balance in _pairs(read)]
        return sum(balances) != total or (not self._overdraft and min(balances, default=0) < 0)


def _pairs(op: Op) -> tuple[tuple[object, int], ...]:
    assert isinstance(op.result, tuple), f"{op} shows no balances"
    return op.result


def _transfer(op: Op) -> tuple[object, object, int]:
    assert isinstance(op.arg, tuple), f"{op} has no (from, to, amount)"
    giver, taker, amount = op.arg
    assert type(amount) is int, f"{op} moves no whole amount"
    return giver, taker, amount


def _sorted(pairs: Iterable[tuple[object, int]]) -> Balances:
    return tuple(sorted(pairs, key=lambda pair: (str(type(pair[0])), str(pair[0]))))
