"""Known bugs of the log: what each breaks, where it was seen, and the smallest scenario that finds it."""

from models.smartsearch.mutants import log_bugs as b
from models.smartsearch.mutants.bug import bug
from models.smartsearch.parts import Parts

KAFKA = "Apache Kafka before"

BUGS = (
    bug(
        "cuts-to-hw",
        "a follower cuts its log to its high watermark",
        "acked-kept one-order",
        Parts(replica=b.CutsToHw),
        f"{KAFKA} KIP-101",
        "mutants/cuts-to-hw",
    ),
    bug(
        "epoch-once",
        "a follower asks only once where the logs part",
        "one-order acked-kept",
        Parts(replica=b.EpochOnce),
        f"{KAFKA} KIP-279",
        "mutants/epoch-once",
    ),
    bug(
        "shrinks-early",
        "the high watermark follows an in-sync set that is not stored",
        "acked-kept one-order",
        Parts(in_sync=b.ShrinksEarly),
        f"{KAFKA} KIP-497",
        "mutants/shrinks-early",
    ),
    bug(
        "silent-unclean",
        "the controller elects any replica",
        "acked-kept one-order",
        Parts(election=b.SilentUnclean),
        "Apache Kafka, unclean.leader.election.enable",
        "mutants/silent-unclean",
    ),
    bug(
        "amnesiac-isr",
        "a broker that restarted without its page cache stays in sync",
        "acked-kept one-order",
        Parts(controller=b.AmnesiacIsr),
        f"{KAFKA} KIP-966",
        "mutants/amnesiac-isr",
    ),
    bug(
        "acks-local",
        "acks all is answered when the leader alone has the record",
        "acked-kept",
        Parts(replica=b.AcksLocal),
        "common",
        "mutants/acks-local",
    ),
    bug(
        "reads-past-hw",
        "consumers read to the end of the log",
        "one-order linearizable",
        Parts(replica=b.ReadsPastHw),
        "common",
        "mutants/reads-past-hw",
    ),
    bug(
        "volatile-sequence",
        "a new leader knows nothing of producers",
        "no-duplicate",
        Parts(sequences=b.VolatileSequence),
        f"{KAFKA} KIP-360",
        "mutants/volatile-sequence",
    ),
    bug(
        "any-generation",
        "commits of an earlier generation are taken",
        "one-owner at-least-once",
        Parts(group=b.AnyGeneration),
        "common",
        "mutants/any-generation",
    ),
    bug(
        "commits-first",
        "an offset is committed before the work",
        "at-least-once",
        Parts(lane=b.CommitsFirst),
        "common",
        "mutants/commits-first",
    ),
    bug(
        "commits-highest",
        "the greatest handled offset is committed, not the completed prefix",
        "at-least-once",
        Parts(prefix=b.CommitsHighest),
        "common",
        "mutants/commits-highest",
    ),
    bug(
        "resets-latest",
        "a consumer whose offset is gone goes on at the newest",
        "at-least-once log-liveness",
        Parts(consumer=b.ResetsLatest),
        "Apache Kafka, auto.offset.reset: latest",
        "mutants/resets-latest",
    ),
    bug(
        "resets-on-lag",
        "a consumer takes a lagging new leader for a lost offset",
        "at-least-once",
        Parts(consumer=b.ResetsOnLag),
        f"{KAFKA} KIP-207",
        "mutants/resets-on-lag",
    ),
)
