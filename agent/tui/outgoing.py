"""What the operator entered and the agent has not answered yet, by the names that the operator knows it by."""

from __future__ import annotations

from collections import deque
from uuid import uuid4

from agent.core.observations import BADGE, TERMINAL
from agent.core.views import LONGEST_CODE, EntryBody, ScanBody, SignOnBody
from agent.core.work_center_view import ScanView
from agent.tui import feedback as told
from agent.tui.connection import Body
from agent.tui.deliveries import WAITING_AT_MOST, Answered, Delayed, Deliveries, GivenUp
from agent.tui.feedback import Feedback, Tone
from agent.tui.sheets.sheet import Send
from agent.tui.together import Together
from agent.tui.wording import Wording


class Outgoing:
    """Sends entries, scans and PINs, and says what became of them."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self._names: dict[str, str] = {}
        """What each is called, by its client's id."""
        self._together: list[Together] = []
        """Entries that one key made together."""
        self._own_scans: deque[str] = deque(maxlen=WAITING_AT_MOST)
        """Codes of this terminal that the work center has not shown yet."""

    @property
    def waiting(self) -> int:
        """How many have no answer yet."""
        return self._deliveries.waiting

    def give_up(self) -> bool:
        """Waits no longer. False where nothing waits."""
        return self._deliveries.give_up()

    def enter(self, wc_id: str, deed: Send, words: Wording) -> Feedback:
        """Sends what one key made."""
        together = Together(deed.name, set())
        for arguments in (deed.arguments, *deed.more):
            client_id = str(uuid4())
            body = EntryBody(client_id=client_id, wc_id=wc_id, action=deed.action, arguments=dict(arguments))
            said = self._send(body, deed.name, words)
            if said.tone is Tone.REFUSED:
                together.refused.append(said)
            else:
                together.waiting.add(client_id)
        if deed.more:
            self._together.append(together)
        return said

    def scan(self, wc_id: str, text: str, words: Wording, *, manual: bool, is_badge: bool) -> Feedback:
        """Sends a code, word for word."""
        if len(text) > LONGEST_CODE:
            said = "A code of {count} characters is no label, nothing was taken. Scan another one."
            return Feedback(Tone.REFUSED, words.say(said, count=str(len(text))))
        self._own_scans.append(BADGE if is_badge else text)
        body = ScanBody(client_id=str(uuid4()), wc_id=wc_id, text=text, manual=manual)
        return self._send(body, BADGE if is_badge else told.readable(text), words)

    def sign_on(self, wc_id: str, operator_id: str, pin: str, words: Wording) -> Feedback:
        """Sends somebody's PIN."""
        body = SignOnBody(client_id=str(uuid4()), wc_id=wc_id, operator_id=operator_id, pin=pin)
        return self._send(body, "PIN", words)

    def is_own(self, scan: ScanView) -> bool:
        """Whether a scan that is shown is one of this terminal, which has its answer already; asked once."""
        if scan.reader != TERMINAL or scan.text not in self._own_scans:
            return False
        self._own_scans.remove(scan.text)
        return True

    def told(self, news: Answered | Delayed | GivenUp, words: Wording) -> Feedback:
        """What is said of an entry, or of all that were made with it."""
        client_id = news.body.client_id
        answer = told.of_news(news, words, self._names.get(client_id, ""))
        if isinstance(news, GivenUp):
            self._together.clear()
            self._names.clear()
        if not isinstance(news, Answered):
            return answer
        self._names.pop(client_id, None)
        one = next((one for one in self._together if client_id in one.waiting), None)
        if one is None:
            return answer
        said = one.answered(client_id, answer, words)
        self._together = [other for other in self._together if other.waiting]
        return said

    def _send(self, body: Body, name: str, words: Wording) -> Feedback:
        if not self._deliveries.submit(body):
            said = "{text}: not taken, too many entries wait for the agent."
            return Feedback(Tone.REFUSED, words.say(said, text=name))
        self._names[body.client_id] = name
        return Feedback(Tone.WAITING, words.say("{text}: sent, no answer yet.", text=name))
