"""UI-Navigator: an agent that works in a browser, as a flow on AgentFlow."""

from models.ui_navigator.model import MODEL

__all__ = ["MODEL"]
