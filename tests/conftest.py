"""Options of this test suite."""

import gc
import os

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a worker has a processor: threads of small matrices only wait
gc.set_threshold(20_000, 10, 50)  # a run's objects live as long as it does: to look for young ones to free is in vain


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write golden transcripts anew; read the difference")
