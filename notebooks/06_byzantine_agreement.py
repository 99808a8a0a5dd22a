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
# # 06 Byzantine agreement against the paper
#
# **Do rounds, messages and bits match the claims, with intervals?**
#
# Four protocols of validated agreement: CKPS01 (Cachin and others, 2001), VABA (Abraham and others, 2019), sMVBA
# (Guo and others, 2022) and a reconstruction of Prioritized-MVBA. `n` parties tolerate `f < n / 3` corrupt ones. In
# the good case messages are a formula in `n`, counted from the protocol's text.

# %%
import os

from IPython.display import Markdown

import sim
from reports import figures, frames

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

# %% tags=["parameters"]
SEEDS = 12  # the test suite takes 2
SIZES = (4, 7, 10, 13)  # the test suite takes (4, 7)

# %%
import pandas as pd

CLAIMED = {
    "ckps": lambda n: 12 * n**2,
    "vaba": lambda n: 14 * n**2,
    "smvba": lambda n: 7 * n**2,
    "pmvba": lambda n: 8 * n**2 + 3 * ((n - 1) // 3 + 1) * n,
}
ROUNDS = {"ckps": 11, "vaba": 13, "smvba": 6, "pmvba": 10}


def cost(protocol, n, seed, **changes):
    """(messages, bits, time in ms) until the last honest party has decided."""
    scenario = sim.load("scenarios/bft/smvba-calm.yaml").with_(
        {"systems.abc.nodes": n, "systems.abc.parameters.protocol": protocol, "duration": "30s", "settle": "20s"},
        **changes,
    )
    run = sim.run(scenario, seed)
    assert run.ok, run.failed
    begun, decided = frames.events(run, "Proposed")["t_ns"].max(), frames.events(run, "Decided")["t_ns"].max()
    sent = frames.messages(run).query(f"kind == 'Envelope' and sent_ns <= {decided}")
    return len(sent), 8 * int(sent["bytes"].sum()), (decided - begun) / 1e6


# %% [markdown]
# ## The good case
#
# Constant latency of one millisecond, no faults: no chance is left, and the count has to be the formula.

# %%
good = pd.DataFrame(
    [
        (protocol, n, messages, CLAIMED[protocol](n), rounds, ROUNDS[protocol])
        for protocol in CLAIMED
        for n in SIZES
        for messages, _, rounds in [cost(protocol, n, 1)]
    ],
    columns=["protocol", "n", "messages", "claimed", "rounds", "rounds claimed"],
)
good.pivot(index="protocol", columns="n", values=["messages", "claimed"])

# %% [markdown]
# ## Under latencies that vary
#
# Now every message takes its own time (a median of one millisecond, one in a hundred takes eight), and the good case is
# one of many: what was elected may not be complete yet, and is tried again.

# %%
VARYING = {"latency": {"lognormal": {"median": "1ms", "p99": "8ms"}}}
costs = {
    (p, n): [cost(p, n, seed, network=VARYING) for seed in range(1, SEEDS + 1)] for p in CLAIMED for n in SIZES[:3]
}
measured = {p: {n: [one[0] for one in costs[p, n]] for n in SIZES[:3]} for p in CLAIMED}
figures.message_cost(measured, CLAIMED);

# %%
bits = {p: {n: [one[1] / 1000 for one in costs[p, n]] for n in SIZES[:3]} for p in CLAIMED}
figures.message_cost(bits).set_ylabel("kilobits until all have decided");

# %% [markdown]
# Times until the last decision. The dashed line is what the rounds of the good case take if each is a median hop: a
# party waits for the fastest 2f + 1 of n, and the last party to decide for its slowest message.

# %%
axes = figures.panels(1, 4, share_y=True)
for ax, (protocol, hatch) in zip(axes, zip(CLAIMED, ("//", "..", "xx", "--"))):
    times = [one[2] for n in SIZES[:3] for one in costs[protocol, n]]
    ax.hist(times, bins=12, color="#0072B255", edgecolor="#0072B2", hatch=hatch)
    ax.axvline(ROUNDS[protocol], color="#D55E00", linestyle="--")
    ax.set_title(f"{protocol}, {len(times)} runs", fontsize=9)
    ax.set_xlabel("time (ms)")
axes[0].set_ylabel("runs");

# %% [markdown]
# ## Beyond f
#
# The bounds are tight: with f + 1 liars a broadcast disagrees, with f + 1 silent parties nobody decides.

# %%
lies = sim.sweep("scenarios/bft/too-many-corrupt.yaml", SEEDS)
silence = sim.sweep("scenarios/bft/f-plus-one-silent.yaml", SEEDS)
within = sim.sweep("scenarios/bft/pmvba-equivocate.yaml", SEEDS)

axes = figures.panels(3, height=1.5)
for ax, sweep in zip(axes, (within, lies, silence)):
    figures.shares(sweep, ax=ax);

# %%
ratio = {p: sum(measured[p][SIZES[1]]) / SEEDS / CLAIMED[p](SIZES[1]) for p in CLAIMED}

assert (good["messages"] == good["claimed"]).all(), "exactly the formula, at every n"
assert (good["rounds"] == good["rounds claimed"]).all()
assert not within.failed
assert lies.failed
assert len(silence.failed) == len(silence.rows)

Markdown(
    f"**Answer.** In the good case messages and rounds of all {len(CLAIMED)} protocols are exactly the claimed ones at "
    f"n = {', '.join(map(str, SIZES))}; with varying latencies the mean over {SEEDS} seeds at n = {SIZES[1]} is "
    + ", ".join(f"{one:.2f} times the formula for {p}" for p, one in ratio.items())
    + f"; and with f + 1 corrupt, agreement broke in {len(lies.failed)} and termination in {len(silence.failed)} of "
    f"{SEEDS} seeds, with f in none."
)
