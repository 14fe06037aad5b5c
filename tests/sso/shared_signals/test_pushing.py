"""Events are pushed to a receiver that we did not write, in their order, until it has taken them."""

from __future__ import annotations

from tests.signal_receiver import said
from tests.sso.shared_signals.at_receivers import AtReceivers
from tests.web.conftest import ORIGIN

from limen.clock import DAY, MINUTE
from limen.sso.shared_signals.store import ChangedBy, Status
from limen.sso.tries import PAUSES


async def test_who_is_let_go_is_told_at_once_and_in_order(signals: AtReceivers) -> None:
    await signals.pushed()
    oscar = await signals.person("oscar")
    await signals.let_go(oscar)
    await signals.told()
    assert signals.there.events() == ["session-revoked", "account-disabled"]
    first, second = signals.there.tokens
    assert first["sub_id"] == second["sub_id"] == {"format": "iss_sub", "iss": ORIGIN, "sub": oscar}
    (event,) = second["events"].values()
    assert event["initiating_entity"] == "system"
    assert event["event_timestamp"] == second["toe"]
    assert signals.streams()["grafana"].heard_at


async def test_a_receiver_that_is_away_misses_nothing(signals: AtReceivers) -> None:
    _, stream = await signals.pushed()
    oscar = await signals.person("oscar")
    signals.there.always = (503, {}, b"")
    await signals.into(oscar, "contractors")
    await signals.let_go(oscar)
    await signals.told()
    held = signals.streams()["grafana"]
    assert (held.failures, held.error, len(signals.due(stream)), len(signals.there.seen)) == (1, "HTTP 503", 3, 1)
    await signals.told()
    assert len(signals.there.seen) == 1
    await signals.told(PAUSES[0])
    assert signals.streams()["grafana"].failures == 2
    signals.there.always = None
    await signals.told(PAUSES[1])
    assert signals.there.events() == ["token-claims-change", "session-revoked", "account-disabled"]
    held = signals.streams()["grafana"]
    assert (held.failures, held.error, signals.due(stream)) == (0, "", [])
    assert signals.said() == ["token_made", "stream_created", "failing", "back"]


async def test_what_is_asked_for_is_waited_for(signals: AtReceivers) -> None:
    await signals.pushed()
    signals.there.always = (429, {"retry-after": "300"}, b"")
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    held = signals.streams()["grafana"]
    assert held.due_at - signals.house.clock.now() > 4 * MINUTE


async def test_a_token_that_is_refused_for_itself_stops_no_other(signals: AtReceivers) -> None:
    _, stream = await signals.pushed()
    signals.there.answers = [said("invalid_request")]
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    assert signals.there.events() == ["account-disabled"]
    assert signals.due(stream) == []
    assert signals.said()[-1] == "refused"


async def test_what_a_receiver_knows_wrong_of_limen_loses_nothing(signals: AtReceivers) -> None:
    _, stream = await signals.pushed()
    signals.there.answers = [said("invalid_issuer")]
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    assert (signals.streams()["grafana"].error, len(signals.due(stream))) == ("HTTP 400, invalid_issuer", 2)
    await signals.told(PAUSES[0])
    assert signals.there.events() == ["session-revoked", "account-disabled"]


async def test_who_takes_nothing_for_a_day_is_paused_and_gets_all_of_it_when_enabled(signals: AtReceivers) -> None:
    grafana, stream = await signals.pushed()
    signals.there.always = (500, {}, b"")
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    await signals.told(DAY + MINUTE)
    held = signals.streams()["grafana"]
    assert (held.status, held.changed_by) == (Status.PAUSED, ChangedBy.LIMEN)
    await signals.let_go(await signals.person("ida"))
    await signals.told()
    assert len(signals.due(stream)) == 4
    signals.there.always = None
    asked = {"stream_id": stream["stream_id"], "status": "enabled"}
    assert (await grafana.ask("POST", "/ssf/status", asked)).json() == asked
    await signals.told()
    assert signals.there.events() == ["session-revoked", "account-disabled"] * 2


async def test_what_nobody_would_take_any_more_is_given_up_and_said(signals: AtReceivers) -> None:
    _, stream = await signals.pushed()
    signals.there.always = (500, {}, b"")
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    await signals.told(7 * DAY)
    held = signals.streams()["grafana"]
    assert (held.status, held.changed_by, signals.due(stream)) == (Status.DISABLED, ChangedBy.LIMEN, [])
    assert "lost" in signals.said()
