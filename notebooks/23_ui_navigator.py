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
# # 23 UI-Navigator: an agent that looks before it clicks again
#
# **How flaky may a web page be before an agent fails, and does it ever click twice?**
#
# Agents fill a form and submit it once. Elements are not there yet, pages change under the agent, modals come up,
# sessions expire, the server is asked too often, or saves and says nothing: each with the same chance, at every act.

# %%
import os

import matplotlib.pyplot as plt
from IPython.display import Markdown

import sim
from models.ui_navigator.figure import shares
from reports import frames

if not os.path.isdir("scenarios"):
    os.chdir("..")  # notebooks stand one folder below the scenarios

# %% tags=["parameters"]
SEEDS = 3  # the test suite takes 1
FLAKINESS = ("0%", "5%", "10%", "20%", "40%")  # the test suite takes ("20%",)

# %%
PATH = "scenarios/ui_navigator/calm.yaml"
counts, twice, clicks = {}, 0, 0
for flakiness in FLAKINESS:
    given = {"systems.agent.parameters.flakiness": flakiness, "systems.agent.parameters.done_share": "0%"}
    words = {}
    for seed in range(1, SEEDS + 1):
        run = sim.run(sim.load(PATH).with_(given), seed)
        assert not run.failed, run.failed
        tasks = frames.operations(run)
        tasks = tasks[(tasks["outcome"].astype(str) == "ok") & (tasks["arg"] != "impossible")]
        for word in tasks["result"]:
            words[word] = words.get(word, 0) + 1
        if "DONE" in set(tasks["result"]):  # where nothing was made there is no event of it
            created = frames.events(run, "Created").drop_duplicates("serial")["token"].value_counts()
            twice += int((created > 1).sum())
            clicks += len(frames.events(run, "Submitted"))
    counts[flakiness] = words

# %%
_, ax = plt.subplots(figsize=(9, 3.6), layout="constrained")
shares(counts, ax)
# %% [markdown]
# Tasks that nobody can do are left out; all of them ended as unreachable. The time that a task may take is short here
# (30 s), so that the right bars show tasks that ran out of it and said so.

# %%
done = {label: 100 * words.get("DONE", 0) / max(1, sum(words.values())) for label, words in counts.items()}
assert twice == 0
Markdown(
    "**Answer.** "
    + ", ".join(f"{share:.0f}% done at {label}" for label, share in done.items())
    + f"; whatever was not done was said not to be. Of {clicks} submissions none made a task's entity a second time: "
    "what stayed silent was looked for, and only what surely never happened was tried again."
)
