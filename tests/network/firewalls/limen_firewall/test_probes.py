"""What becomes of a connection, as the program says it."""

from __future__ import annotations

import socket

import pytest
from tests.ports import free_port

from limen.network.firewalls.limen_firewall import probes
from limen.network.firewalls.limen_firewall.probes import MOST_PROBES, Probes, outcome_of


def test_it_comes_through_is_refused_or_could_not_be_tried() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert outcome_of("127.0.0.1", "127.0.0.1", port) == "through"
        with server.accept()[0] as taken:
            assert taken.recv(1) == b""  # nothing is sent
    assert outcome_of("127.0.0.1", "127.0.0.1", free_port()) == "refused"
    assert outcome_of("::1", "::1", free_port()) == "refused"
    assert outcome_of("192.0.2.7", "127.0.0.1", port) == "untried"


def test_a_round_is_tried_once_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "GAP_SECONDS", 0.0)
    one, said = Probes(), {"id": "pr_1", "seconds": 60, "probes": [["127.0.0.1", "127.0.0.1", free_port()]] * 60}
    one.follow(said)
    one.try_next()
    assert one.done == {"round": "pr_1", "outcomes": [[number, "refused"] for number in range(MOST_PROBES)]}
    one.done = None
    one.follow(said)
    one.follow(None)
    one.follow({"id": "pr_2", "seconds": 0, "probes": said["probes"]})
    one.try_next()
    assert one.done == {"round": "pr_2", "outcomes": []}  # there was no time left
