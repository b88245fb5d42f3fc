"""Which language is spoken: the one of whoever acts here, else the terminal's own."""

from __future__ import annotations

from agent.core.people.person_view import PersonView
from agent.tui.texts import LANGUAGES, Language


class Tongue:
    """The language of this terminal. A key that changes it holds until somebody else acts."""

    def __init__(self, home: Language) -> None:
        """Begins with nobody.

        Args:
            home: what is spoken where the directory of operators names no language.
        """
        self.language = home
        self._home = home
        self._of: str | None = None
        self._is_theirs = False

    def follow(self, acting: PersonView | None) -> None:
        """Speaks as whoever acts here now; the same person changes nothing."""
        of = None if acting is None else acting.operator_id
        if of != self._of:
            self._of = of
            theirs = next((known for known in LANGUAGES if acting is not None and known == acting.language), None)
            self._is_theirs = theirs is not None
            self.language = theirs or self._home

    def turn(self) -> None:
        """Goes round the languages; where nobody has one of their own, the terminal's is another one from now on."""
        languages = list(LANGUAGES)
        self.language = languages[(languages.index(self.language) + 1) % len(languages)]
        if not self._is_theirs:
            self._home = self.language
