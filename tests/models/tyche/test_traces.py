"""Public traces of functions are read as they are laid out, and wrong files are refused with their line."""

from pathlib import Path

import pytest

from models.tyche.traces import MINUTES, BadTrace, read_counts

HEAD = ["HashOwner", "HashApp", "HashFunction", "Trigger", *map(str, range(1, MINUTES + 1))]


def written(folder: Path, *counts: list[str], head: list[str] = HEAD) -> Path:
    rows = [head, *(["owner", "app", f"f{number}", "http", *row] for number, row in enumerate(counts))]
    path = folder / "trace.csv"
    path.write_text("\n".join(",".join(row) for row in rows) + "\n")
    return path


def test_a_day_of_counts_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, ["3", "0", *["1"] * (MINUTES - 2)], ["0"] * MINUTES)
    first, second = read_counts(path)
    assert first[:2] == ("owner", "f0")
    assert (first[2][:3], len(first[2]), sum(second[2])) == ((3, 0, 1), MINUTES, 0)
    assert len(list(read_counts(path, most=1))) == 1


def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(BadTrace, match=r"trace.csv:1: expected a column '1440'"):
        list(read_counts(written(tmp_path, head=HEAD[:-1])))
    with pytest.raises(BadTrace, match=r"trace.csv:2: expected the number of requests of a minute, found '-1'"):
        list(read_counts(written(tmp_path, ["-1"] * MINUTES)))
