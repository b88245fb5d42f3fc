from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.core.people.person_view import PersonView
from agent.tui.deliveries import Seen
from agent.tui.texts import LANGUAGES
from agent.tui.tongue import Tongue
from tests.tui.operating import settled
from tests.tui.test_screens import terminal_in
from tests.tui.views import CENTER, NOON, showing


def person(operator_id: str, language: str | None) -> PersonView:
    return PersonView(operator_id=operator_id, name=operator_id, activity="direct", since=NOON, language=language)


RUSSIAN, KAZAKH, ANYBODY = person("OP-1", "ru"), person("OP-2", "kk"), person("OP-3", None)


def test_whoever_acts_brings_the_language_and_takes_it_away() -> None:
    tongue = Tongue("en")
    spoken = []
    for acting in (RUSSIAN, KAZAKH, ANYBODY, RUSSIAN, None):
        tongue.follow(acting)
        spoken.append(tongue.language)
    assert spoken == ["ru", "kk", "en", "ru", "en"]


def test_the_key_holds_until_somebody_else_acts() -> None:
    tongue = Tongue("en")
    tongue.follow(RUSSIAN)
    tongue.turn()
    spoken = []
    for acting in (RUSSIAN, None, RUSSIAN):
        tongue.follow(acting)
        spoken.append(tongue.language)
    assert spoken == ["kk", "en", "ru"]


def test_where_nobody_has_a_language_the_key_changes_the_terminals_own() -> None:
    tongue = Tongue("en")
    tongue.turn()
    tongue.follow(ANYBODY)
    assert tongue.language == "ru"
    tongue.follow(KAZAKH)
    tongue.turn()
    tongue.follow(None)
    assert tongue.language == "ru"


def test_a_language_that_the_terminal_does_not_speak_is_none() -> None:
    tongue = Tongue("kk")
    tongue.follow(person("OP-4", "de"))
    assert tongue.language == "kk"


PEOPLE = st.sampled_from([None, RUSSIAN, KAZAKH, ANYBODY])


@given(st.lists(st.one_of(PEOPLE, st.just("key"))), PEOPLE)
def test_whoever_has_a_language_finds_it_whatever_was_before(
    before: list[PersonView | str | None], last: PersonView | None
) -> None:
    tongue = Tongue("en")
    for one in before:
        if isinstance(one, str):
            tongue.turn()
        else:
            tongue.follow(one)
    tongue.follow(KAZAKH)
    tongue.follow(last)
    assert tongue.language in LANGUAGES
    if last is not None and last.language is not None and last != KAZAKH:
        assert tongue.language == last.language


async def test_the_screen_turns_to_the_language_of_who_signs_on() -> None:
    async with terminal_in("en") as (terminal, pilot):
        for crew, word in (((), "RUNNING"), ((RUSSIAN,), "РАБОТА"), ((RUSSIAN, KAZAKH), "ЖҰМЫСТА"), ((), "RUNNING")):
            terminal.tell(Seen(showing(CENTER.model_copy(update={"crew": crew}))))
            await settled(terminal)
            scene = terminal.desk.scene(0.0)
            assert scene is not None
            assert scene.words.say("RUNNING") == word
        await pilot.pause()
