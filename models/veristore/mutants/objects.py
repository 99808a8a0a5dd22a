"""Known bugs of object stores and their clients: what a simulator must find.

`breaks` names the promises that may show it, strongest first; `recipe` is the smallest scenario that finds it.
"""

from collections.abc import Mapping

from models.veristore.clients.client import ClientParts
from models.veristore.machine.parts import MachineParts
from models.veristore.mutants import object_bugs as bugs
from models.veristore.parts import Parts
from sim import Mutant


def _mutant(name: str, about: str, breaks: str, part: MachineParts, seen: str, recipe: str) -> Mutant:
    parts = Parts(machine=part)
    return Mutant(name, about, tuple(breaks.split()), parts, seen, f"scenarios/veristore/{recipe}.yaml")


_ALL = (
    _mutant(
        "meta-first",
        "writes an object's metadata before its chunks",
        "object-whole one-winner linearizable",
        MachineParts(objects=bugs.MetaFirst),
        "common",
        "objects",
    ),
    _mutant(
        "eager-collector",
        "collects chunks that no metadata names",
        "reachable-kept object-whole",
        MachineParts(collector=bugs.EagerCollector),
        "NasitSony/kv-engine-cpp",
        "collector-race",
    ),
    _mutant(
        "no-grace",
        "collects chunks that a read under way still needs",
        "reachable-kept object-whole",
        MachineParts(collector=bugs.NoGrace),
        "common",
        "collector-race",
    ),
    _mutant(
        "clock-upload-id",
        "makes upload ids from bucket, key and millisecond",
        "terminal-upload object-whole linearizable",
        MachineParts(uploads=bugs.ClockUploadId),
        "NasitSony/kv-engine-cpp",
        "objects",
    ),
    _mutant(
        "weak-etag",
        "makes ETags with a short hash that is no cryptographic one",
        "object-whole one-winner linearizable",
        MachineParts(etags=bugs.WeakEtag),
        "NasitSony/kv-engine-cpp",
        "objects",
    ),
    _mutant(
        "two-key-delete",
        "deletes metadata and list entry in two batches",
        "list-committed linearizable",
        MachineParts(catalogue=bugs.TwoKeyDelete),
        "NasitSony/kv-engine-cpp",
        "objects",
    ),
    _mutant(
        "check-then-put",
        "tests the condition of a put at its start only",
        "one-winner linearizable",
        MachineParts(conditions=bugs.CheckThenPut),
        "common",
        "conditional-race",
    ),
    _mutant(
        "late-part",
        "takes a part after its upload was completed",
        "object-whole reachable-kept linearizable",
        MachineParts(multipart=bugs.LatePart),
        "multipart folklore",
        "multipart",
    ),
    Mutant(
        "own-412",
        "takes a 412 that its own timed-out success has caused for a lost race",
        ("linearizable",),
        Parts(client=ClientParts(conditional=bugs.Own412)),
        "common",
        "scenarios/veristore/mutants/own-412.yaml",
    ),
)

OBJECT_MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _ALL}
