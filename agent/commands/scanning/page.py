"""One code on a technician's terminal: a few lines, as wide as it is."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from agent.commands.scanning import words
from agent.commands.scanning.explained import FLAWS, Explained, code_words
from agent.core.codes.reading import Reading
from agent.core.observations import BADGE

INDENT = "    "
NARROWEST = 40
"""Columns that are taken to be there, however narrow the terminal says it is."""


def page(one: Explained, width: int) -> Iterator[str]:
    """The lines for one code.

    Args:
        one: the code.
        width: columns of the terminal.
    """
    room = max(width, NARROWEST)
    yield _head(one)
    if one.raw is not None:
        yield from _cut(words.shown(one.raw.decode(errors="replace")), room)
        yield from (typer.style(line, dim=True) for line in _wrapped(one.raw.hex(" ").upper().split(" "), room))
    yield from _what(one, room)
    if one.heard.answer is not None:
        answer = one.heard.answer
        mark, colour = ("✔", typer.colors.GREEN) if answer.accepted else (f"✘ {answer.code}:", typer.colors.RED)
        yield from _said(f"{mark} {answer.message}", room, colour)
    for warning in one.warnings:
        yield from _said(f"! {warning}", room, typer.colors.YELLOW)


def _head(one: Explained) -> str:
    said = [] if one.size is None else [f"{one.size} byte{'s' * (one.size != 1)}"]
    if one.reading is not None:
        aim = one.reading.symbology
        said += ["no AIM identifier" if aim is None else f"]{aim} {words.symbology(aim)}"]
        said += [words.CARRIERS[one.reading.carrier]]
    return typer.style(f"{one.at.astimezone():%H:%M:%S}  {one.heard.reader}  ", bold=True) + ", ".join(said)


def _what(one: Explained, room: int) -> Iterator[str]:
    if one.heard.flaw is not None:
        yield from _said(f"✘ {FLAWS[one.heard.flaw]}", room, typer.colors.RED)
    elif one.heard.text == BADGE:
        yield from _said(
            f"= {BADGE} {words.DOES['badge']}{'' if one.digest is None else f'; badge_hmac {one.digest}'}", room
        )
    elif one.reading is not None:
        yield from _reading(one.reading, room, answered=one.heard.answer is not None)


def _reading(reading: Reading, room: int, *, answered: bool) -> Iterator[str]:
    if reading.elements:
        said = [(each.key, words.element(each.key, reading.carrier), each.value) for each in reading.elements]
        yield from _wrapped(
            [" ".join(filter(None, (f"({key})", title, value))) for key, title, value in said], room, " · "
        )
    if reading.code is not None:
        yield from _said(f"= {code_words(reading.code)}: {words.DOES[reading.code.kind]}", room)
    elif reading.flaw is not None and not answered:
        yield from _said(f"✘ {reading.flaw.code}: {reading.flaw.words}", room, typer.colors.RED)


def _cut(text: str, room: int) -> Iterator[str]:
    """A text without regard to its words: what stands in a code is all the same."""
    step = room - len(INDENT)
    return (INDENT + text[start : start + step] for start in range(0, len(text), step))


def _wrapped(parts: list[str], room: int, gap: str = " ", indent: str = INDENT) -> Iterator[str]:
    """Words in lines; one that is wider than a line is cut."""
    line = ""
    step = room - len(indent)
    for word in parts:
        if line and len(line) + len(gap) + len(word) > step:
            yield indent + line
            line = ""
        line = f"{line}{gap}{word}" if line else word
        while len(line) > step:
            yield indent + line[:step]
            line = line[step:]
    if line:
        yield indent + line


def _said(text: str, room: int, colour: str | None = None) -> Iterator[str]:
    """A sentence behind its mark."""
    mark, _, sentence = words.shown(text).partition(" ")
    lines = list(_wrapped(sentence.split(" "), room, indent=INDENT + "  "))
    first = f"  {mark} ".ljust(len(INDENT)) + lines[0].strip()
    return (typer.style(line, fg=colour) for line in (first, *lines[1:]))
