"""Entries that one key makes together are each answered, and told in one line."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from agent.tui.deliveries import Answered, GivenUp
from agent.tui.feedback import Feedback, Tone
from agent.tui.sheets.sheet import Page
from agent.tui.together import Together
from agent.tui.wording import Wording
from tests.tui.at_desk import AT, AtDesk
from tests.tui.fake_agent import DONE
from tests.tui.test_stop_pages import a_closed_stop
from tests.tui.views import CENTER, showing

WORDS = Wording("en", ZoneInfo("UTC"))
TAKEN, REFUSED = Feedback(Tone.ACCEPTED, "Reason JAM taken."), Feedback(Tone.REFUSED, "Ask in the MES.")


def test_until_the_last_answer_it_is_said_how_many_were_taken() -> None:
    together = Together("Reason: Jam", {"a", "b", "c"})
    assert together.answered("a", TAKEN, WORDS) == Feedback(Tone.WAITING, "Reason: Jam: 1 of 3 taken.")
    assert together.answered("b", TAKEN, WORDS) == Feedback(Tone.WAITING, "Reason: Jam: 2 of 3 taken.")
    assert together.answered("c", TAKEN, WORDS) == Feedback(Tone.ACCEPTED, "Reason: Jam: 3 of 3 taken.")


@given(st.lists(st.booleans(), min_size=1, max_size=20))
def test_one_refusal_makes_the_whole_a_refusal_with_its_sentence_and_the_number_that_was_taken(
    taken: list[bool],
) -> None:
    ids = [str(number) for number in range(len(taken))]
    together = Together("All", set(ids))
    for client_id, was_taken in zip(ids, taken, strict=True):
        said = together.answered(client_id, TAKEN if was_taken else REFUSED, WORDS)
    counted = f"All: {sum(taken)} of {len(taken)} taken."
    expected = Feedback(Tone.ACCEPTED, counted) if all(taken) else Feedback(Tone.REFUSED, f"{counted} Ask in the MES.")
    assert said == expected


# At the desk.


def a_desk_with_two_stops_to_explain() -> AtDesk:
    """Both are given one reason by three keys."""
    stops = tuple(a_closed_stop(number) for number in (40, 20))
    at_desk = AtDesk(showing(CENTER.model_copy(update={"closed_stops": stops})))
    return at_desk.open(Page.STOPS).enter().press(1)


def test_each_entry_has_an_id_of_its_own_and_the_line_tells_of_both() -> None:
    at_desk = a_desk_with_two_stops_to_explain()
    first, second = at_desk.bodies
    assert first.client_id != second.client_id
    assert [arguments for _, arguments in at_desk.sent] == [
        {"code": "JAM", "segment_id": "c-40.1"},
        {"code": "JAM", "segment_id": "c-20.1"},
    ]
    at_desk.desk.hear(Answered(first, DONE), AT)
    assert at_desk.said == "Reason: Jam in the feeder: 1 of 2 taken."
    at_desk.desk.hear(Answered(second, DONE), AT)
    assert at_desk.said == "Reason: Jam in the feeder: 2 of 2 taken."


def test_what_waits_for_no_answer_any_more_is_not_counted() -> None:
    at_desk = a_desk_with_two_stops_to_explain()
    first, second = at_desk.bodies
    at_desk.desk.hear(Answered(first, DONE), AT)
    at_desk.desk.hear(GivenUp(second, unsent=0), AT)
    assert "it is not known whether the agent has it" in at_desk.said
    at_desk.open(Page.STOPS).press(1).press(2)
    at_desk.desk.hear(Answered(at_desk.bodies[-1], DONE), AT)
    assert at_desk.said == DONE.message


def test_what_is_not_even_sent_counts_as_refused() -> None:
    at_desk = AtDesk(showing(CENTER.model_copy(update={"closed_stops": tuple(map(a_closed_stop, (40, 20)))})))
    at_desk.open(Page.STOPS).enter().leave_room_for(1).press(1)
    (first,) = at_desk.bodies
    at_desk.desk.hear(Answered(first, DONE), AT)
    assert at_desk.said.startswith("Reason: Jam in the feeder: 1 of 2 taken. ")
    assert at_desk.said.endswith("too many entries wait for the agent.")
