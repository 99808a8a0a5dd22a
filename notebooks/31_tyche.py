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
# # 31 Preloading by prediction
#
# **Does predicting the next request keep a model in memory at the right time, or does it only choose how much memory
# to spend?**
#
# Tyche (Sui and others, IEEE TPDS 37(2), 2026) watches the last five requests of each function of a serverless
# cluster, takes them for a Poisson stream and loads the function's model into memory that stands idle, between the 6%
# and the 94% quantile of the next gap. Its results (up to 93% less loading latency, up to 8 times faster than warming
# alone) are its authors', on their traces and their cluster. Nothing here is a claim about them: this is a model, on
# generators of its own, and most of its figures can be computed. So we compute first.

# %%
import os
from math import exp, log

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown

import sim
from reports import frames

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

# %% tags=["parameters"]
HOURS = 120  # the test suite takes 20
MINUTES = 300  # the test suite takes 30

# %% [markdown]
# ## What can be computed
#
# With gaps of survival $S(t)$ and a model that is resident from $a$ to $b$ after each request, a share $S(a) - S(b)$ of
# the requests hits. At half a request a minute the quantiles are these, and a window of $W$ requests, whose span is the
# sum of only $W - 1$ gaps, puts others into effect: $1 - (1 + c/W)^{-(W-1)}$ in place of $1 - e^{-c}$.

# %%
rate, quantiles = 0.5 / 60, (0.06, 0.94)
load_s, off_s = (-log(1 - p) / rate for p in quantiles)


def in_effect(p: float, w: int) -> float:
    return 1 - (1 - log(1 - p) / w) ** -(w - 1)


formulas = pd.DataFrame(
    [{"window": "rate known", "P_load": 0.06, "P_off": 0.94, "hit": exp(-rate * load_s) - exp(-rate * off_s)}]
    + [
        {
            "window": w,
            "P_load": in_effect(0.06, w),
            "P_off": in_effect(0.94, w),
            "hit": in_effect(0.94, w) - in_effect(0.06, w),
        }
        for w in (3, 5, 10, 20, 50)
    ]
)
print(f"T_load {load_s:.3f} s, T_off {off_s / 60:.3f} min; at 0.55 a minute T_load {load_s * 0.5 / 0.55:.3f} s")
formulas.round(4)

# %% [markdown]
# A jump of the rate from 0.5 to 0.55 tightens T_load from 7.4 s to 6.8 s on paper. With a window of five the estimate
# is 67% too high on average, and its standard deviation is 71% of its mean: the jump is far inside that noise.
#
# ## Does the cluster do what the formulas say?
#
# The cluster is a simulation of messages, containers, loads and timers that knows nothing of these formulas. Its own
# check compares the two, within three standard errors:

# %%
checked = {
    name: sim.run(sim.load(f"scenarios/tyche/{name}.yaml").with_(duration=f"{HOURS}h"), seed=2)
    for name in ("oracle-known-rate", "oracle-window-5", "oracle-calibrated", "oracle-minute")
}
found = {name: next(one for one in run.checks if one.check == "oracle-met") for name, run in checked.items()}
for name, one in found.items():
    print(f"{name:20} {one.status}   {one.because[0]}")

# %% [markdown]
# `oracle-calibrated` takes the exact quantile of the next gap, given the span of the last ones: the hits that a short
# window loses come back. `oracle-minute` rounds to whole minutes, as the artifact of the predecessor does.
#
# ## One function, for a while
#
# Requests are ticks; the model is resident in the bands.

# %%
calm = sim.run(sim.load("scenarios/tyche/many-users.yaml").with_(checks=[]), seed=1)
arrived, states = frames.events(calm, "Arrived"), frames.events(calm, "LoadState")
names = sorted(arrived["function"].unique())[:6]
figure, axes = plt.subplots(len(names), 1, figsize=(9, 4.5), sharex=True)
for axis, name in zip(axes, names, strict=True):
    since, bands = {}, []
    for row in states[states["function"] == name].itertuples():
        if row.target == "RESIDENT":
            since[row.container, row.n] = row.t_s
        elif (row.container, row.n) in since:
            begin = since.pop((row.container, row.n))
            bands.append((begin, row.t_s - begin))
    axis.broken_barh(bands, (0.1, 0.8), color="tab:green", alpha=0.5)
    axis.vlines(arrived[arrived["function"] == name]["t_s"], 0, 1, color="black", linewidth=1)
    axis.set(yticks=[], ylabel=name, ylim=(0, 1))
