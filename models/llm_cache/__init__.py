"""LLM serving: prefix caches on engines, routers that know them by hints; an answer is always the cold one.

Kwon and others, "Efficient Memory Management for Large Language Model Serving with PagedAttention" (SOSP 2023); Zheng
and others, "SGLang" (NeurIPS 2024); modelled on NasitSony/llm-serving-cache.

Whoever composes a system of it takes `MODEL.build` with `Parts` of its own, what is said to routers and what they say,
`Receiving` for the chunks of an answer, what an asker tells the checks, and the promises of `MODEL.checks`.
"""

from models.llm_cache.engine import Engine, Identity
from models.llm_cache.events import Asked, Delivered, Ended, EngineStarted, Got, Known, Received, Routed
from models.llm_cache.messages import (
    Answer,
    AskInventory,
    Cancel,
    Chunk,
    Generate,
    Noted,
    Origin,
    Planned,
    Renew,
    Rollout,
    Run,
    Who,
    Withdraw,
)
from models.llm_cache.model import MODEL
from models.llm_cache.parts import Parts
from models.llm_cache.receiving import Receiving
from models.llm_cache.router import Router
from models.llm_cache.settings import Settings
from models.llm_cache.tokens import count, cut
from models.llm_cache.traces import read_trace
from models.llm_cache.truth import cold, weights

__all__ = [
    "MODEL",
    "Answer",
    "AskInventory",
    "Asked",
    "Cancel",
    "Chunk",
    "Delivered",
    "Ended",
    "Engine",
    "EngineStarted",
    "Generate",
    "Got",
    "Identity",
    "Known",
    "Noted",
    "Origin",
    "Parts",
    "Planned",
    "Received",
    "Receiving",
    "Renew",
    "Rollout",
    "Routed",
    "Router",
    "Run",
    "Settings",
    "Who",
    "Withdraw",
    "cold",
    "count",
    "cut",
    "read_trace",
    "weights",
]
