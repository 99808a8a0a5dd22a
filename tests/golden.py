"""Golden fingerprints of scenarios: ``python -m tests.golden --why "what makes runs differ"`` renews what changed.

They stand in golden.json, with the reason for every change of one. A reason is needed: a fingerprint that changes
without one is a bug of determinism, or a change that nobody meant.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from sim.running import run
from sim.scenario.loader import load

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).with_name("golden.json")
SHORT = ("duration=4s", "settle=1s")
MIDDLING = ("duration=10s", "settle=2s")
SCENARIOS: dict[str, tuple[str, ...]] = {
    "scenarios/raft/partition.yaml": (
        "duration=15s",
        "settle=1s",
        "faults=[{at: 5s, for: 2s, partition: {isolate: leader}}]",
    ),
    "scenarios/raft/calm.yaml": SHORT,
    "scenarios/raft/duplicate-reorder.yaml": SHORT,
    "scenarios/raft/swarm.yaml": SHORT,
    "scenarios/raft/swarm-rot.yaml": SHORT,
    "scenarios/veristore/swarm.yaml": ("duration=2s", "settle=500ms"),
    "scenarios/veristore/power-cut.yaml": (),
    "scenarios/veristore/torn-tail.yaml": (),
    "scenarios/bft/swarm.yaml": (),
    "scenarios/bft/smvba-equivocate.yaml": (),
    "scenarios/bft/log-equivocate.yaml": (),
    "scenarios/stack/store-swarm.yaml": SHORT,
    "scenarios/stack/swarm.yaml": MIDDLING,
    "scenarios/agentflow/swarm.yaml": MIDDLING,
    "scenarios/gandom/swarm.yaml": MIDDLING,
    "scenarios/llm_cache/swarm.yaml": MIDDLING,
    "scenarios/resumesnap/swarm.yaml": MIDDLING,
    "scenarios/rfid_moe/swarm.yaml": MIDDLING,
    "scenarios/smartsearch/swarm.yaml": MIDDLING,
    "scenarios/tyche/swarm.yaml": MIDDLING,
    "scenarios/ui_navigator/swarm.yaml": MIDDLING,
    "scenarios/veriflow/swarm.yaml": MIDDLING,
}
"""Scenario -> what is laid over it, to be quick"""

Golden = dict[str, Any]


def fingerprint(path: str) -> str:
    """The fingerprint of a scenario under its own seed."""
    return run(load(ROOT / path, SCENARIOS[path])).fingerprint


def read() -> Golden:
    """What is committed."""
    found: Golden = json.loads(FILE.read_text()) if FILE.exists() else {"fingerprints": {}, "changes": []}
    return found


def renew(why: str) -> list[str]:
    """Write what is so now, and why; the scenarios whose fingerprint changed."""
    before = read()
    now = {path: fingerprint(path) for path in SCENARIOS}
    changed = [path for path, found in now.items() if before["fingerprints"].get(path) != found]
    if changed:
        changes = [*before["changes"], {"why": why, "scenarios": changed}]
        FILE.write_text(json.dumps({"fingerprints": now, "changes": changes}, indent=1) + "\n")
    return changed


def main() -> int:
    """Renew, say what changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--why", required=True, help="what makes runs differ from now on")
    changed = renew(parser.parse_args().why)
    sys.stdout.write("".join(f"{path}\n" for path in changed) or "nothing changed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
