"""What is seen of the agent and of the work center that the terminal stands at."""

from __future__ import annotations

from collections import defaultdict
from typing import Final
from zoneinfo import ZoneInfo

from agent.core.views import AgentView
from agent.core.work_center_view import ScanView, WorkCenterView
from agent.tui.connection import Loss
from agent.tui.scene import Pace, Picture, Scene
from agent.tui.texts import Language
from agent.tui.wording import Wording

_LOSSES: Final = {
    Loss.ABSENT: "It does not run, or is starting. The terminal keeps trying.",
    Loss.NO_ACCESS: "This user may not open its socket. Maintenance: group 'lineside'.",
    Loss.SILENT: "It does not answer. The terminal keeps trying.",
    Loss.NEWER_AGENT: "It is newer than this terminal. Maintenance: update the terminal.",
    Loss.OLDER_AGENT: "It is older than this terminal. Maintenance: update the agent.",
    Loss.UNREADABLE: "Its answer cannot be read. Maintenance: update agent and terminal.",
}

ALARM_SHOWN: Final = 52
"""Characters of an alarm, so that it takes one line of the smallest screen; maintenance reads the rest elsewhere."""


class Watch:
    """The last picture of the agent, or since when there is none."""

    def __init__(self, center: str | None) -> None:
        """Begins before the first picture.

        Args:
            center: id of the work center; None for the agent's first.
        """
        self._center_id = center
        self._picture: Picture | None = None
        self._loss: tuple[Loss, float] | None = None
        self._paces: dict[str, Pace] = defaultdict(Pace)
        self._shown_scans: dict[str, ScanView | None] = {}

    @property
    def is_lost(self) -> bool:
        """Whether the agent cannot be reached."""
        return self._loss is not None

    @property
    def view(self) -> AgentView | None:
        """What the agent said last."""
        return self._picture.view if self._picture else None

    @property
    def center(self) -> WorkCenterView | None:
        """The work center; None before the first view, or where it is not the agent's."""
        centers = self._picture.view.work_centers if self._picture else ()
        return next((center for center in centers if center.wc_id == self._center_id), None)

    def words(self, language: Language) -> Wording:
        """That language in the plant's time zone."""
        return Wording(language, ZoneInfo(self._picture.view.time_zone if self._picture else "UTC"))

    def scene(self, words: Wording, now: float) -> Scene | None:
        """What there is to draw; None before the first view, or where the work center is not the agent's."""
        picture, center = self._picture, self.center
        if picture is None or center is None:
            return None
        plant_time = picture.plant_time(self._loss[1] if self._loss else now)
        return Scene(words, picture.view, center, plant_time, self._paces[center.wc_id].per_hour(plant_time))

    def lose(self, loss: Loss, now: float) -> None:
        """The agent could not be reached."""
        self._loss = (loss, self._loss[1] if self._loss else now)

    def see(self, view: AgentView, now: float) -> ScanView | None:
        """Takes a view; returns the scan at this work center that is new in it."""
        self._picture, self._loss = Picture(view, now), None
        if self._center_id is None and view.work_centers:
            self._center_id = view.work_centers[0].wc_id
        scan = None
        for center in view.work_centers:
            self._paces[center.wc_id].observe(self._picture.plant_time(now), center)
            known = center.wc_id in self._shown_scans
            if known and center.last_scan != self._shown_scans[center.wc_id] and center.wc_id == self._center_id:
                scan = center.last_scan
            self._shown_scans[center.wc_id] = center.last_scan
        return scan

    def turn_to_next(self) -> bool:
        """Goes round the work centers of this PC. False where there is none."""
        names = [center.wc_id for center in self._picture.view.work_centers] if self._picture else []
        if names:
            index = names.index(self._center_id) + 1 if self._center_id in names else 0
            self._center_id = names[index % len(names)]
        return bool(names)

    def trouble(self, words: Wording) -> str:
        """That the agent is away or does not know the work center; empty as a rule."""
        say, picture = words.say, self._picture
        if self._loss is not None:
            loss, at = self._loss
            if picture is None:
                return f"{say('Looking for the agent…')}\n{say(_LOSSES[loss])}"
            since = words.clock(picture.plant_time(at))
            lost = say("AGENT NOT REACHABLE since {time} — nothing is lost that was confirmed", time=since)
            return f"× {lost}\n{say(_LOSSES[loss])}"
        if picture is None:
            return say("Looking for the agent…")
        if self.center is None:
            name = str(self._center_id)
            return say("This agent has no work center '{name}'. F12 shows those it has.", name=name)
        return ""

    def alarm(self, words: Wording) -> str:
        """The oldest alarm, in one line; empty where there is none."""
        if self._picture is None or not self._picture.view.alarms:
            return ""
        text = self._picture.view.alarms[0].text
        shown = text if len(text) <= ALARM_SHOWN else text[: ALARM_SHOWN - 1] + "…"
        return f"! {words.say('Call maintenance')}: {shown}"
