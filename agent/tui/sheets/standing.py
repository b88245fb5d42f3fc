"""What stands before everything else: the lock, a question of the agent's. And help, which needs no agent."""

from __future__ import annotations

from agent.core.people.person_view import PinAskedView
from agent.core.terminal_settings import ThemeName
from agent.core.work_center_view import AskedView
from agent.tui.sheets.crew import number
from agent.tui.sheets.sheet import Choice, Page, Primary, Send, Sheet, Show, Switch
from agent.tui.texts import LANGUAGES
from agent.tui.wording import Wording


def locked(asked: PinAskedView | None, words: Wording) -> Sheet:
    """How it is unlocked. The machine is counted on above."""
    if asked is None:
        title = words.say("Locked: scan your badge")
    else:
        title = words.say("{name}: type your PIN and press Enter", name=asked.name)
    still = words.say("Machines are counted on. Scans and keys of production are not taken.")
    return Sheet(title, (still,), field=number(words) if asked is None else None, leave="")


def question(asked: AskedView, words: Wording) -> Sheet:
    """What a command card asks; Esc says no."""
    said = words.answer(asked.pattern, asked.values, asked.question)
    yes = words.say("Yes")
    return Sheet(said, primary=Primary(yes, Send(yes, "confirm", {})), leave="no")


def help_page(words: Wording, theme: ThemeName, *, quits: bool) -> Sheet:
    """How the terminal is used, and what no key of its own leads to.

    Args:
        words: the operator's language.
        theme: its present colours.
        quits: whether the terminal may be ended here.
    """
    lines = (
        words.say("Scan at any time, on any page: no field needs to be chosen first."),
        words.say("Digits pick from a list. Letters never do anything by themselves."),
        words.say("A refusal changes nothing. Its line says what to do."),
        words.say("Del takes back what was just recorded. F10 locks until a badge is scanned."),
    )
    colors = {"dark": words.say("dark"), "light": words.say("light"), "high_contrast": words.say("high contrast")}
    language = f"{words.say('Language')}: {LANGUAGES[words.language]}"
    choices = [
        Choice(words.say("What stops cost in this shift"), Show(Page.LOSSES)),
        Choice(words.say("Sync and diagnostics"), Show(Page.SYNC)),
        Choice(words.say("Colours: {name}", name=colors[theme]), Switch("theme")),
        Choice(language, Switch("language")),
        Choice(words.say("Crew"), Show(Page.CREW)),
    ]
    if quits:
        choices.append(Choice(words.say("Quit"), Switch("quit")))
    return Sheet(words.say("Help"), lines, tuple(choices), tone="tells")
