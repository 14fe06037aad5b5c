"""How it goes with a source, by what is known of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limen.clock import HOUR
from limen.connectors.asked_store import AskedState
from limen.monitor.monitor_rules import LogSource, Service, Way
from limen.monitor.sources.listing import Listed, State, _state
from limen.monitor.sources.store import Sender, Totals

NOW = 1_795_770_000_000
ASKED = LogSource("okta", Way.ASKED, heartbeat_ms=HOUR, service=Service(url="https://harbor.okta.com"))
SENT = LogSource("json", Way.HTTP, heartbeat_ms=HOUR)
SENDER = Sender("ls_1", "app", "wren", NOW)


@pytest.mark.parametrize(
    ("source", "senders", "heard_at", "asked", "state"),
    [
        (ASKED, [], 0, AskedState("okta"), State.NO_SECRET),
        (ASKED, [], NOW, AskedState("okta"), State.NO_SECRET),
        (ASKED, [], NOW, AskedState("okta", has_secret=True, error="x"), State.FAILING),
        (ASKED, [], 0, AskedState("okta", has_secret=True), State.WAITING),
        (ASKED, [], NOW - HOUR, AskedState("okta", has_secret=True), State.HEARD),
        (ASKED, [], NOW - HOUR - 1, AskedState("okta", has_secret=True), State.SILENT),
        (SENT, [], 0, None, State.NO_SENDER),
        (SENT, [SENDER], 0, None, State.WAITING),
        (SENT, [SENDER], NOW, None, State.HEARD),
        (SENT, [], NOW - HOUR - 1, None, State.SILENT),
    ],
)
def test_the_state_of_a_source(
    source: LogSource, senders: list[Sender], heard_at: int, asked: AskedState | None, state: State
) -> None:
    assert _state(source, senders, Totals(heard_at=heard_at), asked, NOW) is state


def test_what_it_looks_like_is_said_until_the_source_names_it() -> None:
    totals = Totals(looks_like={"aws": 1, "okta": 7, "entra": 2})
    listed = Listed("app", replace(SENT, products=("entra",)), State.HEARD, [], totals)
    assert list(listed.looks_like.items()) == [("okta", 7), ("aws", 1)]
