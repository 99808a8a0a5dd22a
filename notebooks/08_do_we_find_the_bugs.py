# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 08 Do we find the bugs?
#
# **If there were a bug, in how many runs would we find it?**
#
# A mutant is the reference with one method replaced by a known mistake. No check knows of any mutant; each is said to
# break some promises, and counts as found when a run breaks one of them.

# %%
import os

from IPython.display import Markdown

import sim
from reports import figures

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

# %% tags=["parameters"]
REPEAT = 6  # the test suite takes 1
LIMIT = 25  # the test suite takes 8
BUGS = "old-votes leader-votes forgets-vote ok-on-append"  # the test suite takes "forgets-vote"

# %%
import pandas as pd

NAMES = BUGS.split()
matrix = sim.mutants("raft", NAMES, repeat=REPEAT, seeds=LIMIT, reference=2 * REPEAT)
matrix

# %% [markdown]
# ## The kill matrix
#
# Which check found which bug, in how many runs. Where a row has several entries, several checks see the bug; where a
# column is full, one check sees many.

# %%
kills = pd.DataFrame({cell.mutant.name: dict(cell.found_by) for cell in matrix.cells}).T.fillna(0).astype(int)
kills

# %% [markdown]
# ## How long a bug stays undetected
#
# Each repetition runs seeds of its own until the bug is found. A repetition that ends in vain still says something: the
# bug stayed undetected for so long (Kaplan and Meier 1958).

# %%
figures.survival(matrix);

# %%
rows = [
    (cell.mutant.name, cell.median, cell.interval.low, cell.interval.high, cell.share[0], len(cell.rows))
    for cell in matrix.cells
]
table = pd.DataFrame(rows, columns=["mutant", "median runs", "low", "high", "chance a run", "runs"])
table.round(2)

# %% [markdown]
# ## Is the reference silent?
#
# A check that cries at everything finds every bug. The reference runs the same scenarios.

# %%
silent = sum(len(one.rows) for one in matrix.reference)
alarms = [row for one in matrix.reference for row in one.alarms]

# %%
hardest = min(matrix.cells, key=lambda cell: cell.share[0])
never = list(matrix.survivors)
found = len(NAMES) - len(never)

assert not alarms
assert {cell.mutant.name for cell in matrix.cells} == set(NAMES)
assert found >= len(NAMES) - 1

Markdown(
    f"**Answer.** {found} of {len(NAMES)} planted bugs were "
    f"found{' (never: ' + ', '.join(never) + ')' if never else ''}, the "
    f"hardest, `{hardest.mutant.name}`, with a chance of {100 * hardest.share[0]:.0f}% a run "
    f"({100 * hardest.share[1].low:.0f} to {100 * hardest.share[1].high:.0f}%), and {silent} runs of the "
    f"reference on the same "
    "scenarios raised no alarm."
)
