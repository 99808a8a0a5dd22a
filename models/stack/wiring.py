"""How the joints of one stack reach each other: who is where, with which parameters, built from which parts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import llm_cache, smartsearch
from models.stack.deployment import Deployment, search_settings, serving_settings
from models.stack.stack_settings import StackSettings

if TYPE_CHECKING:
    from models.stack.objects_port import ReplicatedObjects
    from models.stack.ports import Inference
    from models.stack.stack_parts import StackParts
    from sim import Actor


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

    def objects(self, actor: "Actor") -> "ReplicatedObjects":
        """The objects port of an actor."""
        return self.parts.objects(actor, self.at.objects, self.settings.store, self.parts.budget)

    def inference(self, actor: "Actor") -> "Inference":
        """The inference port of an actor."""
        patience = self.settings.engine_patience
        if self.settings.inference == "cache":
            return self.parts.cached(actor, self.at.routers, patience, self.parts.budget)
        return self.parts.inference(actor, self.at.engines, patience, self.parts.budget)
