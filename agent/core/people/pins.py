"""A PIN is known by a digest that is slow to make and needs the site's key: who reads it cannot guess the PIN."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field

LEAST_WORK, MOST_WORK = 2**15, 2**19
"""Of n·r·p, with n·r as its memory in units of 128 octets: so slow that guessing is, and never slower than a second."""
SHORTEST, LONGEST = 16, 64
"""Octets of salt and hash."""
FORM: Final = "scrypt$n=16384,r=8,p=1${salt in base64}${hash in base64}"
_FORM = re.compile(r"scrypt\$n=([0-9]{1,6}),r=([0-9]{1,2}),p=([0-9]{1,2})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)")
_SLACK = 2**20


@dataclass(frozen=True, slots=True)
class PinDigest:
    """What is known of a PIN (RFC 7914)."""

    n: int
    r: int
    p: int
    salt: bytes
    made: bytes = field(repr=False)

    def is_of(self, pin: str, key: bytes) -> bool:
        """Whether it is the digest of this PIN under the site's key. Takes a tenth of a second: never in a loop."""
        return hmac.compare_digest(self.made, hashed(pin, key, self))


NOBODYS = PinDigest(16384, 8, 1, bytes(SHORTEST), bytes(32))
"""Compared with what is entered for somebody who is not known, so that it takes as long."""


def hashed(pin: str, key: bytes, like: PinDigest) -> bytes:
    """Scrypt of HMAC-SHA256(key, "pin:" + PIN), with the salt and the costs of another digest."""
    keyed = hmac.digest(key, b"pin:" + pin.encode(errors="surrogatepass"), "sha256")
    memory = 128 * like.r * (like.n + like.p) + _SLACK
    return hashlib.scrypt(keyed, salt=like.salt, n=like.n, r=like.r, p=like.p, maxmem=memory, dklen=len(like.made))


def parse(text: str) -> PinDigest:
    """The digest that a text of the directory of operators says.

    Raises:
        ValueError: it has another form, or costs that are too low to protect or too high to be borne.
    """
    said = _FORM.fullmatch(text)
    if said is None:
        raise ValueError(f"is no digest of a PIN; expected {FORM}")
    n, r, p = (int(said[number]) for number in (1, 2, 3))
    if n < 2 or n & (n - 1) or not r or not p or not LEAST_WORK <= n * r * p <= MOST_WORK:
        raise ValueError(
            f"has n={n}, r={r}, p={p}; expected n to be a power of 2 and n*r*p from {LEAST_WORK} to {MOST_WORK}"
        )
    salt, made = b64decode(said[4], validate=True), b64decode(said[5], validate=True)
    if not all(SHORTEST <= len(octets) <= LONGEST for octets in (salt, made)):
        found = f"a salt of {len(salt)} octets and a hash of {len(made)}"
        raise ValueError(f"has {found}; expected {SHORTEST} to {LONGEST}")
    return PinDigest(n, r, p, salt, made)


def _checked(text: str) -> str:
    parse(text)
    return text


PinText: TypeAlias = Annotated[str, Field(max_length=300), AfterValidator(_checked)]
