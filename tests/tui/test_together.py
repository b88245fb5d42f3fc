"""Entries that one key makes together are each answered, and told in one line."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from agent.tui.feedback import Feedback, Tone
from agent.tui.together import Together
from agent.tui.wording import Wording

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
