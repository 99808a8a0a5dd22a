"""Nobody signs for another, nothing verifies but what was signed, and no coin opens early."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world.coins import CoinMode
from sim.world.signatures import Certificate, Registry, Share, Signatures, Signer, Tag, digest_of

NAMES = ("n1", "n2", "n3", "n4")
TAG = Tag("pb", "1", "stage1", 2, "n3")
OTHER = {"protocol": "abba", "instance": "2", "phase": "stage2", "round": 3, "proposer": "n4"}
tags = st.builds(
    Tag, st.sampled_from("pq"), st.sampled_from("12"), st.sampled_from("ab"), st.integers(0, 2), st.sampled_from("xy")
)
values = st.sampled_from([0, 1, True, False, None, b"", b"v", "v", (), (b"v",), ("v", 1)])


def bench(seed: int = 1) -> tuple[Registry, Signatures, dict[str, Signer]]:
    registry = Registry(seed)
    return registry, Signatures(registry, "n1"), {name: Signer(registry, name) for name in NAMES}


def test_a_share_verifies_for_its_signer_tag_and_value_only() -> None:
    _, signatures, signers = bench()
    share = signers["n2"].share(TAG, b"v")
    assert signatures.valid(share, "n2", TAG, b"v")
    assert not signatures.valid(share, "n1", TAG, b"v")
    assert not signatures.valid(share, "n2", TAG, b"w")


@pytest.mark.parametrize("field", sorted(OTHER))
def test_a_tag_that_differs_in_one_field_is_another_tag(field: str) -> None:
    _, signatures, signers = bench()
    other = msgspec.structs.replace(TAG, **{field: OTHER[field]})
    shares = [signer.share(TAG, b"v") for signer in signers.values()]
    certificate = signatures.combine(TAG, b"v", shares, 3)
    assert certificate is not None
    assert signatures.certified(certificate, TAG, b"v", 3)
    assert not signatures.valid(shares[0], "n1", other, b"v")
    assert not signatures.certified(certificate, other, b"v", 3)
    assert signatures.combine(other, b"v", shares, 1) is None


@settings(max_examples=200, deadline=None)
@given(tags, tags, values, values)
def test_equal_digests_mean_equal_tags_and_values(tag: Tag, other: Tag, value: object, another: object) -> None:
    _, signatures, signers = bench()
    share = signers["n1"].share(tag, value)
    same = tag == other and type(value) is type(another) and value == another
    assert signatures.valid(share, "n1", other, another) == same


def test_an_invented_share_or_certificate_verifies_nowhere() -> None:
    _, signatures, signers = bench()
    true = signers["n2"].share(TAG, b"v")
    assert not signatures.valid(Share("n2", true.seal ^ 1), "n2", TAG, b"v")
    assert not signatures.valid(Share("n3", true.seal), "n3", TAG, b"v")
    assert not signatures.certified(Certificate(true.seal), TAG, b"v", 1)


def test_a_share_that_was_not_received_cannot_be_guessed_from_what_it_says() -> None:
    one, other = (Signer(Registry(seed), "n2").share(TAG, b"v") for seed in (1, 2))
    assert one != other


def test_one_signer_makes_unequal_shares_that_count_once() -> None:
    _, signatures, signers = bench()
    shares = [signers["n1"].share(TAG, b"v", salt) for salt in range(4)]
    assert len(set(shares)) == 4
    assert all(signatures.valid(share, "n1", TAG, b"v") for share in shares)
    assert signatures.combine(TAG, b"v", shares, 2) is None


def test_k_is_the_verifiers() -> None:
    _, signatures, signers = bench()
    certificate = signatures.combine(TAG, b"v", [signers[name].share(TAG, b"v") for name in ("n1", "n2")], 2)
    assert certificate is not None
    assert signatures.certified(certificate, TAG, b"v", 2)
    assert not signatures.certified(certificate, TAG, b"v", 3)


def test_a_signer_looks_into_its_own_shares_only() -> None:
    _, _, signers = bench()
    share = signers["n2"].share(TAG, b"v")
    assert signers["n2"].meant(share) == (TAG, digest_of(b"v"))
    assert signers["n1"].meant(share) is None


def test_all_see_one_coin_whatever_shares_they_have() -> None:
    registry, signatures, signers = bench()
    shares = [signer.coin_share(TAG) for signer in signers.values()]
    other = Signatures(registry, "n4")
    assert signatures.coin(TAG, shares[:2], 2) == other.coin(TAG, shares[2:], 2)
    assert signatures.coin(TAG, shares[:1], 2) is None
    assert signatures.coin(TAG, [shares[0], shares[0]], 2) is None


def test_a_share_of_a_coin_signs_no_value_and_the_other_way_round() -> None:
    _, signatures, signers = bench()
    coin, plain = signers["n1"].coin_share(TAG), signers["n1"].share(TAG, b"coin")
    assert signatures.valid_coin(coin, "n1", TAG)
    assert not signatures.valid_coin(plain, "n1", TAG)
    assert not signatures.valid(coin, "n1", TAG, b"coin")


@pytest.mark.parametrize(("k", "opens_at"), [(2, 1), (3, 2)])
def test_the_adversary_knows_a_coin_when_honest_shares_and_its_own_are_enough(k: int, opens_at: int) -> None:
    registry, _, signers = bench()
    registry.coins.corrupt["n4"] = None
    signers["n4"].coin_share(TAG)
    for count, name in enumerate(("n1", "n2", "n3"), 1):
        assert (registry.coins.adversary_coin(TAG, k) is not None) == (count - 1 >= opens_at)
        signers[name].coin_share(TAG)


def test_a_predictable_coin_is_known_before_anybody_tossed() -> None:
    registry, signatures, signers = bench()
    assert registry.coins.adversary_coin(TAG, 2) is None
    registry.coins.modes.append(CoinMode(predictable=True))
    known = registry.coins.adversary_coin(TAG, 2)
    shares = [signers[name].coin_share(TAG) for name in ("n1", "n2")]
    assert known == signatures.coin(TAG, shares, 2)


def test_a_weak_coin_differs_between_parties_and_a_scripted_one_is_what_was_written() -> None:
    registry, signatures, signers = bench()
    registry.coins.modes.append(CoinMode(weak=1_000_000_000))
    shares = [signers[name].coin_share(TAG) for name in ("n1", "n2")]
    assert signatures.coin(TAG, shares, 2) != Signatures(registry, "n2").coin(TAG, shares, 2)
    registry.coins.modes.append(CoinMode(scripted=(7, 8)))
    later = msgspec.structs.replace(TAG, round=5)
    assert signatures.coin(later, [signers[name].coin_share(later) for name in ("n1", "n2")], 2) == 8


def test_coins_are_the_same_in_every_run_and_other_ones_under_another_seed() -> None:
    def coin(seed: int) -> int | None:
        _, signatures, signers = bench(seed)
        return signatures.coin(TAG, [signer.coin_share(TAG) for signer in signers.values()], 2)

    assert coin(1) == coin(1)
    assert coin(1) != coin(2)


def test_coins_are_fair_enough() -> None:
    _, signatures, signers = bench()
    heads = 0
    for turn in range(400):
        tag = msgspec.structs.replace(TAG, round=turn)
        number = signatures.coin(tag, [signers[name].coin_share(tag) for name in ("n1", "n2")], 2)
        assert number is not None
        heads += number & 1
    assert 150 < heads < 250  # five standard deviations
