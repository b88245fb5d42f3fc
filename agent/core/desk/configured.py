"""The configuration that the desk remembers: that it is another one is a fact, once."""

from __future__ import annotations

from agent.core.draft import Draft
from agent.core.facts import ConfigChanged
from agent.core.fingerprint import Fingerprint, changed
from agent.core.observations import Configured


def tell(configured: Configured, former: Fingerprint | None, draft: Draft, number: int) -> None:
    """Another configuration than the former one was read. Where none is remembered there is nothing to compare with.

    Args:
        configured: what was read.
        former: what is remembered.
        draft: of the facts.
        number: names the fact.
    """
    if former is None or former.sha256 == configured.read.sha256:
        return
    data = ConfigChanged(
        keys=draft.keys,
        quality=draft.quality("rule"),
        hash=configured.read.sha256,
        former_hash=former.sha256,
        cause=configured.cause,
        changed=changed(former.keys, configured.read.keys),
        needs_restart=configured.needs_restart,
    )
    draft.add(data, draft.observed, f"config:{number}")
