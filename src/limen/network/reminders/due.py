"""Which flows are due: to be looked at again, over, or about to end. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from limen.network.model import Flow, Network
from limen.network.notes import SOON_DAYS

LONG_OVER_DAYS: Final = 30
"""Of what has been due for longer nobody is written to any more: a mail that changed nothing changes nothing again."""


@dataclass(frozen=True, slots=True)
class Due:
    """A flow, and the day (ISO 8601) on which it ends or is looked at again, whichever comes first."""

    flow: Flow
    day: str


def due(network: Network, today: date) -> Iterator[Due]:
    """Those whose day is within two weeks, or was lately."""
    latest = (today + timedelta(days=SOON_DAYS)).isoformat()
    oldest = (today - timedelta(days=LONG_OVER_DAYS)).isoformat()
    for flow in network.flows:
        day = min(flow.review, flow.expires or flow.review)
        if oldest <= day <= latest:
            yield Due(flow, day)
