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


def named(head: str, *ids: str) -> str:
    """The name of a directory's object, each id a level of its own."""
    return "/".join((head, *map(_level, ids)))


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

    def command(self, agent_id: str, name: str) -> str:
        """Where an agent hears a command."""
        return f"{self._prefix}/agents/{_level(agent_id)}/cmd/{name}"

    def directory(self, area: str | None, wc_id: str | None, name: str) -> str:
        """Where an object is published: of a work center, or of the site.

        Args:
            area: Of the work center.
            wc_id: The work center, None for the site.
            name: Such as `lots/L-1`, made by `named` where an id may hold anything.
        """
        where = "-/-" if area is None or wc_id is None else f"{_level(area)}/{_level(wc_id)}"
        return f"{self._prefix}/{where}/dir/{name}"

    def work_center(self, topic: str) -> tuple[str, str] | None:
        """Area and work center of a topic of facts, None for the batches of an agent."""
        levels = topic.removeprefix(f"{self._prefix}/").split("/")
        return None if len(levels) < 4 or levels[0] == "agents" else (unquote(levels[0]), unquote(levels[1]))


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
