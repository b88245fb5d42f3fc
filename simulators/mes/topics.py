"""Where on the broker the MES listens and speaks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias
from urllib.parse import quote, unquote

Kind: TypeAlias = Literal["evt", "status", "res"]


def _level(name: str) -> str:
    # quote() leaves "~" alone; the contract does not.
    return quote(name, safe="").replace("~", "%7E")


@dataclass(frozen=True, slots=True)
class Place:
    """One site on one broker."""

    enterprise: str
    site: str
    root: str = "lineside"

    @property
    def _prefix(self) -> str:
        return f"{self.root}/v1/{_level(self.enterprise)}/{_level(self.site)}"

    def inbound(self) -> tuple[str, ...]:
        """Topic filters of all that agents say. The first one covers `agents/{agent_id}/evt` too."""
        return (f"{self._prefix}/+/+/evt/#", f"{self._prefix}/agents/+/status", f"{self._prefix}/agents/+/res")

    def kind(self, topic: str) -> Kind | None:
        """What is said on a topic, None for one that is no business of the MES."""
        head, _, tail = topic.partition(f"{self._prefix}/")
        levels = tail.split("/")
        if head or len(levels) < 3:
            return None
        match levels:
            case [_, _, "evt", *_]:
                return "evt"
            case ["agents", _, "status"]:
                return "status"
            case ["agents", _, "res"]:
                return "res"
        return None

    def agent_of(self, topic: str) -> str:
        """Whose topic below `agents` this is."""
        return unquote(topic.removeprefix(f"{self._prefix}/agents/").partition("/")[0])

    def ack(self, agent_id: str) -> str:
        """Where an agent hears what is confirmed."""
        return f"{self._prefix}/agents/{_level(agent_id)}/ack"

    def replay(self, agent_id: str) -> str:
        """Where an agent is asked for a gap."""
        return f"{self._prefix}/agents/{_level(agent_id)}/cmd/replay"

    def order(self, area: str, wc_id: str, order_id: str) -> str:
        """Where an order of a work center is published."""
        return f"{self._prefix}/{_level(area)}/{_level(wc_id)}/dir/orders/{_level(order_id)}"

    def reasons(self) -> str:
        """Where the site's reasons are published."""
        return f"{self._prefix}/-/-/dir/reasons"


@dataclass(frozen=True, slots=True)
class Source:
    """Whose facts: one epoch of one agent's journal."""

    site: str
    agent_id: str
    epoch: str

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, urn: str) -> Source:
        """`urn:lineside:{site}:{agent_id}:{epoch}`.

        Raises:
            ValueError: it is not of that form.
        """
        match urn.split(":"):
            case ["urn", "lineside", site, agent_id, epoch] if site and agent_id and epoch:
                return cls(site, agent_id, epoch)
        raise ValueError(f"source is '{urn}'; expected urn:lineside:{{site}}:{{agent_id}}:{{epoch}}")

    def __str__(self) -> str:
        """The URN again."""
        return f"urn:lineside:{self.site}:{self.agent_id}:{self.epoch}"
