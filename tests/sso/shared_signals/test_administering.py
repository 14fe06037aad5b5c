"""What administrators decide about streams."""

from __future__ import annotations

import pytest
from tests.sso.shared_signals.at_receivers import AtReceivers

from limen.errors import LimenError
from limen.sso.shared_signals.store import Status


async def test_an_administrator_verifies_pauses_and_ends_and_the_receiver_is_told(signals: AtReceivers) -> None:
    _, stream = await signals.pushed()
    stream_id, now, decide = stream["stream_id"], signals.house.clock.now(), signals.transmitter.decide
    await decide(lambda t, a: a.verify(t, stream_id, now))
    await signals.set_status(stream, Status.PAUSED, "Under repair")
    await signals.set_status(stream, Status.ENABLED, "")
    await signals.told()
    assert signals.there.events() == ["verification", "stream-updated", "stream-updated"]
    assert [next(iter(one["events"].values())) for one in signals.there.tokens] == [
        {},
        {"status": "paused", "reason": "Under repair"},
        {"status": "enabled"},
    ]
    await signals.set_status(stream, Status.DISABLED, "")
    with pytest.raises(LimenError):
        await decide(lambda t, a: a.verify(t, stream_id, now))
    await decide(lambda t, a: a.end(t, stream_id, now, by=""))
    assert signals.streams() == {}
    for gone in (lambda t, a: a.end(t, stream_id, now, by=""), lambda t, a: a.verify(t, stream_id, now)):
        with pytest.raises(LimenError):
            await decide(gone)
