"""The topic tree of the contract with the MES (design of topics: one work center, one agent, one site)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote

from agent.core.settings import AgentSettings

_SAFE = "_.-"


def encoded(identity: str) -> str:
    """An id as a topic level: octets outside `[A-Za-z0-9_.-]` percent-encoded."""
    return quote(identity, safe=_SAFE).replace("~", "%7E")


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one agent."""

    site: str
    area: str
    agent: str

    @staticmethod
    def of(root: str, agent: AgentSettings) -> Topics:
        """The topics of the agent with these settings."""
        site = f"{encoded(root)}/v1/{encoded(agent.enterprise)}/{encoded(agent.site)}"
        return Topics(site, f"{site}/{encoded(agent.area)}", f"{site}/agents/{encoded(agent.id)}")

    @property
    def events(self) -> str:
        """Batches, and facts about the agent itself."""
        return f"{self.agent}/evt"

    @property
    def status(self) -> str:
        """Retained: whether the agent is online; also its Will."""
        return f"{self.agent}/status"

    @property
    def queue(self) -> str:
        """Retained: what waits."""
        return f"{self.agent}/state/queue"

    @property
    def ack(self) -> str:
        """Confirmations of the MES."""
        return f"{self.agent}/ack"

    @property
    def commands(self) -> str:
        """Commands of the MES end in their name."""
        return f"{self.agent}/cmd/"

    @property
    def answers(self) -> str:
        """Answers to commands."""
        return f"{self.agent}/res"

    def event(self, wc_id: str, family: str) -> str:
        """One live fact of a work center, by its family."""
        return f"{self.area}/{encoded(wc_id)}/evt/{family}"

    def state(self, wc_id: str, name: str) -> str:
        """A retained view of a work center."""
        return f"{self.area}/{encoded(wc_id)}/state/{name}"

    def telemetry(self, wc_id: str, signal: str) -> str:
        """Values of one signal of a work center."""
        return f"{self.area}/{encoded(wc_id)}/tel/{encoded(signal)}"

    def subscriptions(self, wc_ids: tuple[str, ...]) -> tuple[str, ...]:
        """Everything that this agent reads."""
        centers = tuple(f"{self.area}/{encoded(wc_id)}/dir/#" for wc_id in wc_ids)
        return (self.ack, self.status, f"{self.commands}+", f"{self.site}/-/-/dir/#", *centers)

    def directory(self, topic: str) -> tuple[str | None, str] | None:
        """Work center (None for the site) and name of a directory topic; None for another topic."""
        site_wide = f"{self.site}/-/-/dir/"
        if topic.startswith(site_wide):
            return None, unquote(topic.removeprefix(site_wide))
        if not topic.startswith(f"{self.area}/"):
            return None
        wc_id, found, name = topic.removeprefix(f"{self.area}/").partition("/dir/")
        return (unquote(wc_id), unquote(name)) if found else None
