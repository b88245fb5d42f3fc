"""PINs are known by slow digests under the site's key, whose costs an MES cannot choose as it likes."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.directories import Operators
from agent.core.people.pins import NOBODYS, PinDigest, hashed, parse
from tests.core.build import SITE_KEY

PAGE = Path(__file__).parents[2] / "docs/people.md"
CHEAP = PinDigest(4096, 8, 1, b"salt of a person", bytes(32))
SALT, HASH = b64encode(bytes(16)).decode(), b64encode(bytes(32)).decode()


def text_of(pin: str, like: PinDigest = CHEAP, key: bytes = SITE_KEY) -> str:
    made = hashed(pin, key, like)
    return f"scrypt$n={like.n},r={like.r},p={like.p}${b64encode(like.salt).decode()}${b64encode(made).decode()}"


def test_a_digest_is_made_as_the_page_says() -> None:
    (row,) = re.findall(r"\| `([^`]+)` \| `([^`]+)` \| `(scrypt\$[^`]+)` \|", PAGE.read_text(encoding="utf-8"))
    key, pin, text = row
    assert parse(text).is_of(pin, key.encode())
    assert text_of(pin, parse(text), key.encode()) == text


def test_only_the_pin_fits_and_only_under_the_key_of_the_site() -> None:
    known = parse(text_of("2468"))
    assert known.is_of("2468", SITE_KEY)
    assert not known.is_of("2469", SITE_KEY)
    assert not known.is_of("2468 ", SITE_KEY)
    assert not known.is_of("2468", SITE_KEY + b"x")
    assert not NOBODYS.is_of("2468", SITE_KEY)


@settings(max_examples=10)
@given(st.text(max_size=12), st.text(max_size=12))
def test_two_pins_never_fit_one_digest(pin: str, other: str) -> None:
    assert parse(text_of(pin)).is_of(other, SITE_KEY) == (pin == other)


@pytest.mark.parametrize(
    ("costs", "found"),
    [
        ("n=2048,r=8,p=1", "n*r*p from 32768 to 524288"),
        ("n=131072,r=8,p=1", "n*r*p from 32768 to 524288"),
        ("n=16384,r=8,p=8", "n*r*p from 32768 to 524288"),
        ("n=16383,r=8,p=1", "n to be a power of 2"),
        ("n=0,r=8,p=1", "n to be a power of 2"),
        ("n=1,r=99,p=99", "n to be a power of 2"),
        ("n=16384,r=0,p=1", "n*r*p from"),
        ("n=16384,r=8,p=0", "n*r*p from"),
        ("n=99999999,r=8,p=1", "no digest of a PIN"),
        ("n=16384,r=8", "no digest of a PIN"),
        ("n=-1,r=8,p=1", "no digest of a PIN"),
    ],
)
def test_costs_that_protect_nothing_or_stall_the_agent_are_refused(costs: str, found: str) -> None:
    with pytest.raises(ValueError, match=re.escape(found)):
        parse(f"scrypt${costs}${SALT}${HASH}")


@pytest.mark.parametrize(
    "text", ["", "2468", f"bcrypt$n=16384,r=8,p=1${SALT}${HASH}", f"scrypt$n=16384,r=8,p=1$AAAA${HASH}", SALT]
)
def test_what_is_no_digest_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse(text)


@pytest.mark.parametrize("salt", ["AAA", "A===", "AAAA=AAA"])
def test_broken_base64_is_refused(salt: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(f"scrypt$n=16384,r=8,p=1${salt}${HASH}")


def test_a_directory_with_a_bare_pin_is_refused() -> None:
    with pytest.raises(ValueError, match="no digest of a PIN"):
        Operators.model_validate(
            {"rev": "1", "operators": [{"operator_id": "1", "name": "Anna", "pin_scrypt": "2468"}]}
        )


@given(st.integers(0, 17), st.integers(1, 16), st.integers(1, 16))
def test_whatever_costs_are_taken_they_need_at_most_64_mib(log_n: int, r: int, p: int) -> None:
    try:
        known = parse(f"scrypt$n={2**log_n},r={r},p={p}${SALT}${HASH}")
    except ValueError:
        return
    assert 128 * known.r * known.n <= 64 * 2**20
    assert known.n * known.r * known.p >= 2**15
