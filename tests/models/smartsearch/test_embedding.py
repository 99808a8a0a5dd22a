"""Chunks and embeddings are pure functions: the same bytes in every process, and integers all the way."""

import os
import subprocess
import sys
from decimal import ROUND_HALF_EVEN, Context, Decimal
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.smartsearch.ingestion.chunker import CHUNK_MAX, Chunker
from models.smartsearch.ingestion.embedding import DIMENSION, SCALE, Embedding, Query, pack, tokens, unpack
from models.smartsearch.text import document
from sim import Stream

SHORT = settings(max_examples=60, deadline=None, database=None)
ROOT = Path(__file__).parents[3]
GOLDEN = "940889837aa920edd88ff8216b44b1e5"
TEXTS = st.text(alphabet=" abcdefgz\n", max_size=6000)


def digest_of_everything() -> str:
    """Of the chunks and rows of a hundred documents of the workload, under two versions."""
    draws, chunker, embedding = Stream(1, "golden"), Chunker(), Embedding()
    body = blake2b(digest_size=16)
    for _ in range(100):
        for chunk in chunker.chunks(document(draws, 8, poisoned=False)):
            body.update(chunk.encode())
            for version in (1, 2):
                body.update(pack(embedding.vector(chunk, version)))
    return body.hexdigest()


def test_chunks_and_rows_are_those_that_they_have_always_been() -> None:
    assert digest_of_everything() == GOLDEN


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_with_another_hash_seed_has_the_same(hash_seed: str) -> None:
    code = "from tests.models.smartsearch.test_embedding import digest_of_everything as d; print(d())"
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert said.stdout.decode().strip() == GOLDEN


@SHORT
@given(TEXTS)
def test_chunks_are_short_and_lose_no_word(text: str) -> None:
    chunks = Chunker().chunks(text)
    assert all(len(chunk) <= CHUNK_MAX for chunk in chunks)
    if all(len(word) <= CHUNK_MAX for word in text.split()):
        assert " ".join(chunks).split() == text.split()


@SHORT
@given(TEXTS)
def test_a_vector_is_the_scaled_count_rounded_half_to_even(text: str) -> None:
    embedding, exact = Embedding(), Context(prec=60)
    counts = [0] * DIMENSION
    for word in text.split():
        for token in tokens(word):
            place, sign = embedding.feature(token, 1)
            counts[place] += sign
    norm = exact.sqrt(Decimal(sum(count * count for count in counts)))
    wanted = [
        int((exact.divide(Decimal(count * SCALE), norm)).quantize(Decimal(1), ROUND_HALF_EVEN, exact)) if norm else 0
        for count in counts
    ]
    assert list(embedding.vector(text, 1)) == wanted


@SHORT
@given(TEXTS, TEXTS)
def test_the_sparse_score_is_the_dot_product_and_no_greater_than_the_cosine_of_equals(one: str, other: str) -> None:
    a, b = Embedding().vector(one, 1), Embedding().vector(other, 1)
    assert Query(a).score(b) == sum(x * y for x, y in zip(a, b, strict=True))
    assert abs(Query(a).score(b)) <= (SCALE + DIMENSION) ** 2


def test_a_row_comes_back_as_it_was_packed_and_another_dimension_is_refused() -> None:
    vector = Embedding().vector("some words of a text", 3)
    assert unpack(pack(vector)) == vector
    with pytest.raises(ValueError, match="expected a row of 256 int32, found 8 bytes"):
        unpack(b"12345678")


def test_versions_are_different_embeddings() -> None:
    assert Embedding().vector("words", 1) != Embedding().vector("words", 2)


@pytest.mark.parametrize(
    "expression",
    ["HashBuiltin().vector('some words', 1)", "SetOrderChunks().paragraphs('\\n\\n'.join('abcdefgh'))"],
)
def test_the_planted_bugs_differ_between_two_processes(expression: str) -> None:
    code = f"from models.smartsearch.mutants.pipeline_bugs import *; print({expression})"
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert said[0] != said[1]
