"""What is held against a server's certificate; no server needed."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.keys import Trust
from drivers.opcua_trust import LARGEST, Asked, judge, leaf_of
from tests.drivers.certificates import CLIENT, URI, Made, authority, revoked_by

GOOD = Made()
ROOT = authority("root")
MIDDLE = authority("middle", ROOT)
LEAF = replace(GOOD, issuer=MIDDLE)
ASKED = Asked("127.0.0.1", URI, (2048, 4096), time.time())


def flaws(chain: bytes, trust: Trust, **asked: object) -> list[str]:
    return [one.text for one in judge(chain, replace(ASKED, **asked), trust).flaws]  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize("host", ["127.0.0.1", "plc-7", "PLC-7", "plc-7."])
def test_a_host_is_known_by_name_or_address_however_it_is_written(host: str) -> None:
    assert flaws(GOOD.der, Trust((GOOD.der,)), host=host) == []


def test_an_address_that_stands_there_as_a_name_is_one() -> None:
    named = replace(GOOD, hosts=("2001:db8::1",))
    assert flaws(named.der, Trust((named.der,)), host="2001:DB8:0::1") == []


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (replace(GOOD, hosts=()), "was made for none and not for '127.0.0.1'"),
        (replace(GOOD, hosts=("*.plant",)), "was made for '*.plant' and not for"),
        (replace(GOOD, uri=None), "was made for the application none"),
        (replace(GOOD, uri=None, hosts=()), "names neither a host nor an application"),
        (replace(GOOD, uses=(CLIENT,)), "is not made for a server"),
        (replace(GOOD, signs=False), "is not made for signing and encrypting"),
        (replace(GOOD, bits=1024), "has a key of 1024 bits; the policy asks for 2048 to 4096"),
    ],
)
def test_each_flaw_is_told(made: Made, told: str) -> None:
    [flaw] = flaws(made.der, Trust((made.der,)))
    assert told in flaw


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = replace(GOOD, ends_d=-0.5, hosts=("plc-8",), uri="urn:other")
    assert len(flaws(wrong.der, Trust())) == 4


def test_a_use_that_is_not_said_is_not_ruled_out() -> None:
    silent = replace(GOOD, uses=None)
    assert flaws(silent.der, Trust((silent.der,))) == []


UNKNOWN = "is not among the trusted ones, nor vouched for by one of them"


@pytest.mark.parametrize(
    ("shown", "trust"),
    [
        (LEAF.der, Trust((ROOT.der,))),
        (LEAF.der, Trust((), (ROOT.der, MIDDLE.der))),
        (replace(GOOD, issuer=GOOD, key="leaf").der, Trust((GOOD.der,))),
        (replace(GOOD, issuer=replace(MIDDLE, key="forger")).der, Trust((MIDDLE.der,))),
        (replace(GOOD, issuer=authority("deep", authority("flat", ROOT, 0))).der, Trust((ROOT.der,))),
    ],
    ids=["a link is missing", "links alone", "by no authority", "forged", "deeper than allowed"],
)
def test_who_is_vouched_for_by_nobody_that_may_is_not_believed(shown: bytes, trust: Trust) -> None:
    deep = authority("flat", ROOT, 0)
    assert UNKNOWN in flaws(shown + deep.der + authority("deep", deep).der, trust)


def test_a_chain_is_believed_with_the_links_that_the_server_sends_or_we_have() -> None:
    assert flaws(LEAF.der + MIDDLE.der, Trust((ROOT.der,))) == []
    assert flaws(LEAF.der, Trust((ROOT.der,), (MIDDLE.der,))) == []
    assert leaf_of(LEAF.der + MIDDLE.der) == LEAF.der


def test_what_its_authority_has_taken_back_is_not_believed_and_nobody_else_can() -> None:
    trust = Trust((ROOT.der,), (MIDDLE.der,))
    forged = replace(MIDDLE, key="forger")
    assert (
        flaws(LEAF.der, replace(trust, revoked=(revoked_by(MIDDLE, GOOD), revoked_by(MIDDLE, LEAF, signer=forged))))
        == []
    )
    assert flaws(LEAF.der, replace(trust, revoked=(revoked_by(MIDDLE, LEAF),))) == ["was revoked by its authority"]
    [flaw] = flaws(LEAF.der, replace(trust, revoked=(revoked_by(ROOT, MIDDLE),)))
    assert flaw == "comes from 'CN=middle', which was revoked by its authority"
    known = Trust((LEAF.der,), (MIDDLE.der,), (revoked_by(MIDDLE, LEAF),))
    assert flaws(LEAF.der, known) == ["was revoked by its authority"]


def test_what_an_authority_with_a_key_on_a_curve_has_taken_back_is_not_believed() -> None:
    root = authority("curve")
    trust = Trust((root.der,))
    leaf = replace(GOOD, issuer=root)
    assert flaws(leaf.der, trust) == []
    assert flaws(leaf.der, replace(trust, revoked=(revoked_by(root, leaf),))) == ["was revoked by its authority"]


def test_an_authority_that_has_ended_vouches_for_nobody() -> None:
    ended = replace(authority("old"), ends_d=-0.5)
    leaf = replace(GOOD, issuer=ended)
    [flaw] = flaws(leaf.der, Trust((ended.der,)))
    assert flaw.startswith("comes from 'CN=old', which has ended: ")


@given(
    st.one_of(st.binary(max_size=200), st.integers(0, len(GOOD.der)).map(lambda at: GOOD.der[:at] + GOOD.der[at + 1 :]))
)
def test_what_is_no_certificate_is_never_believed_and_never_an_error(octets: bytes) -> None:
    if leaf_of(octets) != GOOD.der:
        assert judge(octets, ASKED, Trust((GOOD.der,))).flaws
        assert judge(octets, ASKED, Trust(), pinned=GOOD.der).flaws


def test_the_largest_chain_is_bounded() -> None:
    assert flaws(GOOD.der + b"\x30" * LARGEST, Trust((GOOD.der,))) == []
    assert leaf_of(b"\x30\x84\xff\xff\xff\xff") == b""
