from __future__ import annotations

from io import StringIO

import pytest

from agent.commissioning.asking import Asker, StoppedError
from agent.commissioning.checks import port_number
from agent.core.errors import ConfigurationError


def asker(typed: str = "", *, unattended: bool = False, **given: str) -> tuple[Asker, StringIO]:
    out = StringIO()
    return Asker(given, unattended=unattended, source=StringIO(typed), out=out), out


def test_enter_takes_the_default_and_an_example_is_shown() -> None:
    person, out = asker("\n")
    assert person.ask("port", "Port", port_number, default="1883", example="8883") == 1883
    assert out.getvalue() == "Port (such as 8883) [1883]: "


def test_a_wrong_answer_is_explained_and_asked_for_again() -> None:
    person, out = asker("x\n\x1b[A\n\n 17 \n")
    assert person.ask("port", "Port", port_number) == 17
    assert out.getvalue().splitlines() == [
        "Port:   'x' is no port; expected a number from 1 to 65535. Please answer again.",
        "Port:   That holds a key that is no character. Please type it again.",
        "Port:   An answer is needed here.",
        "Port: ",
    ]


def test_what_an_option_says_is_not_asked() -> None:
    person, out = asker(port="99")
    assert person.ask("port", "Port", port_number, default="1") == 99
    assert out.getvalue() == ""


def test_without_a_person_defaults_are_taken_and_what_has_none_is_an_error() -> None:
    nobody, out = asker(unattended=True)
    assert nobody.ask("port", "Port", port_number, default="1") == 1
    assert nobody.confirm("sure", "Sure?", default=False) is False
    assert out.getvalue() == ""
    with pytest.raises(ConfigurationError, match="--user is needed: User, such as line-a"):
        nobody.ask("user", "User", str, example="line-a")


def test_yes_and_no_in_any_letters_and_nothing_else() -> None:
    person, out = asker("maybe\nYES\n")
    assert person.confirm("sure", "Sure?", default=False) is True
    assert "'maybe' is neither yes nor no; expected y or n" in out.getvalue()


def test_an_input_that_ends_stops_the_conversation() -> None:
    person, _ = asker("")
    with pytest.raises(StoppedError, match="Nothing was written"):
        person.ask("port", "Port", port_number, default="1")
