"""Pages: one HTML file for a run, a sweep or a kill matrix, which opens from disk and asks nobody for anything."""

from reports.page.matrices import matrix_page
from reports.page.recording import record
from reports.page.run import page_of, run_page
from reports.page.sweeps import sweep_page

__all__ = ["matrix_page", "page_of", "record", "run_page", "sweep_page"]
