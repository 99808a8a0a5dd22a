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
# # 04 Raft under every fault
#
# **How fast does Raft recover, and from what?**
#
# Recovery is what a client sees: from the end of a fault to the first success of an operation that was called after it.
# (While a minority is hit, the others go on serving; what is measured here is what is left over when the fault ends.)

# %%
import os

from IPython.display import Markdown

import sim
from reports import figures, frames

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

# %% tags=["parameters"]
SEEDS = 20  # the test suite takes 2
CELL = 6  # the test suite takes 1

# %% [markdown]
# Six kinds of faults, one after the other, each against the leader or against everybody:

# %%
faults = [
    {"at": "3s", "for": "2s", "partition": {"groups": [["leader"], "others"]}},
    {"at": "8s", "for": "2s", "crash": {"nodes": "servers", "disk": "lose-unsynced"}},
    {"at": "13s", "for": "2s", "pause": {"nodes": "leader"}},
    {"at": "18s", "for": "2s", "link": {"from": "servers", "to": "servers", "loss": "50%"}},
    {"at": "23s", "for": "2s", "disk": {"nodes": "leader", "stall": "100ms"}},
    {"at": "28s", "for": "2s", "clock": {"nodes": "leader", "freeze": True}},
]
scenario = sim.load("scenarios/raft/calm.yaml").with_(duration="36s", settle="4s", faults=faults)
runs = [sim.run(scenario, seed) for seed in range(1, SEEDS + 1)]
runs[0]

# %%
figures.state_bands(runs[0]);

# %%
figures.fault_strip(runs[0]);

# %%
figures.recovery(runs);

# %%
recovered = frames.recoveries(runs)
table = recovered.groupby("kind", observed=True)["after_ms"].describe(percentiles=[0.5, 0.9])
table = table[["count", "50%", "90%", "max"]].round(1).sort_values("50%")
table

# %% [markdown]
# After most faults the group is whole at once, because it never stopped. After a crash of every server it has to elect,
# and whoever asked a dead leader waits for a timeout first.
#
# ## Loss and the length of a partition
#
# How many operations does a cut leader cost, when messages are lost as well? Each cell is a handful of runs of one
# partition; the number is the share of operations that failed or never returned. It follows the loss, and hardly the
# length: a leader that is cut off is replaced within a few hundred milliseconds, whatever becomes of the old one.

# %%
one_cut = sim.load("scenarios/raft/calm.yaml").with_(duration="16s", settle="4s", faults=[faults[0]])
sweep = sim.sweep(
    one_cut, CELL, vary={"network.loss": ["0%", "2%", "5%"], "faults.0.for": ["500ms", "2s", "6s"]}
)
figures.heat_map(
    sweep,
    "network.loss",
    "faults.0.for",
    lambda row: 100 * (row.fail + row.unknown) / max(1, row.ok + row.fail + row.unknown),
    label="operations not ok (%)",
);

# %%
assert all(run.ok for run in runs), "the reference keeps its promises through all of it"
assert not sweep.failed
slowest, fastest = table.index[-1], table.index[0]
never = int(recovered["after_ms"].isna().sum())

Markdown(
    f"**Answer.** Over {SEEDS} seeds the median recovery is {table.loc[fastest, '50%']:.0f} ms after a {fastest} fault "
    f"and {table.loc[slowest, '50%']:.0f} ms after a {slowest} fault, the slowest of all took "
    f"{recovered['after_ms'].max():,.0f} ms, {never} never came, and no check failed."
)
