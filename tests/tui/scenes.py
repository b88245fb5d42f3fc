"""Scenes for sheets to be made of, and what a person finds on them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from agent.core.times import epoch
from agent.core.work_center_view import WorkCenterView
from agent.tui.scene import Scene
from agent.tui.sheets import SHEETS
from agent.tui.sheets.sheet import Deed, Known, Note, Page, Sheet, Show
from agent.tui.texts import Language
from agent.tui.wording import Wording
from tests.tui.views import NOON, showing


def a_scene(center: WorkCenterView, language: Language = "en", at: str = NOON, **view: Any) -> Scene:  # noqa: ANN401
    """What there is to draw of this work center at noon in Almaty; `view` changes the agent's view."""
    shown = showing(center).model_copy(update=view)
    return Scene(Wording(language, ZoneInfo(shown.time_zone)), shown, center, epoch(at), None)


def sheet(scene: Scene, page: Page, **known: str) -> Sheet:
    """What the page shows; the one to which it turns where it turns to another."""
    found: Sheet | Note | Show = Show(page, known)
    while isinstance(found, Show):
        found = SHEETS[found.page](scene, found.known)
    assert isinstance(found, Sheet), found
    return found


def opened(scene: Scene, deed: Deed) -> Sheet:
    """What the page shows that a deed turns to."""
    assert isinstance(deed, Show), deed
    return sheet(scene, deed.page, **deed.known)


def note(scene: Scene, page: Page, known: Known | None = None) -> str:
    """Why the page has nothing to show."""
    found = SHEETS[page](scene, known or {})
    assert isinstance(found, Note), found
    return found.text


def labels(shown: Sheet) -> list[str]:
    """What the digits pick."""
    return [choice.label for choice in shown.choices]


def picked(shown: Sheet, label: str) -> Deed:
    """What the choice does whose label begins so."""
    (found,) = [choice.deed for choice in shown.choices if choice.label.startswith(label)]
    return found


def confirmed(shown: Sheet) -> Deed:
    """What Enter does."""
    assert shown.primary is not None
    return shown.primary.deed


def typed(shown: Sheet, text: str) -> Deed:
    """What a typed line does."""
    assert shown.field is not None
    return shown.field.take(text)
