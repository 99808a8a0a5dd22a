"""Options of this test suite."""

import os

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a worker has a processor: threads of small matrices only wait


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write golden transcripts anew; read the difference")
