"""What all systems' tunnels share."""

from __future__ import annotations

import pytest
from agent.tests.tunnel.recorded import ENDPOINT, ROUTES, WAY

from limen_agent.errors import AgentError
from limen_agent.tunnel.interface import address_of, peer_lines


def test_a_peer_has_what_is_open_and_nothing_else() -> None:
    assert peer_lines(WAY, ENDPOINT, ROUTES)[1:4] == [
        f"PublicKey = {WAY.key}",
        "Endpoint = 198.51.100.1:51820",
        "AllowedIPs = 10.21.0.4/32, fd00:21::/64",
    ]


def test_an_end_without_an_address_is_told() -> None:
    assert address_of("192.0.2.7") == "192.0.2.7"
    with pytest.raises(AgentError):
        address_of("nothing.invalid")