axes[-1].set_xlabel("virtual time, s")
plt.show()

# %% [markdown]
# ## Against the others, on the same requests
#
# Three functions, all with the same mean gap: regular (Erlang, coefficient of variation 0.5), Poisson (1) and bursty
# (hyperexponential, 5). Every policy sees the same requests. Hits are set against the share of time in which the model
# lay idle in memory.

# %%
POLICIES = ["always", "fixed", "histogram", "greedy-dual", "tyche", "clairvoyant"]
table = []
for policy in POLICIES:
    scenario = sim.load("scenarios/tyche/policies.yaml")
    run = sim.run(scenario.with_({"systems.serverless.parameters.policy": policy}, duration=f"{MINUTES}m"), seed=1)
    served, states = frames.events(run, "Served"), frames.events(run, "LoadState")
    for name in ("regular", "poisson", "bursty"):
        own, moves = served[served["function"] == name], states[states["function"] == name]
        signs = moves["target"].eq("RESIDENT").astype(int) - moves["source"].eq("RESIDENT").astype(int)
        resident = -(signs * moves["t_s"]).sum() + signs.sum() * run.virtual_ns / 1e9
        table.append(
            {
                "class": name,
                "policy": policy,
                "hit": (own["how"] == "hit").mean(),
                "resident": resident / (run.virtual_ns / 1e9),
                "load ms": ((own["start_ns"] + own["load_ns"]) / 1e6).mean(),
            }
        )
table = pd.DataFrame(table)
table.pivot(index="policy", columns="class", values=["hit", "resident", "load ms"]).round(2).loc[POLICIES]

# %%
figure, axes = plt.subplots(1, 3, figsize=(10, 3.6), sharey=True)
for axis, (name, rows) in zip(axes, table.groupby("class"), strict=True):
    axis.plot([0, 1], [0, 1], color="0.6", linewidth=4, alpha=0.5)
    for row, marker, size in zip(rows.itertuples(), "osD^*P", (13, 10, 7, 12, 11, 8), strict=True):
        axis.plot(row.resident, row.hit, marker, markersize=size, fillstyle="none", linestyle="", label=row.policy)
    axis.set(title=name, xlabel="resident share of time", xlim=(-0.06, 1.06), ylim=(-0.06, 1.06))
axes[0].set_ylabel("hit share of calls")
axes[2].legend(loc="center left", bbox_to_anchor=(1.02, 0.5))
plt.show()

# %% [markdown]
# Poisson points lie on the diagonal: on such a stream every policy that does not look ahead hits exactly as often as
# it spends memory time (Poisson arrivals see time averages, Wolff 1982). Points of the regular and the bursty function
# may lie above it. There prediction, or mere waiting, buys hits.

# %%
assert all(one.status == "pass" for one in found.values())
assert all(run.ok for run in checked.values())
seen = table.set_index(["class", "policy"])
gap = (seen.loc["poisson", "hit"] - seen.loc["poisson", "resident"]).drop("clairvoyant").abs().max()
assert gap < 0.2
assert seen.loc[("poisson", "fixed"), "hit"] > seen.loc[("poisson", "tyche"), "hit"]
assert seen.loc[("poisson", "fixed"), "resident"] > seen.loc[("poisson", "tyche"), "resident"]
Markdown(
    "**Answer.** The simulated cluster meets the closed form: 0.88 of requests hit if the rate is known, 0.78 with a "
    "window of five, 0.88 again with the calibrated quantile, 0.38 in whole minutes. On Poisson requests prediction "
    "chooses how much memory to spend and nothing more: a keep-alive of ten minutes hits more often than Tyche and "
    "pays for it in memory, one for one. Regular gaps let it hit more than its share of memory time. So do bursty "
    "ones, where a histogram or a keep-alive hits more often still, for more memory."
)
