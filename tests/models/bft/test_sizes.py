"""Modelled bits: what each message counts for, and the good case of four protocols against its formula."""

import pytest

from benchmarks.agreement.measure import measure
from models.bft.messages import Evidence, Halt, LeaderVote, PbSend, PbShare, Vote
from models.bft.sizes import HEADER, LAMBDA, Size, size_of
from sim.agreement import Certificate, Share

SHARE = Share("n1", 7)
LISTED = Certificate(0, (SHARE, SHARE, SHARE))
OPAQUE = Certificate(3)


@pytest.mark.parametrize(
    ("body", "size"),
    [
        (PbShare(1, SHARE), Size(1, 1)),
        (PbSend(1, b"v"), Size(1, 0, 1)),
        (PbSend(2, b"v", OPAQUE), Size(1, 1, 1)),
        (PbSend(2, b"v", LISTED), Size(1, 3, 1)),
        (Vote(0, "n1", None), Size(1)),
        (Vote(0, "n1", Evidence(b"d", None, OPAQUE)), Size(1, 2)),
        (Vote(0, "n1", Evidence(b"d", b"v", OPAQUE)), Size(1, 2, 1)),
        (LeaderVote(1, None, OPAQUE, SHARE), Size(1, 2)),
        (Halt(1, b"v", OPAQUE, 2, (SHARE, SHARE)), Size(1, 2, 1)),
    ],
)
def test_a_message_counts_its_digests_signatures_and_values(body: PbSend, size: Size) -> None:
    assert size_of("1/p1-n1", body) == size


def test_listed_signatures_and_coin_shares_count_one_by_one() -> None:
    assert size_of("1", Halt(1, b"v", LISTED, 2, (SHARE, SHARE)), listed=True) == Size(1, 5, 1)


def test_a_vector_is_as_long_as_it_is() -> None:
    assert size_of("1/c-n1", PbSend(1, bytes(4))) == Size(1, 0, 0, 4)
    assert size_of("1/v-n1", PbSend(1, bytes(4))) == Size(1, 0, 1, 0)


@pytest.mark.parametrize("n", [4, 7, 10])
@pytest.mark.parametrize(
    ("protocol", "options", "tokens", "values"),
    [
        ("ckps", {}, (16, 0), (5, 0)),
        ("vaba", {}, (16, 0), (7, 0)),
        ("smvba", {}, (7, 0), (4, 0)),
        ("pmvba", {}, (15, 3), (4, 2)),
        ("pmvba", {"votes": "digest"}, (15, 3), (1, 2)),
        ("pmvba", {"recommend": "digest"}, (15, 3), (0, 2)),
    ],
)
def test_bits_of_the_good_case_are_those_of_the_formula(
    protocol: str, options: dict[str, object], tokens: tuple[int, int], values: tuple[int, int], n: int
) -> None:
    measured = measure(n, {"protocol": protocol, **options})
    k = (n - 1) // 3 + 1
    assert measured.size.tokens == tokens[0] * n * n + tokens[1] * k * n
    assert measured.size.values == values[0] * n * n + values[1] * k * n
    assert measured.size.vector == (2 * n**3 if protocol == "ckps" else 0)
    assert measured.size.messages == measured.messages
    plain = HEADER * measured.messages + LAMBDA * measured.size.tokens + measured.size.vector
    assert measured.size.bits(1000) == plain + 1000 * measured.size.values


def test_lists_of_signatures_cost_a_factor_n_more() -> None:
    def tokens(n: int, form: str) -> int:
        return measure(n, {"protocol": "vaba", "certificates": form}).size.tokens

    assert tokens(13, "multisig") / tokens(13, "threshold") > 1.5 * tokens(4, "multisig") / tokens(4, "threshold")
