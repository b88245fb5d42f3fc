"""Where the operator has got to: the pages that were opened, each from the one before."""

from __future__ import annotations

from agent.tui.scene import Scene
from agent.tui.sheets import SHEETS
from agent.tui.sheets.sheet import DIGITS, Note, Page, Sheet, Show


class Path:
    """The way from the run to the page that stands on the screen."""

    def __init__(self) -> None:
        self.turned = 0
        """Which nine of a page's choices."""
        self._shows: tuple[Show, ...] = ()

    @property
    def page(self) -> Page:
        """The page that was opened last; the run as a rule."""
        return self._shows[-1].page if self._shows else Page.RUN

    def go_home(self, then: Show | None = None) -> None:
        """Leaves all pages, for another one if one is named."""
        self._shows, self.turned = () if then is None else (then,), 0

    def go_on(self, wanted: Show, scene: Scene | None) -> Note | None:
        """Opens a page; says why not where it has nothing to show."""
        found = None if scene is None else _found(wanted, scene)
        if isinstance(found, Show):
            return self.go_on(found, scene)
        if isinstance(found, Note):
            return found
        if found is not None or wanted.page is Page.HELP:
            self._shows, self.turned = (*self._shows, wanted), 0
        return None

    def go_back(self) -> None:
        """Leaves the page that was opened last."""
        self._shows, self.turned = self._shows[:-1], 0

    def turn(self, length: int) -> None:
        """Turns to the next nine of so many choices."""
        self.turned = (self.turned + 1) % max(1, -(-length // DIGITS))

    def settle(self, scene: Scene) -> None:
        """Leaves pages that have nothing to show any more."""
        while self._shows and isinstance(_found(self._shows[-1], scene), Note | Show):
            self.go_back()

    def sheet(self, scene: Scene) -> Sheet | None:
        """What the page shows; nothing on the run."""
        found = _found(self._shows[-1], scene) if self._shows else None
        return None if isinstance(found, Note | Show) else found


def _found(wanted: Show, scene: Scene) -> Sheet | Note | Show | None:
    """Nothing where it is a page that needs no agent."""
    return SHEETS[wanted.page](scene, wanted.known) if wanted.page in SHEETS else None
