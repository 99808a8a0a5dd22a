"""Model code that may depend on more than its seed is named with its line; code that does not is left in peace."""

from pathlib import Path

import pytest

from sim.explore.sources import read_source, sources_of
from sim.model import find_model, model_names


def findings(tmp_path: Path, code: str) -> list[tuple[int, str]]:
    file = tmp_path / "model.py"
    file.write_text(code)
    return [(found.line, found.what) for found in read_source(file)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import time\n", [(1, "import time")]),
        ("from random import choice\n", [(1, "import random")]),
        ("import os\n\nkey = os.urandom(8)\n", [(3, "os.urandom")]),
        ("def f(x):\n    return id(x)\n", [(2, "id()")]),
        ("for x in {1, 2}:\n    print(x)\n", [(1, "iteration over a set")]),
        ("y = [x for x in set(names) | more]\n", [(1, "iteration over a set")]),
        ("seen = []\n\ndef f(x):\n    seen.append(x)\n", [(1, "seen")]),
        ("seen = {}\n\ndef f(x):\n    seen[x] = 1\n", [(1, "seen")]),
        ("seen = []\n\ndef f():\n    global seen\n    seen = [1]\n", [(1, "seen")]),
    ],
)
def test_what_may_differ_between_runs_is_named(tmp_path: Path, code: str, expected: list[tuple[int, str]]) -> None:
    assert findings(tmp_path, code) == expected


@pytest.mark.parametrize(
    "code",
    [
        "for x in sorted({1, 2}):\n    print(x)\n",
        "y = sorted(x for x in {1, 2})\n",
        "y = {x for x in set(names)}\n",
        "KNOWN = ['a']\n\ndef f():\n    return KNOWN[0]\n",
        "found = []\n\ndef f():\n    found = []\n    found.append(1)\n",
        "class A:\n    def f(self):\n        self.random.choice([1])\n",
        "this is no Python\n",
    ],
)
def test_what_may_not_is_left_in_peace(tmp_path: Path, code: str) -> None:
    assert findings(tmp_path, code) == []


@pytest.mark.parametrize("name", model_names())
def test_our_own_models_hold_none_of_it_but_planted_bugs(name: str) -> None:
    package = ".".join(find_model(name).build.__module__.split(".")[:2])
    assert [str(found) for found in sources_of(package) if "/mutants/" not in str(found)] == []
