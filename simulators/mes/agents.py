"""What agents say of themselves, and which of it is still true: a Will may come long after its session."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulators.mes.sequences import Gap


@dataclass(frozen=True, slots=True)
class Status:
    """An agent's status document."""

    agent_id: str
    online: bool
    instance: str
    session: int
    epoch: str
    former: tuple[str, ...] = ()
    """Epochs of its journal before the present one."""

    @classmethod
    def read(cls, payload: bytes) -> Status | None:
        """The status, None where it is none."""
        said = _object(payload)
        match said:
            case {
                "agent_id": str(agent_id),
                "online": bool(online),
                "instance": str(instance),
                "session": int(session),
                "epoch": str(epoch),
            } if agent_id and epoch:
                return cls(agent_id, online, instance, session, epoch, tuple(_names(said.get("former"))))
        return None


class Sightings:
    """Which status of an agent is news."""

    def __init__(self) -> None:
        self._sessions: dict[str, dict[str, int]] = {}

    def is_news(self, status: Status) -> bool:
        """Whether it is not of an earlier session, or of an earlier run, than what was heard before."""
        sessions = self._sessions.setdefault(status.agent_id, {})
        latest = next(reversed(sessions), None)
        known = sessions.get(status.instance)
        if known is not None and (status.instance != latest or status.session < known):
            return False
        sessions[status.instance] = status.session
        return True


@dataclass(frozen=True, slots=True)
class Unavailable:
    """An agent's answer that it has these facts no longer."""

    epoch: str
    gap: Gap

    @classmethod
    def read(cls, payload: bytes) -> Unavailable | None:
        """The answer, None where it is another one."""
        match _object(payload).get("unavailable"):
            case {"epoch": str(epoch), "from": int(first), "to": int(last)} if epoch and 0 < first <= last < 2**63:
                return cls(epoch, Gap(first, last))
        return None


def _names(former: object) -> Iterator[str]:
    for one in former if isinstance(former, list) else ():
        match one:
            case {"epoch": str(epoch)} if epoch:
                yield epoch


def _object(payload: bytes) -> dict[str, Any]:
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
