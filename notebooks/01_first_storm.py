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
# # 01 First storm
#
# **What does one run tell, and how do I reproduce it?**
#
# A scenario names a system, its clients and what may go wrong. A seed makes it one run. Here five Raft servers keep a
# few keys for four clients, while a partition cuts the leader off, servers crash, and the network loses messages.

# %%
import os

from IPython.display import Markdown

import sim
from reports import figures, frames

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

run = sim.run("scenarios/raft/partition.yaml", seed=42)
run

# %% [markdown]
# The card answers first whether it held, and how to see it again. Each line is a check: `linearizable` decided the
# history of the clients, the invariants followed what servers said of themselves.
#
# What went wrong, and when? A lane is a server, a bar a fault that it suffered.

# %%
figures.fault_strip(run);

# %% [markdown]
# The same faults as a table, and what clients saw of them:

# %%
frames.faults(run)[["id", "kind", "inject_ns", "heal_ns", "effect"]]

# %%
figures.latency(run);

# %% [markdown]
# Around the first partition, operation by operation. The wide bars waited for a new leader.

# %%
figures.timeline(run, keys=["k0"], start="4500ms", end="6500ms");

# %% [markdown]
# ## Again
#
# A run is a pure function of the code, the scenario and the seed. The fingerprint is a hash over everything that
# happened; equal fingerprints mean equal runs, message by message.

# %%
again = sim.run("scenarios/raft/partition.yaml", seed=42)
other = sim.run("scenarios/raft/partition.yaml", seed=43)
[one.fingerprint[:16] for one in (run, again, other)]

# %%
operations = frames.operations(run)
slow = operations[operations["latency_ms"] > 100]

assert run.ok
assert run.verdict == "pass"
assert again.fingerprint == run.fingerprint != other.fingerprint
assert frames.operations(again).equals(operations)

Markdown(
    f"**Answer.** One run tells that {len(run.checks)} checks held through {len(run.fired)} faults and "
    f"{len(operations):,} operations, of which {len(slow)} took longer than 100 ms; and "
    f"`{run.reproduce}` gives the same fingerprint, {run.fingerprint[:16]}, again."
)
