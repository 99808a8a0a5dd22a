"""python -m notebooks [NAME...]: run the notebooks and write each .ipynb anew from its .py, with what it shows.

The text is the source: edit the .py (or both in Jupyter, which jupytext keeps paired). Outputs are committed, so that
a reader sees figures without running anything; only what is the same in every run is kept, no progress, no times.
"""

import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

HERE = Path(__file__).parent


def main(names: list[str]) -> None:
    """Run those whose names begin with one of these; all, if there are none."""
    for text in sorted(HERE.glob("[0-9]*.py")):
        if not names or any(text.name.startswith(name) for name in names):
            sys.stdout.write(f"{text.name}\n")
            notebook = jupytext.read(text)
            NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(HERE.parent)}}).execute()
            nbformat.write(settled(notebook), text.with_suffix(".ipynb"))


def settled(notebook: NotebookNode) -> NotebookNode:
    """The notebook without what changes from run to run."""
    notebook.metadata = {"jupytext": notebook.metadata.get("jupytext", {}), "kernelspec": notebook.metadata.kernelspec}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = {"tags": cell.metadata.tags} if "tags" in cell.metadata else {}
        if cell.cell_type == "code":
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
            for one in cell.outputs:
                if "text/html" in one.get("data", {}):
                    one["data"].pop("text/plain", None)  # of a result: all of it, wall times included
    return notebook


if __name__ == "__main__":
    main(sys.argv[1:])
