"""Known bugs of storage engines, each a subclass that overrides one rule: what a simulator must find.

`breaks` names the promises that may show it, strongest first; `recipe` is the smallest scenario that finds it.
"""

from collections.abc import Mapping

from models.veristore.mutants import logs, trees
from models.veristore.parts import Parts
from sim import Mutant

KV_ENGINE = "NasitSony/kv-engine-cpp"


def _mutant(name: str, about: str, breaks: str, part: Parts, seen: str, recipe: str) -> Mutant:
    return Mutant(name, about, tuple(breaks.split()), part, seen, f"scenarios/veristore/{recipe}.yaml")


_ALL = (
    _mutant(
        "tail-not-cut",
        "leaves a torn tail in the log and writes behind it",
        "durable-prefix",
        Parts(recovery=logs.TailNotCut),
        KV_ENGINE,
        "torn-tail",
    ),
    _mutant(
        "acks-before-fsync",
        "replies when a batch is in the cache",
        "acked-durable durable-prefix linearizable",
        Parts(wal=logs.AcksBeforeFsync),
        f"{KV_ENGINE} (batch durability, no signal to the caller)",
        "power-cut",
    ),
    _mutant(
        "fsync-retried",
        "tries a failed sync again and goes on",
        "durable-prefix linearizable",
        Parts(storage=logs.FsyncRetried),
        f"{KV_ENGINE}; PostgreSQL before its panic on fsync errors",
        "mutants/fsync-retried",
    ),
    _mutant(
        "snapshot-in-place",
        "a checkpoint overwrites its file and then drops the log",
        "durable-prefix",
        Parts(checkpoint=trees.SnapshotInPlace),
        KV_ENGINE,
        "mutants/crash-in-checkpoint",
    ),
    _mutant(
        "log-before-manifest",
        "drops segments before the manifest's edit is durable",
        "log-floor durable-prefix",
        Parts(checkpoint=trees.LogBeforeManifest),
        "Pillai and others, ALICE",
        "power-cut",
    ),
    _mutant(
        "no-dir-sync",
        "never syncs the directory",
        "durable-prefix",
        Parts(storage=logs.NoDirSync),
        "Pillai and others, ALICE",
        "power-cut",
    ),
    _mutant(
        "seq-from-log",
        "begins with 1 again when the log is empty",
        "seq-rises deleted-stays durable-prefix",
        Parts(recovery=logs.SeqFromLog),
        KV_ENGINE,
        "kill-restart",
    ),
    _mutant(
        "runs-forgotten",
        "knows its runs in memory only",
        "durable-prefix no-corrupt-apply",
        Parts(checkpoint=trees.RunsForgotten),
        "NasitSony/VeriStore before its manifest",
        "kill-restart",
    ),
    _mutant(
        "length-trusted",
        "uses a record's length before its CRC was checked",
        "durable-prefix",
        Parts(scanner=logs.LengthTrusted),
        KV_ENGINE,
        "mutants/rotten-header",
    ),
    _mutant(
        "short-crc",
        "the CRC covers the payload and not the header",
        "no-corrupt-apply durable-prefix",
        Parts(framing=logs.ShortCrc),
        "published lists of mutants",
        "mutants/rotten-bits",
    ),
    _mutant(
        "text-snapshot",
        "separates the fields of a snapshot by tabs and newlines",
        "snapshot-equal",
        Parts(entries=trees.TextSnapshot),
        KV_ENGINE,
        "mutants/calm-restore",
    ),
    _mutant(
        "dirty-read",
        "shows readers batches that are not durable yet",
        "acked-durable linearizable",
        Parts(engine=logs.DirtyRead),
        KV_ENGINE,
        "calm",
    ),
    _mutant(
        "skips-bad",
        "leaves a bad record out and goes on behind it",
        "no-corrupt-apply durable-prefix",
        Parts(recovery=logs.SkipsBad),
        "RocksDB's mode for salvage, used as a default",
        "bit-rot-middle",
    ),
    _mutant(
        "cuts-middle",
        "cuts the log at the first bad record, whatever is marked behind it",
        "durable-prefix",
        Parts(recovery=logs.CutsMiddle),
        f"{KV_ENGINE}; many",
        "bit-rot-middle",
    ),
    _mutant(
        "no-address",
        "the CRC of a block does not cover where it belongs",
        "no-corrupt-apply reads-current linearizable",
        Parts(blocks=trees.NoAddress),
        "Ganesan and others, FAST 2017",
        "mutants/misdirected-runs",
    ),
    _mutant(
        "early-tombstone",
        "drops tombstones in every merge",
        "deleted-stays no-corrupt-apply reads-current linearizable",
        Parts(compaction=trees.EarlyTombstone),
        "folklore of log-structured merge trees",
        "mutants/tombstones",
    ),
    _mutant(
        "stale-filter",
        "keeps an old filter after a compaction",
        "linearizable reads-current",
        Parts(compaction=trees.StaleFilter),
        "folklore of log-structured merge trees",
        "compaction-deletes",
    ),
    _mutant(
        "half-batch",
        "writes a batch as several records",
        "batch-atomic batch-whole linearizable",
        Parts(engine=logs.HalfBatch),
        "common",
        "torn-tail",
    ),
    _mutant(
        "late-manifest-drop",
        "removes the inputs of a merge before the manifest's edit",
        "durable-prefix",
        Parts(compaction=trees.LateManifestDrop),
        "common",
        "mutants/crash-in-compaction",
    ),
)

ENGINE_MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _ALL}
