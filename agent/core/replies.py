"""Answers to people, with what other languages need."""

from __future__ import annotations

from agent.core import sentences
from agent.core.errors import EntryRefusedError
from agent.core.views import Reply


def accepted(message: str) -> Reply:
    """The answer that something was done, or asked."""
    pattern, values = sentences.parts(message)
    return Reply(
        accepted=True, code=sentences.code_of(message), message=str(message), pattern=pattern, values=dict(values)
    )


def refused(refusal: EntryRefusedError) -> Reply:
    """The answer that something was not done, and why."""
    pattern, values = sentences.parts(refusal.message)
    return Reply(accepted=False, code=refusal.code, message=str(refusal), pattern=pattern, values=dict(values))
