"""What must be true of the value of one GS1 element: length, characters, check digits, dates."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from agent.core.codes.gs1_identifiers import Identifier
from agent.core.codes.reading import Flaw
from agent.core.sentences import say

_CHARSETS: Final[Mapping[str, re.Pattern[str]]] = {
    "N": re.compile(r"[0-9]*"),
    "X": re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*"),
    "Y": re.compile(r"[#\-/0-9A-Z]*"),
    "Z": re.compile(r"[\-0-9A-Z_a-z=]*"),
}
_SHOWN = 60
_FIRST_OF_LAST_CENTURY = 80
"""Two-digit years from here on are 19YY. GS1's own window moves with the calendar, and what a code says must not; until
2040 the two differ only in dates that are 40 years ahead."""
_DIGITS_OF_A_COMPANY = 4


def flaw(identifier: Identifier, value: str) -> Flaw | None:
    """What is wrong with a value; None where it is right."""
    if not identifier.shortest <= len(value) <= identifier.longest:
        return _wrong_length(identifier, value)
    rest = value
    for component in identifier.components:
        part, rest = rest[: component.longest], rest[component.longest :]
        if component.optional and not part:
            continue
        if len(part) < component.shortest:
            return _wrong_length(identifier, value)
        if not _CHARSETS[component.charset].fullmatch(part):
            return Flaw(
                "MALFORMED",
                say(
                    "{title} ({ai}) '{value}' has a character that GS1 does not allow there. Scan again; if it comes "
                    "again, the label or the reader's setting is wrong.",
                    title=identifier.title,
                    ai=identifier.ai,
                    value=value,
                ),
            )
        for rule in component.rules:
            holds = _RULES.get(rule)
            if holds is not None and not holds(part):
                return _broken(rule, identifier, value)
    return None


def check_digit(digits: str) -> str:
    """The check digit behind some digits (GS1 General Specifications 7.9)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def has_check_digit(value: str) -> bool:
    """Whether the last of some digits is their check digit."""
    return check_digit(value[:-1]) == value[-1]


def day(value: str) -> date | None:
    """The day of YYMMDD; its day 00 is the last one of the month. None where there is no such day."""
    short, month, of_month = (int(value[place : place + 2]) for place in (0, 2, 4))
    year = short + (1900 if short >= _FIRST_OF_LAST_CENTURY else 2000)
    return _day(year, month, of_month)


def _day(year: int, month: int, of_month: int) -> date | None:
    if not (year and 1 <= month <= 12):
        return None
    last = monthrange(year, month)[1]
    return date(year, month, of_month or last) if of_month <= last else None


def _long_day(value: str) -> bool:
    return value[6:] != "00" and _day(int(value[:4]), int(value[4:6]), int(value[6:])) is not None


def _check_characters(value: str) -> bool:
    """Of a global model number (GS1 General Specifications 7.9.5)."""
    characters = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    primes = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
    own = value[:-2]
    total = sum(characters.index(one) * prime for one, prime in zip(reversed(own), primes, strict=False)) % 1021
    alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    return len(value) > 2 and value[-2:] == alphabet[total // 32] + alphabet[total % 32]


def _piece_of_total(value: str) -> bool:
    return 0 < int(value[:2]) <= int(value[2:])


_RULES: Final[Mapping[str, Callable[[str], bool]]] = {
    "csum": has_check_digit,
    "csumalpha": _check_characters,
    "gcppos1": lambda value: value[:_DIGITS_OF_A_COMPANY].isdecimal() and len(value) >= _DIGITS_OF_A_COMPANY,
    "hasnondigit": lambda value: not value.isdecimal(),
    "hh": lambda value: int(value) < 24,
    "hhmi": lambda value: int(value[:2]) < 24 and int(value[2:]) < 60,
    "hyphen": lambda value: value == "-",
    "mi": lambda value: int(value) < 60,
    "nonzero": lambda value: int(value) != 0,
    "nozeroprefix": lambda value: value[0] != "0",
    "pieceoftotal": _piece_of_total,
    "ss": lambda value: int(value) < 60,
    "winding": lambda value: value in "019",
    "yesno": lambda value: value in "01",
    "yymmd0": lambda value: day(value) is not None,
    "yymmdd": lambda value: value[4:] != "00" and day(value) is not None,
    "yyyymmdd": _long_day,
    "zero": lambda value: value == "0",
}
"""By the dictionary's names. Lists of countries, currencies, media, banks and coupons are not looked at: nothing that a
machine makes follows from them."""


def _wrong_length(identifier: Identifier, value: str) -> Flaw:
    wanted = str(identifier.longest)
    if identifier.shortest != identifier.longest:
        wanted = f"{identifier.shortest}-{wanted}"
    return Flaw(
        "MALFORMED",
        say(
            "{title} ({ai}) '{value}' has {found} characters instead of {wanted}: the code is cut off, or it lacks a "
            "separator. Scan again; if it comes again, the label or the reader's setting is wrong.",
            title=identifier.title,
            ai=identifier.ai,
            value=value[:_SHOWN],
            found=str(len(value)),
            wanted=wanted,
        ),
    )


def _broken(rule: str, identifier: Identifier, value: str) -> Flaw:
    said = {"title": identifier.title, "ai": identifier.ai, "value": value}
    if rule in ("csum", "csumalpha"):
        return Flaw(
            "CHECK_DIGIT",
            say(
                "The check digit of {title} ({ai}) '{value}' is wrong. Scan again; if it comes again, the label is "
                "wrong: take another one.",
                **said,
            ),
        )
    if rule in ("yymmd0", "yymmdd", "yyyymmdd"):
        return Flaw("MALFORMED", say("{title} ({ai}) '{value}' is no day of the calendar. Take another label.", **said))
    return Flaw("MALFORMED", say("{title} ({ai}) '{value}' cannot be. Take another label.", **said))
