"""The MES's word that it has facts (domain.md G6): the only thing that counts as delivered."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

HIGHEST = 2**53 - 1
"""No agent gets there; what is higher is no number of ours, nor one that every JSON reader understands."""


class Rejected(BaseModel):
    """A fact that the MES refuses; it counts as through."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="ignore", use_attribute_docstrings=True)
    sequence: Annotated[int, Field(ge=1, le=HIGHEST)]
    reason: str = ""
    retryable: bool = False
    """The MES may take it later: it is sent again by itself. Else it is parked until somebody asks for it."""


class Ack(BaseModel):
    """The MES has, refuses or was told to do without every fact of an epoch up to `through`."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="ignore", use_attribute_docstrings=True)
    epoch: str
    through: Annotated[int, Field(ge=0, le=HIGHEST)]
    rejected: tuple[Rejected, ...] = ()
