"""How it goes with each transmitter, from what is kept of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limen.clock import DAY
from limen.connectors.asked_store import AskedState
from limen.sso.shared_signals.receiving import store
from limen.sso.shared_signals.receiving.listing import State, listed, plain, state_of
from limen.sso.shared_signals.receiving.store import DisabledElsewhere, Stream
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter
from limen.storage import Database

NOW = 1_764_000_000_000
OKTA = SignalTransmitter("okta", "https://okta.example", "Okta", upstreams=("okta",))
WELL = Stream(AskedState("okta", has_secret=True), issuer=OKTA.issuer, stream_id="s", status="enabled", verified_at=NOW)


@pytest.mark.parametrize(
    ("stream", "state"),
    [
        (WELL, State.WORKING),
        (replace(WELL, asked=AskedState("okta")), State.LACKS_TOKEN),
        (replace(WELL, asked=replace(WELL.asked, error="x")), State.FAILING),
        (replace(WELL, stream_id=""), State.NOT_MADE),
        (replace(WELL, issuer="https://before.example"), State.NOT_MADE),
        (replace(WELL, status="paused"), State.OFF),
        (replace(WELL, status="disabled"), State.OFF),
        (replace(WELL, verified_at=NOW - DAY), State.SILENT),
        (replace(WELL, verified_at=NOW - DAY, heard_at=NOW), State.WORKING),
    ],
)
def test_how_it_goes(stream: Stream, state: State) -> None:
    assert state_of(OKTA, stream, NOW) is state


def test_a_stream_that_somebody_made_by_hand_works_once_its_token_is_made() -> None:
    by_hand = SignalTransmitter("okta", OKTA.issuer, audience="limen")
    assert state_of(by_hand, Stream(AskedState("okta")), NOW) is State.LACKS_TOKEN
    assert state_of(by_hand, Stream(AskedState("okta"), push_hash="ab"), NOW) is State.WORKING


def test_what_came_and_what_waits_is_listed_with_it(where: str) -> None:
    database = Database.open(where)
    try:
        database.write(lambda t: store.count(t.connection, "okta", store.EVENT, "session-revoked", NOW))
        database.write(lambda t: store.count(t.connection, "okta", store.REFUSED, "invalid_key", NOW + 1))
        database.write(lambda t: store.count(t.connection, "other", store.REFUSED, "invalid_key", NOW))
        waits = DisabledElsewhere("okta", "p_1", NOW, store.ASKED_ABOUT, "why")
        database.write(lambda t: store.keep_disabled(t.connection, waits))
        (one,) = database.read(lambda s: listed(s, [OKTA], NOW))
    finally:
        database.close()
    assert (one.last_event_at, one.number(store.REFUSED), one.waiting) == (NOW, 1, (waits,))
    told = plain(one)
    assert (told["state"], told["waiting"]) == ("lacks-token", ["p_1"])
    assert told["counts"] == {"event": {"session-revoked": 1}, "refused": {"invalid_key": 1}, "unknown": {}}
