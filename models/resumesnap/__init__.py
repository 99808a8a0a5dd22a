"""ResumeSnap: a pipeline of flaky services, as a flow on AgentFlow."""

from models.resumesnap.model import MODEL

__all__ = ["MODEL"]
