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
# # 09 How thorough was it?
#
# **What is the chance that the next run shows something new?**
#
# A thousand runs that pass say little if they all did the same. Each run is read into features (kinds of messages
# delivered or lost, events that followed each other on a node, faults with what their targets had just done), and
# runs with equal features are one *class* of behaviour. To see classes come back the scenario is a small one: three
# servers, one client, one crash.

# %%
import os

from IPython.display import Markdown

import sim
from reports import figures

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

# %% tags=["parameters"]
SEEDS = 200  # the test suite takes 16

# %%
from collections import Counter
from math import log, sqrt

import pandas as pd

one_crash = sim.load("notebooks/storm.yaml").with_(
    {"systems.kv.mutant": None, "network.latency": "1ms"},
    duration="6s",
    settle="4s",
    nemesis=None,
    faults=[{"at": "1s", "for": "500ms", "crash": {"nodes": "random:1"}}],
    workload=[{"clients": 1, "rate": "3/s", "keys": 1, "mix": {"put": 1}}],
)
sweep = sim.sweep(one_crash, SEEDS, coverage=True)
sweep

# %%
figures.accumulation(sweep);

# %% [markdown]
# ## The mass that was not seen
#
# Good and Turing: if `k` of `n` runs are alone in their class, the next run is of a class never seen with a chance of
# about `k / n`. That can be checked: estimate it from the first half of the runs, and count in the second.


# %%
def unseen(runs):
    """Good and Turing's estimate, and half of McAllester and Schapire's 95% interval (2000)."""
    classes = Counter(runs)
    alone = sum(count == 1 for count in classes.values()) / len(runs)
    return alone, (2 * sqrt(2) + sqrt(3)) * sqrt(log(3 / 0.05) / len(runs))


runs = [row.features for row in sweep.rows]
half = len(runs) // 2
estimate, width = unseen(runs[:half])
happened = sum(run not in set(runs[:half]) for run in runs[half:]) / len(runs[half:])
pd.Series({"estimated from the first half": estimate, "happened in the second": happened, "95% within": min(1, width)})

# %% [markdown]
# Classes are fine: a few features more or less make another one. Single *features* are coarser, and there the curve
# bends:

# %%
times = Counter(feature for run in runs for feature in run)
once, twice = (sum(count == n for count in times.values()) for n in (1, 2))
in_all = len(times) + (len(runs) - 1) / len(runs) * once * (once - 1) / (2 * (twice + 1))
seen_early = {feature for run in runs[:half] for feature in run}
new_late = len(set(times) - seen_early)
pd.Series({"seen": len(times), "at least in all (Chao)": round(in_all), "seen in one run only": once,
           "first seen in the second half": new_late})

# %%
# A failure is a class of its own: none in n runs bounds its chance (the rule of three).
bound = 1 - 0.05 ** (1 / len(runs))

assert not sweep.failed, "the reference"
assert abs(estimate - happened) <= width
assert in_all >= len(times)

Markdown(
    f"**Answer.** After {len(runs)} runs the next one is of a new class of behaviour with a chance of about "
    f"{100 * unseen(runs)[0]:.0f}%, though it brings only {once / len(runs):.2f} new features; the first half foretold "
    f"{100 * estimate:.0f}% and {100 * happened:.0f}% happened; and no failure in {len(runs)} runs means, with 95% "
    f"confidence, that fewer than {100 * bound:.2g}% of the seeds of this scenario fail, and nothing about others."
)
