"""Known bugs of Raft implementations, each a subclass that overrides one rule: what a simulator must find.

`breaks` names the promises that may show it, strongest first; `recipe` is the smallest scenario that finds it.
"""

from models.raft.mutants import clients, elections, replication
from models.raft.parts import Parts
from sim import Mutant

_RECIPES = "scenarios/raft/mutants/"


def _mutant(name: str, about: str, breaks: str, part: Parts, seen: str, recipe: str = "") -> Mutant:
    return Mutant(name, about, tuple(breaks.split()), part, seen, recipe or f"{_RECIPES}{name}.yaml")


_ALL = (
    _mutant(
        "forgets-vote",
        "saves the term of its vow and not the vote",
        "vote-once election-safety vow-kept",
        Parts(ballot=elections.ForgetsVote),
        "Figure 2; planted in mandipadk/simloom",
    ),
    _mutant(
        "forgets-term",
        "keeps its vow in memory only",
        "vow-kept election-safety vote-once",
        Parts(ballot=elections.ForgetsTerm),
        "NasitSony/kv-engine-cpp",
    ),
    _mutant(
        "vow-unsynced",
        "answers a candidate before the vow is on the disk",
        "vote-once vow-kept election-safety",
        Parts(ballot=elections.VowUnsynced),
        "common",
    ),
    _mutant(
        "stale-log-vote",
        "votes for a candidate whose log is behind",
        "leader-completeness up-to-date committed-stable state-machine-safety linearizable",
        Parts(election=elections.StaleLogVote),
        "section 5.4.1",
    ),
    _mutant(
        "length-only-vote",
        "takes the longer log for the more current one",
        "leader-completeness up-to-date committed-stable state-machine-safety linearizable",
        Parts(election=elections.LengthOnlyVote),
        "section 5.4.1",
    ),
    _mutant(
        "old-votes",
        "counts votes of earlier terms",
        "election-safety up-to-date leader-completeness",
        Parts(election=elections.OldVotes),
        "Xraft #33",
    ),
    _mutant(
        "vote-messages",
        "counts a vote twice that came twice",
        "election-safety leader-completeness",
        Parts(election=elections.VoteMessages),
        "published mutant lists",
    ),
    _mutant(
        "leader-votes",
        "votes for another candidate of the term it leads",
        "election-safety",
        Parts(election=elections.LeaderVotes),
        "DaosRaft PR 70",
    ),
    _mutant(
        "same-timeout",
        "waits for a leader by the same time on every server",
        "liveness",
        Parts(election=elections.SameTimeout),
        "section 9.3",
    ),
    _mutant(
        "silent-old-term",
        "drops messages of leaders of old terms",
        "liveness",
        Parts(acceptance=elections.SilentOldTerm),
        "etcd #8334, tikv #3270",
    ),
    _mutant(
        "half-quorum",
        "takes half of an even group for a majority",
        "election-safety leader-completeness committed-stable",
        Parts(membership=elections.HalfQuorum),
        "NasitSony/kv-engine-cpp",
    ),
    _mutant(
        "truncates-always",
        "cuts its log to the place an old message speaks of",
        "quorum-log committed-stable linearizable",
        Parts(acceptance=replication.TruncatesAlways),
        "NasitSony/kv-engine-cpp, RaftOS #26, WRaft",
    ),
    _mutant(
        "no-prev-term",
        "appends behind an entry of another term",
        "log-matching state-machine-safety committed-stable",
        Parts(acceptance=replication.NoPrevTerm),
        "section 5.3",
    ),
    _mutant(
        "unclamped-commit",
        "commits its own tail by the leader's commit index",
        "state-machine-safety committed-stable",
        Parts(acceptance=replication.UnclampedCommit),
        "NasitSony/kv-engine-cpp, PySyncObj #166",
    ),
    _mutant(
        "old-term-commit",
        "commits entries of earlier terms by counting copies",
        "committed-stable leader-completeness own-term-commit",
        Parts(commitment=replication.OldTermCommit),
        "section 5.4.2; logcabin #44, PySyncObj #169",
    ),
    _mutant(
        "match-falls",
        "believes an old reply over a newer one",
        "match-true",
        Parts(progress=replication.MatchFalls),
        "PySyncObj #167, RaftOS #25, etcd-io/raft #149",
    ),
    _mutant(
        "old-replies",
        "takes replies of earlier terms for replies of this one",
        "quorum-log match-true leader-completeness committed-stable",
        Parts(replication=replication.OldReplies),
        "planted in dhruvl/simloop",
    ),
    _mutant(
        "ack-unsynced",
        "acknowledges entries before they are on the disk",
        "committed-durable quorum-log leader-completeness committed-stable",
        Parts(log=replication.AckUnsynced),
        "section 5",
    ),
    _mutant(
        "tail-not-cut",
        "writes behind a torn tail and cannot read it again",
        "committed-durable quorum-log leader-completeness committed-stable",
        Parts(log=replication.TailNotCut),
        "NasitSony/kv-engine-cpp",
    ),
    _mutant(
        "forgets-committed",
        "drops what it does not know to be committed when it stops leading",
        "quorum-log leader-completeness committed-stable append-only",
        Parts(election=replication.ForgetsCommitted),
        "microsoft/CCF #5674",
    ),
    _mutant(
        "ok-on-append",
        "answers a put before it is committed",
        "linearizable",
        Parts(proposals=clients.OkOnAppend),
        "NasitSony/kv-engine-cpp",
    ),
    _mutant(
        "answer-by-index",
        "answers whoever waits at an index, whatever came to stand there",
        "linearizable",
        Parts(proposals=clients.AnswerByIndex),
        "NasitSony/kv-engine-cpp",
    ),
    _mutant(
        "refuses-after-append",
        "says that nothing happened to those who wait when it stops leading",
        "linearizable",
        Parts(proposals=clients.RefusesAfterAppend),
        "many clients",
    ),
    _mutant(
        "local-read",
        "answers reads without asking whether it still leads",
        "read-fresh linearizable",
        Parts(reads=clients.LocalRead),
        "Xraft #40; Redis-Raft (Jepsen 2020)",
    ),
    _mutant(
        "early-read-index",
        "reads before an entry of its own term is committed",
        "read-fresh linearizable",
        Parts(reads=clients.EarlyReadIndex),
        "etcd #7331, tikv #6340, redisraft #22",
    ),
    _mutant(
        "reused-round",
        "confirms a read by the answers to an earlier one",
        "read-fresh linearizable",
        Parts(reads=clients.ReusedRound),
        "etcd-io/raft #397",
    ),
    _mutant(
        "echoes-old-round",
        "confirms the read round of a message of an old term",
        "read-fresh linearizable",
        Parts(acceptance=clients.EchoesOldRound),
        "an earlier state of this model, found by scenarios/raft/late-replay.yaml",
        "scenarios/raft/late-replay.yaml",
    ),
    _mutant(
        "no-sessions",
        "does an operation again when its client repeats it",
        "exactly-once linearizable",
        Parts(sessions=clients.NoSessions),
        "section 8",
    ),
)

MUTANTS = {mutant.name: mutant for mutant in _ALL}
