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
# # 26 Where a prompt is warm
#
# **Should a request go where its prompt is cached, or where there is least to do, and what does a wrong guess cost?**
#
# Engines keep the keys and values of prompts that they have computed. A router that sends a conversation's next turn to
# the same engine saves the computation; one that only counts requests spreads the work and computes it again. Lengths
# and times here are synthetic: shares of prefixes in real traffic may be others.

# %%
import os

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown

import sim
from models.llm_cache import oracles
from models.llm_cache.figure import hit_ratio_over_time, hits_against_latency, hits_against_memory
from reports import frames

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

# %% tags=["parameters"]
SEEDS = 2  # the test suite takes 1
SECONDS = 12  # the test suite takes 8

# %% [markdown]
# ## Six policies on the same requests
#
# Paired by seed: clients draw from streams of their own, so every policy meets the same conversations.

# %%
POLICIES = ["round_robin", "least_loaded", "session", "prefix", "prefix_load", "threshold"]
P = "systems.llm.parameters."
traffic = {
    P + "block_tokens": 16, P + "total": 512, P + "traffic.system": [200, 900], P + "traffic.user": [100, 400],
    P + "traffic.output": [20, 60], P + "traffic.turns": 5, P + "traffic.cancel": "0%", P + "traffic.repeat": "0%",
}  # fmt: skip
rows = []
for policy in POLICIES:
    for seed in range(1, SEEDS + 1):
        scenario = sim.load("scenarios/llm_cache/policies.yaml")
        scenario = scenario.with_({**traffic, P + "policy": policy}, duration=f"{SECONDS}s", settle="0s")
        run = sim.run(scenario, seed=seed)
        assert not run.failed, run.failed
        answered, got = frames.events(run, "Answered"), frames.events(run, "Got")
        first = got[got["state"] == "DONE"]["first_ns"] / 1e9
        rows.append(
            {
                "policy": policy,
                "seed": seed,
                "hits": answered["reused"].sum() / answered["prompt"].sum(),
                "first token p50, s": first.quantile(0.5),
                "first token p99, s": first.quantile(0.99),
            }
        )
table = pd.DataFrame(rows)
means = table.groupby("policy").mean().loc[POLICIES].drop(columns="seed")
means.round(3)

# %%
points = {
    name: list(zip(part["hits"], part["first token p99, s"], strict=True)) for name, part in table.groupby("policy")
}
hits_against_latency(plt.subplots(figsize=(6, 4))[1], points)
plt.show()

# %% [markdown]
# ## How much memory a conversation needs
#
# The prompts of one of these runs, served one by one from one memory of growing size. Least recently used is a stack
# algorithm (Mattson and others, 1970): one pass over the prompts says what it hits at every size, and the model's own
# pool hits exactly that. Nothing hits more than the rule of Belady (1966), which knows the future.

# %%
asked = frames.events(run, "Asked")
size = 16 * 4  # bytes of a block: 16 tokens of four bytes
texts = oracles.named([[p[at : at + size] for at in range(0, len(p) - size + 1, size)] for p in asked["prompt"]])
blocks, different = sum(map(len, texts)), len({block for text in texts for block in text})
sizes = [max(max(map(len, texts)), different * share // 24) for share in range(2, 25)]
rules = {
    "best (Belady)": oracles.hits_of_optimum,
    "least recently used": oracles.hits_of_pool,
    "first in, first out": oracles.hits_of_fifo,
}
lines = {name: [hits(texts, total) / blocks for total in sizes] for name, hits in rules.items()}
distances = oracles.stack_distances(texts)
predicted = [sum(distance <= total for distance in distances) / blocks for total in sizes]
assert lines["least recently used"] == predicted
hits_against_memory(plt.subplots(figsize=(6, 3.5))[1], sizes, lines)
plt.show()
third = next(at for at, total in enumerate(sizes) if 3 * total >= different)
lru, best = lines["least recently used"][third], lines["best (Belady)"][third]

# %% [markdown]
# ## What a wrong guess costs
#
# An engine restarts empty every few seconds. The router's index says what it held; its new epoch says that none of it
# is there. A hint that is wrong all the same costs the computation that it was to save, and never an answer: every
# token that reaches a client is compared with a cold computation.

# %%
restarts = sim.run(sim.load("scenarios/llm_cache/node-restart-empty.yaml"), seed=1)
answered = frames.events(restarts, "Answered")
share = answered["reused"] / answered["prompt"]
hit_ratio_over_time(plt.subplots(figsize=(8, 3))[1], list(answered["t_s"]), list(share), 1.0)
plt.show()
cold = next(one for one in restarts.checks if one.check == "output-cold")
routed = frames.events(restarts, "Routed").merge(answered, on="attempt")
phantoms = int((routed["believed"] * 4 > routed["reused"]).sum())  # blocks of 4 tokens
print(f"{len(answered)} answers, {phantoms} with fewer blocks than believed; {cold.check}: {cold.status}")

# %% [markdown]
# ## Answer

# %%
hits = means["hits"]
assert cold.status == "pass"
assert hits["prefix"] > hits["round_robin"]
assert hits["prefix_load"] > hits["round_robin"]
assert best >= lru
Markdown(
    f"**Answer.** Following the prefix reuses {hits['prefix']:.0%} of the tokens of prompts, weighing it against load "
    f"{hits['prefix_load']:.0%}, staying with a session {hits['session']:.0%}, taking turns {hits['round_robin']:.0%}; "
    f"of {len(answered)} answers while engines restarted empty, {phantoms} were sent to where less was cached than "
    "believed, and all of them were those of a cold computation. With memory for a third of all blocks, least recently "
    f"used finds {lru:.0%} of them, the best rule there can be {best:.0%}."
)
