"""What the local API says about the copies of the MES's objects."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from agent.core.directories.copies import Outcome


class View(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, defer_build=True, use_attribute_docstrings=True)


class AttributeView(View):
    """Something noted here beside a copy, never in it (requirement 8)."""

    name: str
    value: str


class RevisionView(View):
    """One revision of an object."""

    rev: str | None
    owner: str | None
    """The system that owns the object."""
    effective_from: str | None
    """As the owner says; at once where it says nothing."""
    received: str
    sha256: str
    """Of the message, word for word."""


class ObjectView(View):
    """An object of the MES as this agent knows it."""

    wc_id: str | None
    """Work center that it belongs to, null for the site."""
    name: str
    in_force: RevisionView | None
    scheduled: tuple[RevisionView, ...]
    """What takes its place, the next first."""
    attributes: tuple[AttributeView, ...]
    """What the configuration notes beside it."""


class DirectoryList(View):
    """All objects."""

    directories: tuple[ObjectView, ...]


class InForceView(View):
    """An object of the MES, word for word as its owner sent it."""

    payload: str | None
    """Null where none is in force."""


class HistoryView(RevisionView):
    """What became of one message about an object."""

    number: int
    """Grows with each message."""
    outcome: Outcome
    supersedes: str | None
    """Revision that it took the place of."""
    detail: str
    """Why it was refused."""
    payload: str
    """The message; octets that are no UTF-8 are written out."""


class HistoryList(View):
    """The history of an object, the last first."""

    history: tuple[HistoryView, ...]
