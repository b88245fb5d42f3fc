"""What stands before everything else: the lock, a question of the agent's. And help, which needs no agent."""

from __future__ import annotations

from agent.core.work_center_view import AskedView, PinAskedView
from agent.tui.sheets.crew import number
from agent.tui.sheets.sheet import Primary, Send, Sheet
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


def help_page(words: Wording) -> Sheet:
    """How the terminal is used."""
    lines = (
        words.say("Scan at any time, on any page: no field needs to be chosen first."),
        words.say("F2 explains stops: the open one, or those that nobody has explained."),
        words.say("F7 lists the orders. Del takes back what was just recorded."),
        words.say("F11 changes the language, F12 or Tab the work center."),
        words.say("F10 locks the work center until a badge is scanned. Ctrl+Q ends the terminal."),
        words.say("Digits pick from a list. Letters never do anything by themselves."),
        words.say("Without a scanner: type the code, press Enter. Esc clears."),
        words.say("A refusal changes nothing. Its line says what to do."),
    )
    return Sheet(words.say("Help"), lines, tone="tells")
