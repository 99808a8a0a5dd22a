"""Every notebook runs from its first cell to its last, asks and answers, and is the same as its text."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

import sim
import sim.checks
from reports import figures, frames

ROOT = Path(__file__).parents[2]
TEXTS = sorted((ROOT / "notebooks").glob("[0-9]*.py"))
SMALL = re.compile(r"^(\w+) = .*?  # the test suite takes (.+)$", flags=re.M)
FACES = {"sim": sim, "sim.checks": sim.checks, "reports.figures": figures, "reports.frames": frames}
PUBLIC = {"sim", "sim.checks", "sim.agreement", "reports"}


def small(notebook: NotebookNode) -> NotebookNode:
    """The notebook with the counts that its parameters name for tests."""
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = SMALL.sub(r"\1 = \2", cell.source)
            assert "# the test suite takes" not in cell.source
    return notebook


@pytest.fixture(scope="session")
def kernel() -> Iterator[KernelManager]:
    """One kernel for all: a process that has imported everything once. `python -m notebooks` gives each its own."""
    manager = KernelManager()
    yield manager
    if manager.has_kernel:
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


@pytest.mark.parametrize("text", TEXTS, ids=[text.stem for text in TEXTS])
@pytest.mark.filterwarnings("ignore")  # of the kernel's own machinery
def test_a_notebook_runs_and_its_last_cell_answers(text: Path, kernel: KernelManager) -> None:
    notebook = small(jupytext.read(text))
    notebook.cells.insert(0, nbformat.v4.new_code_cell(f"%reset -f\n%cd -q {ROOT}\n__spec__ = None"))
    client = NotebookClient(notebook, km=kernel, timeout=120, resources={"metadata": {"path": str(ROOT)}})
    try:
        client.execute()
    finally:
        client.kc.stop_channels()
    answer = "".join(one["data"].get("text/markdown", "") for one in notebook.cells[-1].outputs if "data" in one)
    assert answer.startswith("**Answer.**")
    assert answer.rstrip().endswith(".")


@pytest.mark.parametrize("text", TEXTS, ids=[text.stem for text in TEXTS])
def test_the_pair_is_in_sync_and_what_is_shown_was_made_by_it(text: Path) -> None:
    source, shown = jupytext.read(text), nbformat.read(text.with_suffix(".ipynb"), as_version=4)
    assert [(cell.cell_type, cell.source) for cell in source.cells] == [(c.cell_type, c.source) for c in shown.cells]
    outputs = [one for cell in shown.cells if cell.cell_type == "code" for one in cell.outputs]
    assert not [one for one in outputs if one.get("name") == "stderr" or one.output_type == "error"]
    assert text.with_suffix(".ipynb").stat().st_size < 700_000


@pytest.mark.parametrize("text", TEXTS, ids=[text.stem for text in TEXTS])
def test_it_asks_first_and_checks_before_it_answers(text: Path) -> None:
    cells = jupytext.read(text).cells
    assert re.match(r"# \d\d .+\n\n\*\*.+\?\*\*", cells[0].source, flags=re.S)
    assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cells[-1].source)))


@pytest.mark.parametrize("text", TEXTS, ids=[text.stem for text in TEXTS])
def test_it_uses_public_names_only(text: Path) -> None:
    for node in ast.walk(ast.parse(text.read_text())):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.split(".")[0] in ("sim", "reports", "models")
        ):
            assert node.module in PUBLIC or re.fullmatch(r"models\.\w+(\.(figure|greedy))?", node.module)
            face = FACES.get(node.module)
            assert face is None or all(alias.name in face.__all__ for alias in node.names)
        elif isinstance(node, ast.Import):
            assert not [one.name for one in node.names if one.name.startswith(("models", "benchmarks", "sim.explore"))]
        elif isinstance(node, ast.Attribute):
            assert not (node.attr.startswith("_") and not node.attr.startswith("__"))


def test_the_page_lists_every_notebook_with_its_question() -> None:
    page = (ROOT / "docs" / "notebooks.md").read_text()
    for text in TEXTS:
        asked = re.search(r"\*\*(.+?\?)\*\*", jupytext.read(text).cells[0].source, flags=re.S)
        assert asked is not None
        assert " ".join(asked[1].split()) in page, f"docs/notebooks.md lists {text.name} with its question"
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.S)
    assert ast.parse(code)


@pytest.mark.parametrize("page", ["README.md", "docs/notebooks.md"])
def test_the_code_of_the_page_runs(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.use("Agg")
    monkeypatch.chdir(ROOT)
    code = next(
        one for one in re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), flags=re.S) if "figures" in one
    )
    names: dict[str, object] = {}
    exec(code, names)
    assert getattr(names["run"], "ok", False)
    plt.close("all")
