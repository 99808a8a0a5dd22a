"""How the joints of one stack reach each other: who is where, with which parameters, built from which parts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import llm_cache, rfid_moe, smartsearch, veriflow
from models.stack.deployment import Deployment, cluster_settings, search_settings, serving_settings
from models.stack.jobs_port import RememberedJobs
from models.stack.stack_settings import StackSettings
from sim import SECOND

if TYPE_CHECKING:
    from models.stack.devices_port import LedgerDevices
    from models.stack.functions_port import TycheFunctions
    from models.stack.objects_port import ReplicatedObjects
    from models.stack.ports import Inference, Jobs
    from models.stack.stack_parts import StackParts
    from sim import Actor


FUNCTION_TIME = 2 * SECOND
"""How long a call of a function waits for an answer."""


@dataclass(frozen=True)
class Wiring:
    """One for a stack; ports are made of it, one for each actor that calls."""

    settings: StackSettings
    at: Deployment
    parts: "StackParts"

    @property
    def search(self) -> smartsearch.Settings:
        """SmartSearch's parameters."""
        return search_settings(self.settings)

    @property
    def layout(self) -> smartsearch.Layout:
        """Who is who in SmartSearch."""
        return smartsearch.lay_out(self.at.search, self.search)

    @property
    def serving(self) -> llm_cache.Settings:
        """The parameters of LLM serving."""
        return serving_settings(self.settings)

    @property
    def cluster(self) -> veriflow.Settings:
        """The orchestrator's parameters."""
        return cluster_settings(self.settings)

    @property
    def cluster_places(self) -> veriflow.Places:
        """Who is who in the cluster."""
        return veriflow.places_of(self.at.cluster, self.cluster)

    def jobs(self, actor: "Actor") -> "Jobs":
        """The jobs port of an actor."""
        if self.settings.gpus == "stand_in":
            return RememberedJobs(actor)
        return self.parts.jobs(actor, self.cluster_places.apis, self.cluster, self.parts.budget)

    def devices(self, actor: "Actor") -> "LedgerDevices":
        """The devices port of an actor."""
        return self.parts.devices(actor, self.cluster_places.apis, self.cluster.devices)

    def functions(self, actor: "Actor") -> "TycheFunctions":
        """The functions port of an actor."""
        return self.parts.functions(actor, self.at.preload[0], FUNCTION_TIME, self.parts.budget)

    def objects(self, actor: "Actor") -> "ReplicatedObjects":
        """The objects port of an actor."""
        return self.parts.objects(actor, self.at.objects, self.settings.store, self.parts.budget)

    def inference(self, actor: "Actor") -> "Inference":
        """The inference port of an actor."""
        own = self._words(actor)
        if not self.settings.experts:
            return own
        mixture = self.settings.mixture
        dispatchers = rfid_moe.places_of(self.at.experts, mixture).dispatchers
        return self.parts.experts(actor, own, dispatchers, mixture.tokens, self.parts.budget)

    def _words(self, actor: "Actor") -> "Inference":
        """What says the words of an answer."""
        patience = self.settings.engine_patience
        if self.settings.inference == "cache":
            return self.parts.cached(actor, self.at.routers, patience, self.parts.budget)
        return self.parts.inference(actor, self.at.engines, patience, self.parts.budget)
