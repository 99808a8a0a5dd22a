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
# # 05 Disks that lie
#
# **Which promises survive torn writes, rot and fsync that lies?**
#
# VeriStore is a key-value engine with a write-ahead log, marks, runs and a manifest; `models.stack` puts its machine on
# Raft's log. Each scenario below is one way for disks to misbehave, with crashes around it.

# %%
import os

from IPython.display import Markdown

import sim
from reports import figures, frames

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

# %% tags=["parameters"]
SEEDS = 8  # the test suite takes 1

# %%
from collections import Counter

import pandas as pd

DISKS = {
    "veristore/power-cut": "unsynced data is gone",
    "veristore/torn-tail": "the last write is torn",
    "veristore/reordered": "unsynced writes in another order",
    "veristore/fsync-fails": "fsync fails, and says so",
    "veristore/bit-rot-tail": "rot in what was just written",
    "veristore/misdirected": "a write lands elsewhere",
    "veristore/unreadable": "sectors cannot be read",
    "veristore/lying-fsync": "fsync says ok and lies",
    "stack/store-rot-minority": "rot on a minority of replicas",
    "stack/store-rot-all-copies": "rot on every copy",
}
sweeps = {name: sim.sweep(f"scenarios/{name}.yaml", SEEDS) for name in DISKS}

# %% [markdown]
# ## The loss matrix
#
# Rows are what the disk does, columns the promises that some run broke; a cell is the number of seeds that broke it.

# %%
def broken_by(sweep):
    """Promise -> how many runs broke it."""
    return Counter(check for row in sweep.rows for check in {kind.check for kind in row.failures})


broken = {name: broken_by(sweep) for name, sweep in sweeps.items()}
matrix = pd.DataFrame(broken).T.reindex(list(DISKS)).fillna(0).astype(int)
matrix.insert(0, "what the disk does", [DISKS[name] for name in matrix.index])
matrix.insert(1, "seeds", SEEDS)
matrix

# %% [markdown]
# Everything that a disk *says*, or that a checksum can see, is survived. A lie is not: what was acknowledged is
# gone, and no software can help; the check has to see it. Rot on every copy leaves nothing to repair from, and there
# the store does the right thing, which is to stop: the promise that breaks is liveness, and no value is wrong.
#
# ## One lie, up close

# %%
run = sim.run("scenarios/veristore/lying-fsync.yaml", seed=1)
run

# %%
figures.fault_strip(run, "0s", "3s");

# %% [markdown]
# What each node believes to be durable, by batch number. Where a band ends and the next begins lower, acknowledged
# batches were lost.

# %%
figures.state_bands(run, "Durable.seq", "0s", "3s");

# %%
durable = frames.samples(run, "Durable.seq")
lost = durable.groupby("node", observed=True)["value"].apply(lambda values: int((values.diff() < 0).sum()))
lost.rename("went back")

# %%
lies = [name for name in DISKS if "lying" in name]
survived = [name for name in DISKS if not sweeps[name].failed]
wrong = {name: [one.kind.check for one in sweeps[name].failures] for name in DISKS if sweeps[name].failed}

assert set(wrong) == {"veristore/lying-fsync", "stack/store-rot-all-copies"}
assert "durable-prefix" in wrong["veristore/lying-fsync"]
assert wrong["stack/store-rot-all-copies"] == ["liveness"], "it stops, and says nothing wrong"

Markdown(
    f"**Answer.** {len(survived)} of {len(DISKS)} ways to misbehave broke no promise in {SEEDS} seeds each; fsync that "
    f"lies broke `durable-prefix` in {matrix.loc['veristore/lying-fsync', 'durable-prefix']} of them; and rot "
    f"on every copy "
    f"cost liveness in {matrix.loc['stack/store-rot-all-copies', 'liveness']} and never a wrong value."
)
