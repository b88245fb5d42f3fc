"""What many pages ask: a quantity, a code out of a list, a few words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from agent.core.arguments import LONGEST_TEXT, MOST, fits
from agent.core.views import CodeView
from agent.tui.scene import Scene
from agent.tui.sheets.codes import GROUP, Codes
from agent.tui.sheets.sheet import Deed, Field, Known, Note, Page, Sheet, Show
from agent.tui.wording import Wording

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}([.][0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class CodeQuestion:
    """A code out of a list that the MES shares with the floor."""

    page: Page
    """Where it is asked."""
    title: str
    listed: str
    """Name of the list."""
    key: str
    """Of the argument that the code becomes."""
    then: Callable[[Known], Deed]
    """Goes on with what is known then: the code, and `comment` where it explains nothing by itself."""
    lines: tuple[str, ...] = ()


def code(scene: Scene, known: Known, asked: CodeQuestion) -> Sheet:
    """Asks for the code, in one level or two; for a few words beside it where it is generic."""
    words, listed = scene.words, scene.view.lists.get(asked.listed)
    if asked.key in known:
        return Sheet(asked.title, asked.lines, field=_words_beside(known, asked, words))
    if listed is None or not listed.codes:
        field = Field(words.say("The MES has sent no such list: type a code"), "text", _typed_code(known, asked, words))
        return Sheet(asked.title, asked.lines, field=field)
    choices = Codes(listed.codes, listed.groups).choices(Show(asked.page, known), words, _picked(known, asked))
    return Sheet(asked.title, asked.lines, choices=choices)


def number(text: str, words: Wording) -> Decimal | Note:
    """A typed number, with a point or a comma; a note where it is none."""
    plain = text.strip().replace(",", ".")
    if not _NUMBER.fullmatch(plain) or abs(Decimal(plain)) > MOST:
        return Note(words.say("'{text}' is no quantity. Type a number such as 12 or 0,75.", text=text[:20]))
    return Decimal(plain)


def parts(text: str, words: Wording) -> Decimal | Note:
    """A typed number of parts, at least one."""
    found = number(text, words)
    if not isinstance(found, Note) and (found < 1 or found != found.to_integral_value()):
        return Note(words.say("'{text}' is no number of parts. Type 1 or more, without decimals.", text=text[:20]))
    return found


def parts_or_unit(text: str, scene: Scene) -> Decimal | Note:
    """A typed number of parts; where units have serials also 0, for one that is scanned."""
    return Decimal(0) if text.strip() == "0" and scene.has_serials else parts(text, scene.words)


def code_text(scene: Scene, listed: str, code: str) -> str:
    """What a code of a list is called; the code itself where nobody has published it."""
    found = scene.view.lists.get(listed)
    return next((scene.words.code(one) for one in (found.codes if found else ()) if one.code == code), code)


def plain(quantity: Decimal) -> str:
    """A quantity as entries carry it."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def name(text: str, words: Wording, then: Callable[[str], Deed]) -> Deed:
    """Goes on with a typed name; says so where it is too long to be one."""
    typed = text.strip(" ")
    return then(typed) if typed and fits(typed) else Note(words.say("That is too long for a name. Look again."))


def _picked(known: Known, asked: CodeQuestion) -> Callable[[CodeView], Deed]:
    chosen = {name: value for name, value in known.items() if name != GROUP}

    def pick(one: CodeView) -> Deed:
        found = {**chosen, asked.key: one.code}
        return Show(asked.page, found) if one.generic else asked.then(found)

    return pick


def _words_beside(known: Known, asked: CodeQuestion, words: Wording) -> Field:
    prompt = words.say("Say in a few words what it was")
    return Field(prompt, "text", lambda text: asked.then({**known, "comment": text[:LONGEST_TEXT]}))


def _typed_code(known: Known, asked: CodeQuestion, words: Wording) -> Callable[[str], Deed]:
    return lambda text: name(text, words, lambda typed: asked.then({**known, asked.key: typed}))
