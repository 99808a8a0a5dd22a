"""AgentFlow: event-sourced workflows with durable histories, retries, timeouts, leases and compensation.

An application on the engine takes `deploy` (store, deciders and workers on nodes), `Program` with its flows and
activities, `EngineSettings`, `EngineParts` and the promises `ENGINE_CHECKS`.
"""

from models.agentflow.model import MODEL

__all__ = ["MODEL"]
