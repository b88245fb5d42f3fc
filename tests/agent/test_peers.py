"""Who is at the other end of a Unix socket, and who of them is trusted."""

from __future__ import annotations

import os
import socket

import pytest

from agent.peers import Peer, peer_of, trusting

ADMINS = 4711


def test_the_kernel_says_who_calls() -> None:
    here, there = socket.socketpair()
    with here, there:
        assert peer_of(here) == Peer(os.geteuid(), frozenset({os.getegid(), *os.getgroups()}))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may be somebody else")
def test_somebody_else_is_known_by_all_groups() -> None:
    groups = os.getgroups()
    os.setgroups([ADMINS])
    os.setegid(1235)
    os.seteuid(1234)
    try:
        here, there = socket.socketpair()
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
    with here, there:
        assert peer_of(here) == Peer(1234, frozenset({1235, ADMINS}))


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        (Peer(0, frozenset({0})), True),
        (Peer(990, frozenset({990})), True),
        (Peer(1000, frozenset({1000, ADMINS})), True),
        (Peer(1000, frozenset({1000, 990})), False),
        (Peer(65534, frozenset({65534})), False),
    ],
    ids=["root", "the agent's user", "a member of the group", "a terminal", "somebody of another namespace"],
)
def test_who_is_trusted(peer: Peer, *, trusted: bool) -> None:
    assert trusting(990, ADMINS)(peer) is trusted


def test_without_the_group_nobody_is_a_member_of_it() -> None:
    assert not trusting(990, None)(Peer(1000, frozenset({1000})))
