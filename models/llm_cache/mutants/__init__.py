"""Known bugs of LLM serving, each a subclass that overrides one rule: what a simulator must find.

`breaks` names the promises that may show it, strongest first; `recipe` is a small scenario that finds it. PUBLISHED
is behaviour read in NasitSony/llm-serving-cache at one commit, perhaps mended since; nothing of it is copied.
"""

from collections.abc import Mapping

from models.llm_cache.mutants import hints, memory
from models.llm_cache.mutants.bug import bug
from models.llm_cache.parts import Parts
from sim import Mutant

PUBLISHED = "NasitSony/llm-serving-cache"
COMMON = "a common mistake of prefix caches and routers"

_ALL = (
    bug("session-first", "a session's engine is taken without asking whether it lives", "alive-route liveness",
        Parts(policies=hints.SessionFirst), PUBLISHED, "mutants/session-crash"),
    bug("hit-ignores-health", "a prefix hit is routed to an engine that is not there", "alive-route",
        Parts(policies=hints.HitIgnoresHealth), PUBLISHED, "mutants/prefix-crash"),
    bug("size-not-saved", "the size of an entry is lost in its record", "book-true log-true",
        Parts(log=hints.SizeNotSaved), PUBLISHED, "mutants/router-restart"),
    bug("use-not-saved", "entries are recovered, the memory they take is not", "book-true",
        Parts(book=hints.UseNotSaved), PUBLISHED, "mutants/router-restart"),
    bug("counts-again", "a key that is registered twice is charged twice", "book-true",
        Parts(book=hints.CountsAgain), PUBLISHED, "mutants/same-prompt", 5),
    bug("no-epoch", "entries outlive the restart of their engine", "epoch-true book-true index-converges",
        Parts(feed=hints.NoEpoch), PUBLISHED, "mutants/engine-restart"),
    bug("counts-as-clock", "what was used least often goes first", "lru-order",
        Parts(pool=memory.CountsAsClock), PUBLISHED, "mutants/pressure", 5),
    bug("separator", "a session's name with a separator in it breaks its record", "log-true",
        Parts(log=hints.Separator), PUBLISHED, "mutants/router-restart"),
    bug("hash-prefix", "the longest common prefix of keys as text", "chain-true output-cold",
        Parts(hash=memory.HashPrefix), PUBLISHED, "mutants/short-keys", 5),
    bug("evicts-used", "eviction ignores running requests", "refcount-true memory-conserved output-cold",
        Parts(pool=memory.EvictsUsed), f"{PUBLISHED}; vLLM #37076", "mutants/pressure", 5),
    bug("no-extra", "tenant, adapter and version are not in the key", "tenant-apart output-cold",
        Parts(chain=hints.NoExtra), "vLLM #12621", "mutants/same-prompt", 5),
    bug("no-parent", "the key of a block without its parent", "chain-true output-cold",
        Parts(chain=hints.NoParent), COMMON, "mutants/unverified", 5),
    bug("trusts-hash", "a hit without comparing tokens", "chain-true output-cold",
        Parts(hash=memory.TrustsHash), "openvino.genai #3722", "mutants/short-keys", 5),
    bug("shares-partial", "a block that begins alike is shared", "chain-true output-cold",
        Parts(hash=memory.SharesPartial), "vLLM #5188", "mutants/same-prompt", 5),
    bug("removed-too-soon", "a key is said to be gone while another copy lives", "index-converges",
        Parts(teller=hints.RemovedTooSoon), "vLLM #55092", "mutants/pressure", 5),
    bug("stale-key", "the key of an evicted block still leads to it", "chain-true output-cold",
        Parts(pool=memory.StaleKey), "kvcached #362", "mutants/unverified", 5),
    bug("key-returns", "a late completion sets the key of a block that was given back", "chain-true output-cold",
        Parts(fills=memory.KeyReturns), "vLLM #49125", "mutants/cancels", 5),
    bug("middle-out", "a block is evicted before those behind it", "closed lru-order",
        Parts(pool=memory.MiddleOut), "LMCache #443", "mutants/pressure", 5),
    bug("unpins-twice", "cancel and finish both take the pins off", "refcount-true",
        Parts(scheduler=memory.UnpinsTwice), COMMON, "mutants/cancels", 5),
    bug("leaks-on-cancel", "a cancel forgets the pins", "memory-conserved",
        Parts(scheduler=memory.LeaksOnCancel), COMMON, "mutants/cancels", 5),
    bug("reuses-preempted", "what a preempted request had computed is taken for computed", "output-cold",
        Parts(scheduler=memory.ReusesPreempted), COMMON, "mutants/overflow", 5),
    bug("early-offer", "a block is offered while it is being filled", "chain-true output-cold",
        Parts(fills=memory.EarlyOffer), COMMON, "mutants/same-prompt", 5),
    bug("fills-apart", "every request fills for itself", "one-fill",
        Parts(fills=memory.FillsApart), COMMON, "mutants/same-prompt", 5),
    bug("waits-for-ghost", "those that wait for a lost fill wait on", "one-fill liveness",
        Parts(fills=memory.WaitsForGhost), COMMON, "mutants/cancels"),
    bug("logs-fills-only", "evictions are not written to the index log", "index-converges book-true",
        Parts(feed=hints.LogsFillsOnly), COMMON, "mutants/router-restart"),
    bug("ignores-gap", "a missing serial is not noticed", "index-converges book-true",
        Parts(feed=hints.IgnoresGap), COMMON, "mutants/feed-lost"),
    bug("old-feed", "the feed of an older epoch is believed", "epoch-true index-converges",
        Parts(feed=hints.OldFeed), COMMON, "mutants/late-words"),
    bug("errors-on-phantom", "a wrong hint fails the request", "liveness",
        Parts(desk=hints.ErrorsOnPhantom), COMMON, "mutants/pressure", 5),
    bug("no-bound", "affinity without a bound of load", "liveness",
        Parts(policies=hints.NoBound), COMMON, "mutants/hot-session", 5),
    bug("retries-restart", "another attempt streams from position 0", "delivered-once output-cold",
        Parts(desk=hints.RetriesRestart), COMMON, "mutants/prefix-crash"),
    bug("mixes-versions", "a rollout in the middle of a request, with the cache kept", "output-cold delivered-once",
        Parts(engine=hints.MixesVersions), COMMON, "mutants/rollout", 5),
)  # fmt: skip

MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in _ALL}
"""All of them by name."""
