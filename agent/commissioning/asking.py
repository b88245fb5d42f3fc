"""Asks one question after the other in plain lines: no colours, no cursor, so that any terminal will do."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Mapping
from typing import Final, TextIO, TypeVar

from agent.core.errors import ConfigurationError, LinesideError

T = TypeVar("T")
_YES: Final = {"y": True, "yes": True, "n": False, "no": False}


class StoppedError(LinesideError):
    """For the technician: the questions ended before the last answer. Nothing was written."""


class Asker:
    """One conversation.

    Args:
        given: answers from options, by name of the question; what is given is not asked.
        unattended: take defaults for the rest instead of asking.
        source: where answers come from; standard input.
        out: where questions go; standard output.
    """

    def __init__(
        self, given: Mapping[str, str], *, unattended: bool, source: TextIO | None = None, out: TextIO | None = None
    ) -> None:
        self._given = given
        self.is_unattended = unattended
        self._source = sys.stdin if source is None else source
        self._out = sys.stdout if out is None else out

    def is_given(self, name: str) -> bool:
        """Whether an option answers this question."""
        return name in self._given

    def say(self, text: str = "") -> None:
        """A line for the technician."""
        self._out.write(f"{text}\n")
        self._out.flush()

    def ask(
        self, name: str, question: str, check: Callable[[str], T], *, default: str | None = None, example: str = ""
    ) -> T:
        """The answer, right by `check`; a wrong one is explained and asked for again.

        Args:
            name: of the option that answers it, too.
            question: as it is shown.
            check: turns the text into the answer; its ValueError says what was expected.
            default: what Enter means; None where there has to be an answer.
            example: of an answer.

        Raises:
            ConfigurationError: a given answer is wrong, or nobody is there to ask and there is no default.
            StoppedError: the input ended.
        """
        if name in self._given or self.is_unattended:
            answer = self._given.get(name, default)
            if answer is None:
                such = f", such as {example}" if example else ""
                raise ConfigurationError(f"--{name} is needed: {question}{such}")
            try:
                return check(answer)
            except ValueError as error:
                raise ConfigurationError(f"--{name}: {error}") from error
        hint = f" (such as {example})" if example else ""
        while True:
            self._out.write(f"{question}{hint}{'' if default is None else f' [{default}]'}: ")
            self._out.flush()
            answer = self._line() or default
            if answer is None:
                self.say("  An answer is needed here.")
                continue
            if not answer.isprintable():
                self.say("  That holds a key that is no character. Please type it again.")
                continue
            try:
                return check(answer)
            except ValueError as error:
                self.say(f"  {error}. Please answer again.")

    def confirm(self, name: str, question: str, *, default: bool) -> bool:
        """Yes or no."""
        return self.ask(name, f"{question} y/n", _is_yes, default="y" if default else "n")

    def secret(self, question: str) -> str:
        """What is not shown while it is typed, where this is a terminal."""
        if self._source is sys.stdin and sys.stdin.isatty():
            try:
                return getpass.getpass(f"{question}: ", self._out)
            except EOFError:
                raise StoppedError("The questions ended before the last answer. Nothing was written.") from None
        self._out.write(f"{question}: ")
        self._out.flush()
        return self._line()

    def _line(self) -> str:
        line = self._source.readline()
        if not line:
            raise StoppedError("The questions ended before the last answer. Nothing was written.")
        return line.strip()


def _is_yes(text: str) -> bool:
    try:
        return _YES[text.lower()]
    except KeyError:
        raise ValueError(f"'{text}' is neither yes nor no; expected y or n") from None
