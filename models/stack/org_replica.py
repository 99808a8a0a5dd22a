"""A server of an organisation's group: it signs the roots of batches that it has applied, and nothing else."""

from typing import cast

from models import veristore
from models.stack import anchors as a
from models.stack.group_machine import GroupMachine
from models.stack.group_replica import GroupReplica
from sim import Caller, on


class OrgReplica(GroupReplica):
    """One incarnation. `organisation` is the name of the bucket whose batches it signs."""

    organisation: str = ""

    @on(a.Endorse)
    def endorse(self, caller: Caller, asked: a.Endorse) -> a.Endorsed | None:
        """What is applied is committed: no later leader takes it back."""
        machine = cast("GroupMachine", self.sessions.machine)
        question = veristore.encode_question(veristore.Head(self.organisation, a.batch_key(asked.n)))
        found = veristore.decode_reply(machine.query(question))
        if not isinstance(found, veristore.Found):
            self.refuse(caller, f"batch {asked.n} is not applied here")
            return None
        root = found.meta.etag
        return a.Endorsed(root, self.signer.share(a.root_tag(self.organisation, asked.n), root))


def replica_of(organisation: a.Organisation) -> type[OrgReplica]:
    """The servers of an organisation."""
    return type("OrgServer", (OrgReplica,), {"organisation": organisation.name})
