from __future__ import annotations

from typing import Any

import pytest
from tests.sso.shared_signals.rows import NOW, stream

from limen.sso.shared_signals.listing import Health, ListedStream
from limen.sso.shared_signals.store import Status


@pytest.mark.parametrize(
    ("state", "health", "is_silent"),
    [
        ({}, Health.UNUSED, False),
        ({"heard_at": NOW}, Health.WELL, False),
        ({"heard_at": NOW, "failures": 1}, Health.FAILING, True),
        ({"status": Status.PAUSED, "failures": 1}, Health.STOPPED, True),
        ({"status": Status.DISABLED}, Health.STOPPED, True),
    ],
)
def test_how_it_goes_with_a_stream(state: dict[str, Any], health: Health, is_silent: bool) -> None:
    one = ListedStream(stream(**state), None, 3, NOW)
    assert (one.health, one.is_silent, one.name) == (health, is_silent, "watch")
    told = one.as_json()
    assert (told["stream"], told["health"], told["waiting"], told["delivery"]) == ("sg_1", health.value, 3, "poll")
