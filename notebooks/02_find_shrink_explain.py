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
# # 02 Find, shrink, explain
#
# **How do I get from a hundred seeds to the two faults that matter?**
#
# `storm.yaml` plants a bug into Raft: a server that stops leading drops what it does not know to be committed. Every
# seed draws other crashes, partitions and pauses. We pretend not to know about the bug.

# %%
import os

from IPython.display import Markdown

import sim
from reports import figures, frames

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

# %% tags=["parameters"]
SEEDS = 100  # the test suite takes 16
RUNS = 400  # the test suite takes 120

# %% [markdown]
# ## Find
#
# A sweep keeps one row a seed. Failures are grouped by kind: the check, and its sentence without names and numbers.

# %%
sweep = sim.sweep("notebooks/storm.yaml", SEEDS)
sweep

# %%
figures.shares(sweep);

# %% [markdown]
# `append-only` says that a leader never removes entries of its own log. The smallest seed that fails it, whole:

# %%
kind = next(one for one in sweep.failures if one.kind.check == "append-only")
run = sweep.run(kind.smallest.seed)
run

# %%
figures.fault_strip(run);

# %% [markdown]
# Which of these faults matter? The messages of the last moments do not tell:

# %%
failed = next(one for one in run.failed if one.check == "append-only")
moment = failed.at_ns
figures.space_time(run, max(0, moment - 400_000_000), moment + 20_000_000, nodes=run.servers);

# %% [markdown]
# ## Shrink
#
# Every fault has a stream of chance of its own, so one can be left out and nothing else is drawn anew. Shrinking tries:
# fewer faults, a shorter run, fewer clients and operations, rounder numbers, as long as the same kind of failure stays.

# %%
small = sim.shrink(run, check="append-only", runs=RUNS)
small

# %%
print(small.scenario.text)

# %%
figures.fault_strip(small.run);

# %%
failed = next(one for one in small.run.failed if one.check == "append-only")
end = failed.at_ns
figures.space_time(small.run, max(0, end - 400_000_000), end + 20_000_000, nodes=small.run.servers);

# %% [markdown]
# ## Explain
#
# The story follows the causes that the trace records, back from what the check names.

# %%
story = sim.explain(small.run, check="append-only")
story

# %%
kinds = sorted({next(key for key in fault if key in ("crash", "partition", "pause")) for fault in small.needed})
share = frames.rows(sweep)["kind"].notna().mean()
explained = story.attribution.needed

assert small.run.failed
assert small.kind.check == "append-only"
assert len(explained) == len(small.needed) <= len(run.fired), "each fault that is left is needed"

Markdown(
    f"**Answer.** {100 * share:.0f}% of {len(sweep.rows):,} seeds failed; shrinking the smallest, seed {run.seed}, "
    f"left {len(small.needed)} of {small.before.faults} faults ({' and '.join(kinds)}) and {small.after.operations} of "
    f"{small.before.operations} operations, and without any one of these faults the run passes."
)
