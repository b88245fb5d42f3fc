"""Codes as a shop floor has them, each another: serials, lots, GS1 element strings, and what nobody knows."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

GS: Final = "\x1d"
CYRILLIC: Final = "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯабвгдежзиклмнопрстуфхцчшщэюя"
LETTERS: Final = string.ascii_letters
SHORTEST, LONGEST = 4, 200
Maker: TypeAlias = Callable[[random.Random, int], str]


def different(count: int, seed: int, *, cyrillic: bool = True) -> list[str]:
    """So many codes, no two alike, the same ones for the same seed.

    Args:
        count: how many.
        seed: of the dice.
        cyrillic: whether some have Cyrillic letters.
    """
    dice = random.Random(seed)
    codes: dict[str, None] = {}
    for code in _made(dice, _MAKERS if cyrillic else _LATIN):
        if len(codes) == count:
            break
        codes[code] = None
    return list(codes)


def is_known(code: str) -> bool:
    """Whether this is a serial of the site's own kind, which is accepted wherever an order is in progress."""
    return code.startswith("SN:")


def is_unknown(code: str) -> bool:
    """Whether nobody knows such codes, so that each is refused."""
    return code.startswith("?")


def content(code: str) -> str:
    """What a GS1 code says, without its AIM identifier and its separators."""
    return code[3:].replace(GS, "")


def _made(dice: random.Random, makers: dict[Maker, int]) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        [maker] = dice.choices(tuple(makers), tuple(makers.values()))
        yield maker(dice, number)


def _serial(dice: random.Random, number: int) -> str:
    """With leading zeros, and in both cases."""
    return f"SN:{dice.choice(('', 'a', 'A', 'aB', '00'))}{number:06}"


def _lot(dice: random.Random, number: int) -> str:
    return f"LOT:{dice.choice(LETTERS)}{number:05}:{dice.choice(('BOARD', 'Cap-05', '0042'))}"


def _numbers(_dice: random.Random, number: int) -> str:
    """Nothing but digits, most of them zeros in front: as a number it would be another."""
    return f"?{number:0{4 + number % 12}}"


def _word(dice: random.Random, number: int) -> str:
    """Like its predecessors but for the case of a letter."""
    word = f"wxyz{number:x}"
    return "?" + "".join(dice.choice((letter.upper(), letter.lower())) for letter in word)


def _cyrillic(dice: random.Random, number: int) -> str:
    return "?" + "".join(dice.choices(CYRILLIC, k=6)) + f"{number}"


def _short(dice: random.Random, _number: int) -> str:
    return "?" + "".join(dice.choices(string.digits + LETTERS, k=SHORTEST - 1))


def _long(dice: random.Random, number: int) -> str:
    head = f"?{number}/"
    length = dice.randint(60, LONGEST)
    return head + "".join(dice.choices(string.digits + LETTERS + "-./ ", k=length - len(head) - 1)) + "."


def _item_lot_serial(dice: random.Random, number: int) -> str:
    return f"{dice.choice((']d2', ']Q3'))}01{_gtin(dice)}10P-{dice.randint(1, 99):03}{GS}21SN{number:05}"


def _item_date_lot(dice: random.Random, number: int) -> str:
    return f"]C101{_gtin(dice)}17{dice.randint(27, 35)}{dice.randint(1, 12):02}0010L{number:05}"


def _lot_alone(_dice: random.Random, number: int) -> str:
    """A separator stands before the end, where some printers put it."""
    return f"]C110A{number:06}{GS}"


def _logistic_unit(_dice: random.Random, number: int) -> str:
    body = f"0614141{number:010}"
    return f"]C100{body}{_check_digit(body)}"


def _gtin(dice: random.Random) -> str:
    body = f"0950{dice.randint(0, 999_999_999):09}"
    return body + _check_digit(body)


def _check_digit(body: str) -> str:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


_LATIN: Final[dict[Maker, int]] = {
    _serial: 30,
    _lot: 16,
    _numbers: 14,
    _word: 10,
    _short: 8,
    _long: 1,
    _item_lot_serial: 7,
    _item_date_lot: 4,
    _lot_alone: 4,
    _logistic_unit: 4,
}
"""How often each kind comes. On the average a code has some fifteen characters."""
_MAKERS: Final = {**_LATIN, _cyrillic: 8}
