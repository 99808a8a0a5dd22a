"""LLM serving: prefix caches on engines, routers that know them by hints; an answer is always the cold one.

Kwon and others, "Efficient Memory Management for Large Language Model Serving with PagedAttention" (SOSP 2023); Zheng
and others, "SGLang" (NeurIPS 2024); modelled on NasitSony/llm-serving-cache.
"""

from models.llm_cache.model import MODEL
from models.llm_cache.traces import read_trace

__all__ = ["MODEL", "read_trace"]
