"""Who works here: signed on by badge or PIN, signed off one by one or together, and what each works on."""

from __future__ import annotations

from agent.core.people.person_view import PersonView
from agent.tui.scene import Scene
from agent.tui.sheets.sheet import Choice, Field, Known, Note, Page, Primary, Send, Sheet, Show, SignOn
from agent.tui.wording import Wording


def crew(scene: Scene, _known: Known) -> Sheet:
    """Everybody who is signed on; who acts is marked."""
    words, people = scene.words, scene.center.crew
    choices = [Choice(_line(one, words), _show(one), marked=one == scene.acting) for one in people]
    if people:
        everybody = words.say("Everybody signs off")
        choices.append(Choice(everybody, Send(everybody, "sign_off_crew", {})))
    said = words.say("Who is marked acts here.") if people else words.say("Nobody is signed on.")
    lines = (f"{said} {words.say('A badge can be scanned at any time.')}",)
    primary = Primary(words.say("Sign on by PIN"), Show(Page.SIGN_ON))
    return Sheet(words.say("Crew"), lines, tuple(choices), primary)


def person(scene: Scene, known: Known) -> Sheet | Note:
    """One of them and what can be done."""
    words = scene.words
    found = next((one for one in scene.center.crew if one.operator_id == known["operator_id"]), None)
    if found is None:
        return Note(words.say("This person is no longer signed on here."))
    off = words.say("Sign off {name}", name=found.name)
    leave = Primary(off, Send(off, "sign_off", {"operator_id": found.operator_id}, Show(Page.CREW)))
    # Nobody says for another what they work on.
    choices = (_change(found, words),) if found == scene.acting else ()
    return Sheet(found.name, (_line(found, words),), choices, leave)


def sign_on(scene: Scene, known: Known) -> Sheet:
    """Without a badge: first who it is, then the PIN. What was typed is not shown again: it may be a PIN."""
    words = scene.words
    if "operator_id" not in known:
        return Sheet(words.say("Sign on by PIN"), field=number(words))
    operator_id = known["operator_id"]
    pin = Field(words.say("Type your PIN and press Enter"), "pin", lambda typed: SignOn(operator_id, typed))
    return Sheet(words.say("Sign on by PIN"), (words.say("Your PIN is not shown."),), field=pin)


def number(words: Wording) -> Field:
    """Who it is that has no badge at hand."""
    prompt = words.say("Scan your badge, or type your number and press Enter")
    return Field(prompt, "text", lambda typed: Show(Page.SIGN_ON, {"operator_id": typed.strip()}))


def activity_word(activity: str, words: Wording) -> str:
    """What somebody works on."""
    return words.say("works on the order") if activity == "direct" else words.say("other work")


def _change(one: PersonView, words: Wording) -> Choice:
    other = "indirect" if one.activity == "direct" else "direct"
    change = f"{one.name}: {activity_word(other, words)}"
    arguments = {"operator_id": one.operator_id, "activity": other}
    return Choice(change, Send(change, "sign_on", arguments, Show(Page.CREW)))


def _show(one: PersonView) -> Show:
    return Show(Page.PERSON, {"operator_id": one.operator_id})


def _line(one: PersonView, words: Wording) -> str:
    since = words.say("since {time}", time=words.minute(one.since))
    return f"{one.name}   {activity_word(one.activity, words)}   {since}"
