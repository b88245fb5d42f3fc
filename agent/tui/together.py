"""Entries that one key made together: each has an answer of its own, and the operator reads one line about all."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.tui.feedback import Feedback, Tone
from agent.tui.wording import Wording


@dataclass(slots=True)
class Together:
    """Those that one key made."""

    name: str
    """What the operator calls them."""
    waiting: set[str]
    """Of those without an answer, their client's ids."""
    taken: int = 0
    refused: list[Feedback] = field(default_factory=list)

    def answered(self, client_id: str, answer: Feedback, words: Wording) -> Feedback:
        """What is to be said after one more answer: the whole, as far as it is known."""
        self.waiting.discard(client_id)
        if answer.tone is Tone.REFUSED:
            self.refused.append(answer)
        else:
            self.taken += 1
        count = words.count(self.taken + len(self.refused) + len(self.waiting))
        said = words.say(
            "{text}: {taken} of {count} taken.", text=self.name, taken=words.count(self.taken), count=count
        )
        if self.waiting:
            return Feedback(Tone.WAITING, said)
        if self.refused:
            return Feedback(Tone.REFUSED, f"{said} {self.refused[0].text}")
        return Feedback(Tone.ACCEPTED, said)
