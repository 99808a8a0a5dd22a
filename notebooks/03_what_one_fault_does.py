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
# # 03 What one fault does
#
# **Which faults are necessary, and what does one of them cost?**
#
# Two runs that differ in one fault are a *pair*: every link, node, client and fault draws from a stream of its own, so
# taking one fault away changes no other draw. Whatever differs afterwards, that fault caused.

# %%
import os

import pandas as pd
from IPython.display import Markdown

import sim
from reports import figures, frames

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

# %% tags=["parameters"]
DRAWS = 100  # the test suite takes 8

# %% [markdown]
# ## What a fault is needed for
#
# A failing run of the storm of notebook 02, with each of its faults taken away once:

# %%
run = sim.run("notebooks/storm.yaml", seed=1)
found = sim.explain(run, check="append-only", seeds=DRAWS, jobs=None)
needed = [one["id"] for one in found.attribution.needed]
pd.DataFrame([{"fault": one["id"], "needed": one["id"] in needed} for one in run.plan])

# %% [markdown]
# One seed is one draw of everything else. Is it so in others? Each needed fault is kept and taken away under further
# seeds, and pairs that differ decide (McNemar's exact test): the table of necessity.

# %%
necessity = pd.DataFrame(
    [
        {
            "fault": one.fault,
            "pairs": one.seeds,
            "fails with": one.with_it,
            "fails without": one.without_it,
            "only with": one.only_with,
            "only without": one.only_without,
            "p": f"{one.p:.1e}",
        }
        for one in found.attribution.pairings
    ]
)
necessity

# %% [markdown]
# ## What a fault costs
#
# The reference survives its storm. The first partition of `partition.yaml`, kept and taken away, is a pair too.
# `run.plan` is the plan that the seed drew, as an ordinary list of faults.

# %%
with_it = sim.run("scenarios/raft/partition.yaml", seed=42)
cut = next(one for one in with_it.fired if one.kind == "partition")
plan = [one for one in with_it.plan if one["id"] != cut.id]
without = sim.run(with_it.loaded.with_(faults=plan), seed=42)

above, below = figures.panels(2, share_y=True)
figures.latency(with_it, "0s", "20s", quantiles=(0.5, 0.95), ax=above).set_title("with the partition");
figures.latency(without, "0s", "20s", quantiles=(0.5, 0.95), ax=below).set_title("without");

# %% [markdown]
# Until the partition begins, the two runs are one:

# %%
before = [frames.operations(one).query(f"ret_ns < {cut.inject_ns}") for one in (with_it, without)]
during = [frames.operations(one).query(f"{cut.inject_ns} <= call_ns < {cut.heal_ns}") for one in (with_it, without)]
pd.DataFrame(
    {
        "operations": [len(one) for one in during],
        "not ok": [int((one["outcome"] != "ok").sum()) for one in during],
        "median (ms)": [one["latency_ms"].median().round(2) for one in during],
        "p95 (ms)": [one["latency_ms"].quantile(0.95).round(2) for one in during],
    },
    index=["with", "without"],
)

# %%
assert before[0].equals(before[1]), "the pair is one run until the fault begins"
assert needed
assert len(found.attribution.pairings) == len(needed)
assert all(one.only_with >= one.only_without for one in found.attribution.pairings)
median = [one["latency_ms"].median() for one in during]
p = max(one.p for one in found.attribution.pairings)

Markdown(
    f"**Answer.** Of {len(run.plan)} faults {len(needed)} {'is' if len(needed) == 1 else 'are'} necessary "
    f"({', '.join(needed)}), each taken away under {DRAWS} further draws (p at most {p:.0e}); "
    f"and the partition alone changes the median latency of its {(cut.heal_ns - cut.inject_ns) // 10**9} seconds from "
    f"{median[1]:.1f} to {median[0]:.1f} ms and the operations served from {len(during[1])} to {len(during[0])}."
)
