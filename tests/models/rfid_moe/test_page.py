"""Pages claim nothing that was not computed: figures of language models stand in the box of quotations alone."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = [
    ROOT / "docs/rfid_moe.md",
    ROOT / "benchmarks/results/experts.md",
    *ROOT.glob("notebooks/28*.py"),
    *ROOT.glob("models/rfid_moe/**/*.py"),
    ROOT / "benchmarks/experts.py",
]
CLAIMS = re.compile(r"perplexity[^.\n]{0,40}\d|HellaSwag|\bPPL\b|\b16\.92\b|\b66\.8\b", flags=re.I)


def outside_the_box(text: str) -> str:
    """Without lines of quotations."""
    return "\n".join(line for line in text.splitlines() if not re.match(r"(# )?>", line))


def test_no_page_has_figures_of_language_models_outside_the_box() -> None:
    found = [(path.name, one) for path in PAGES for one in CLAIMS.findall(outside_the_box(path.read_text()))]
    assert found == []
    assert CLAIMS.search(PAGES[0].read_text()), "the box itself has them"


def test_pages_with_errors_say_that_experts_are_synthetic() -> None:
    assert "**synthetic**" in PAGES[0].read_text()
    section = (ROOT / "benchmarks/results/experts.md").read_text().partition("python -m benchmarks.experts")[2]
    assert "synthetic" in section
    (notebook,) = ROOT.glob("notebooks/28*.py")
    assert "synthetic" in notebook.read_text()


def test_every_named_test_and_mutant_is_there() -> None:
    page = PAGES[0].read_text()
    (name,) = re.findall(r"`(test_\w+)`", page)
    assert f"def {name}(" in (Path(__file__).parent / "test_experiments.py").read_text()
