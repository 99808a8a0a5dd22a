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
# # 21 SmartSearch: what an outage of the embedder costs
#
# **The embedder was away for five seconds: does every accepted document become searchable once, and when?**
#
# SmartSearch takes documents over an API, sends them through a replicated log, and makes them searchable in one
# transaction. The embedder is its only bottleneck: one server, fifteen milliseconds a chunk. We crash it for longer
# than all retries of a document last, so that some documents are given up, and let an operator revive them.

# %%
import os

import matplotlib.pyplot as plt
from IPython.display import Markdown

import sim
from reports import frames

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

# %% tags=["parameters"]
SEEDS = 6  # the test suite takes 2

# %% [markdown]
# ## One run

# %%
run = sim.run("scenarios/smartsearch/embedder-down.yaml")
run

# %% [markdown]
# The database tells every move of every document. Those of job 0 make a document searchable, or give it up.

# %%
moved = frames.events(run, "Moved")
moved = moved[moved["job"] == 0]
states = ["READY", "PROCESSING", "PENDING", "RETRY_WAIT", "DEAD"]
colours = ["#55a868", "#4c72b0", "#c9c9c9", "#dd8452", "#c44e52"]
counts = {
    state: ((moved["now"].astype(str) == state).astype(int) - (moved["was"].astype(str) == state).astype(int)).cumsum()
    for state in states
}
fault = frames.faults(run).iloc[0]
down, up = fault["inject_ns"] / sim.SECOND, fault["heal_ns"] / sim.SECOND

# %%
_, ax = plt.subplots(figsize=(9, 3.6), layout="constrained")
ax.stackplot(moved["t_s"], *counts.values(), labels=states, colors=colours, step="post")
ax.axvspan(down, up, color="#c44e52", alpha=0.12, label="embedder down")
ax.set(xlabel="virtual time (s)", ylabel="documents", xlim=(0, run.virtual_ns / sim.SECOND))
ax.legend(loc="upper left", fontsize=8)
# %% [markdown]
# During the outage workers hold a few documents, others wait for their next attempt, and the log holds the rest. After
# it, the backlog is worked off at the embedder's full speed. Red are those whose attempts were used up: they have a
# dead letter, and an operator revives them two seconds later.

# %%
accepted = moved[moved["was"].astype(str) == ""].set_index("doc")["t_s"]
ready = moved[moved["now"].astype(str) == "READY"].set_index("doc")["t_s"]
waited = (ready - accepted).dropna()
before, during, after = waited[ready < down], waited[accepted.between(down, up)], waited[accepted > up + 3]

_, ax = plt.subplots(figsize=(9, 3), layout="constrained")
ax.plot(accepted[waited.index], waited, ".", markersize=4)
ax.axvspan(down, up, color="#c44e52", alpha=0.12)
ax.set(xlabel="accepted at (s)", ylabel="accepted to searchable (s)", yscale="log")
# %% [markdown]
# ## Several seeds
#
# One run is one seed. The promises must hold in all of them: no document twice, none forgotten, every search equal to
# brute force over the accepted texts, goodput back.

# %%
sweep = sim.sweep("scenarios/smartsearch/embedder-down.yaml", SEEDS, jobs=1)
sweep

# %%
effects = ready.index.value_counts()
died = set(moved.loc[moved["now"].astype(str) == "DEAD", "doc"])
assert run.ok
assert effects.max() == 1
assert died <= set(ready.index)
assert not sweep.failures
Markdown(
    f"**Answer.** Yes: {len(ready)} of {len(accepted)} accepted documents were searchable at the end, each made so "
    f"once, among them {len(died)} that had been given up and were revived. In good times a document waits "
    f"{after.median():.2f} s; those accepted during the outage waited {during.median():.1f} s (at most "
    f"{during.max():.1f} s). No promise was broken in {SEEDS} further runs."
)
