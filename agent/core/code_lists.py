"""Codes that people give as a reason, out of a list that the MES shares with the floor (requirements 57, 74, 75)."""

from __future__ import annotations

from collections.abc import Mapping

from agent.core import arguments
from agent.core.directories import Directories
from agent.core.errors import EntryRefusedError
from agent.core.facts import Reason
from agent.core.sentences import say


def coded(directories: Directories, name: str, code: str, comment: str = "") -> Reason:
    """The reason that a code of a list means; any code where the MES has sent no such list.

    Args:
        directories: what the MES said.
        name: of the list, one of `CODE_LISTS`.
        code: what was given.
        comment: what was said beside it; a generic code explains nothing without one.

    Raises:
        EntryRefusedError: it does not stand in the list, is too long, or needs a comment.
    """
    arguments.must_fit(code)
    known = directories.lists.get(name)
    if known is None:
        return Reason(code=code, dir=name, rev=None)
    entry = next((one for one in known.codes if one.code == code), None)
    if entry is None:
        some = ", ".join(one.code for one in known.codes[:9])
        raise EntryRefusedError(
            "UNKNOWN_REASON",
            say("'{code}' is no code of the list '{name}'; expected {some}.", code=code, name=name, some=some),
        )
    if entry.generic and not comment:
        raise EntryRefusedError(
            "COMMENT_NEEDED", say("'{code}' says nothing by itself. Say in a few words what it was.", code=code)
        )
    return Reason(code=code, dir=name, rev=known.rev)


def optional(directories: Directories, name: str, given: Mapping[str, str], key: str = "reason") -> Reason | None:
    """The reason among the arguments of an entry; None where none is given.

    Raises:
        EntryRefusedError: as `coded`.
    """
    code = given.get(key, "")
    return coded(directories, name, code, arguments.text(given, "comment")) if code else None


def must_know(directories: Directories, name: str, code: str, refusal: str) -> None:
    """Refuse a code that names what was found, a defect or its cause, and stands not in its list, where there is one.

    Raises:
        EntryRefusedError: with the code `refusal`, or it is too long.
    """
    arguments.must_fit(code)
    known = directories.lists.get(name)
    if known is not None and not known.knows(code):
        some = ", ".join(one.code for one in known.codes[:9])
        raise EntryRefusedError(
            refusal, say("'{code}' is no code of the list '{name}'; expected {some}.", code=code, name=name, some=some)
        )
