"""A picture on the screen: drawn as wide as there is room, and again only when what it shows has changed."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget


class Picture(Widget):
    """As high as what is drawn."""

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._seen: object = None
        self._draw: Callable[[int], Content] = lambda _: Content("")

    def show(self, seen: object, draw: Callable[[int], Content]) -> None:
        """Shows something.

        Args:
            seen: what the picture is made of: equal to the last one, nothing is drawn.
            draw: makes it, as wide as it is told.
        """
        if seen != self._seen:
            before = _rows(self._draw(self.size.width))
            self._seen, self._draw = seen, draw
            self.refresh(layout=_rows(draw(self.size.width)) != before)

    def render(self) -> Content:
        """The picture; the last known one has no colours."""
        drawn = self._draw(self.size.width)
        return Content(drawn.plain) if self.screen.has_class("-lost") else drawn

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002
        """All that there is."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Its rows."""
        return _rows(self._draw(width))


def _rows(drawn: Content) -> int:
    return drawn.plain.count("\n") + 1 if drawn.plain else 0
