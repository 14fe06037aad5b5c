from __future__ import annotations

from limen.enforcement import headers
from limen.enforcement.assertion import HEADERS
from limen.front.config import stripped


def test_fronts_go_by_the_gateways_own_lists() -> None:
    assert {name.encode() for name in stripped.names()} >= headers.STRIPPED
    assert tuple(prefix.encode() for prefix in stripped.prefixes()) == headers.STRIPPED_PREFIXES
    assert {name.encode() for name in stripped.written_out()} >= headers.known_stripped()
    assert set(stripped.SAID_BY_LIMEN) == set(HEADERS)


def test_nothing_is_taken_that_the_gateway_would_pass_on() -> None:
    for name in (*stripped.names(), *stripped.written_out()):
        assert headers.is_stripped(name.encode()) or name.encode() in headers.HOP_BY_HOP


def test_what_each_front_must_handle_by_itself_is_left_to_it() -> None:
    assert not {"connection", "transfer-encoding", "upgrade"} & {*stripped.names(), *stripped.written_out()}
