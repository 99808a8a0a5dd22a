"""The browser extension: it submits what its user is submitting on the web page at the same time."""

from models.agentflow import Port
from models.resumesnap.words import Submit
from sim import Actor, on


class Extension(Actor):
    """One for all users; it knows no more than the page does."""

    def __init__(self, gateway: str) -> None:
        self._gateway = gateway

    def on_start(self) -> None:
        """Wait for users."""
        self._port = Port(self, self._gateway)

    @on(Submit)
    def submit(self, _: object, asked: Submit) -> None:
        """Submit the same."""
        self.spawn(self._port.insist(asked))
