"""A receiver manages its streams, within what `signals.yaml` lets it be told (SSF 1.0 section 8.1)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.signal_receiver import HEADER
from tests.sso.shared_signals.at_receivers import CAEP, POLLED, RISC, AtReceivers
from tests.web.conftest import ORIGIN

from limen.clock import MINUTE
from limen.sso.shared_signals import store
from limen.sso.shared_signals.management import MOST_STREAMS
from limen.sso.shared_signals.receivers import POLL, PUSH
from limen.sso.shared_signals.store import ChangedBy, Status

REVOKED, DISABLED = f"{CAEP}session-revoked", f"{RISC}account-disabled"


async def test_a_stream_is_created_read_and_deleted(signals: AtReceivers) -> None:
    watch, stream = await signals.polled(events_requested=[REVOKED, "https://odd.example/event"], description="Ours")
    supported = [REVOKED, DISABLED, f"{RISC}account-enabled", f"{CAEP}token-claims-change"]
    assert stream == {
        "stream_id": stream["stream_id"],
        "iss": ORIGIN,
        "aud": POLLED,
        "events_supported": supported,
        "events_requested": [REVOKED, "https://odd.example/event"],
        "events_delivered": [REVOKED],
        "delivery": {"method": POLL, "endpoint_url": f"{ORIGIN}/ssf/poll/{stream['stream_id']}"},
        "min_verification_interval": 60,
        "description": "Ours",
    }
    named = f"/ssf/streams?stream_id={stream['stream_id']}"
    assert (await watch.ask("GET", named)).json() == stream
    assert (await watch.ask("GET", "/ssf/streams")).json() == [stream]
    assert (await watch.ask("DELETE", named)).status_code == 204
    assert (await watch.ask("GET", named)).status_code == 404
    assert (await watch.ask("GET", "/ssf/streams")).json() == []
    assert signals.said() == ["token_made", "stream_created", "stream_ended"]


async def test_what_is_not_said_is_polled_and_everything_there_is(signals: AtReceivers) -> None:
    stream = await (await signals.caller("watch")).stream()
    assert stream["delivery"]["method"] == POLL
    assert stream["events_delivered"] == stream["events_supported"]


async def test_patch_changes_what_it_says_and_put_all_of_it(signals: AtReceivers) -> None:
    watch, stream = await signals.polled(events_requested=[REVOKED], description="Ours")
    which = {"stream_id": stream["stream_id"]}
    patched = (await watch.ask("PATCH", "/ssf/streams", {**which, "events_requested": [DISABLED]})).json()
    assert (patched["events_delivered"], patched["description"]) == ([DISABLED], "Ours")
    put = (
        await watch.ask("PUT", "/ssf/streams", {**which, "iss": ORIGIN, "aud": POLLED, "events_requested": []})
    ).json()
    assert (put["events_delivered"], "description" in put) == ([], False)


async def test_the_header_is_sealed_shown_to_nobody_and_sent_to_no_other_address(signals: AtReceivers) -> None:
    grafana, stream = await signals.pushed()
    core, stream_id = signals.house.limen.core, stream["stream_id"]

    def sealed() -> bytes | None:
        return core.database.read(lambda s: store.sealed_of(s.connection, stream_id))

    kept = sealed()
    assert kept is not None
    assert HEADER.encode() not in kept
    for path in ("/ssf/streams", f"/ssf/streams?stream_id={stream_id}"):
        assert HEADER not in (await grafana.ask("GET", path)).text
    same = {"method": PUSH, "endpoint_url": signals.there.endpoint}
    await grafana.ask("PATCH", "/ssf/streams", {"stream_id": stream_id, "delivery": same})
    assert sealed() == kept
    other = {"method": PUSH, "endpoint_url": signals.there.endpoint + "/other"}
    await grafana.ask("PATCH", "/ssf/streams", {"stream_id": stream_id, "delivery": other})
    assert sealed() is None


@pytest.mark.parametrize(
    "asked",
    [
        {"iss": "https://other.example"},
        {"aud": "https://other.example"},
        {"delivery": {"method": PUSH, "endpoint_url": "https://signals.receiver.example/"}},
        {"delivery": {"method": "https://schemas.openid.net/secevent/risc/delivery-method/push"}},
        {"delivery": {"method": POLL, "authorization_header": "x"}},
        {"delivery": "push"},
        {"events_requested": "all"},
        {"description": 5},
        [],
    ],
)
async def test_a_wrong_stream_is_refused(signals: AtReceivers, asked: Any) -> None:
    watch = await signals.caller("watch")
    refused = await watch.ask("POST", "/ssf/streams", asked)
    assert (refused.status_code, sorted(refused.json())) == (400, ["description", "err"])
    assert (await watch.ask("GET", "/ssf/streams")).json() == []


async def test_of_one_receiver_there_are_only_so_many(signals: AtReceivers) -> None:
    watch = await signals.caller("watch")
    made = [(await watch.ask("POST", "/ssf/streams", {})).status_code for _ in range(MOST_STREAMS + 1)]
    assert made == [201] * MOST_STREAMS + [409]


async def test_status_is_the_receivers_until_an_administrator_has_set_it(signals: AtReceivers) -> None:
    watch, stream = await signals.polled()
    which = {"stream_id": stream["stream_id"]}
    at = f"/ssf/status?stream_id={stream['stream_id']}"
    assert (await watch.ask("GET", at)).json() == {**which, "status": "enabled"}
    paused = {**which, "status": "paused", "reason": "Moving house"}
    assert (await watch.ask("POST", "/ssf/status", paused)).json() == paused
    assert (await watch.ask("GET", at)).json() == paused
    await signals.set_status(stream, Status.DISABLED, "No more")
    refused = await watch.ask("POST", "/ssf/status", {**which, "status": "enabled"})
    assert (refused.status_code, refused.json()["err"]) == (403, "not-yours")
    assert signals.streams()["watch"].changed_by is ChangedBy.ADMINISTRATOR
    await signals.set_status(stream, Status.ENABLED, "")
    assert (await watch.ask("GET", at)).json() == {**which, "status": "enabled"}


async def test_a_paused_stream_keeps_and_a_disabled_one_drops_what_happens(signals: AtReceivers) -> None:
    watch, stream = await signals.polled(events_requested=[DISABLED])
    which = {"stream_id": stream["stream_id"]}
    oscar, ida = await signals.person("oscar"), await signals.person("ida")
    await watch.ask("POST", "/ssf/status", {**which, "status": "paused"})
    await signals.let_go(oscar)
    await signals.told()
    assert (await watch.poll(stream))["sets"] == {}
    await watch.ask("POST", "/ssf/status", {**which, "status": "enabled"})
    assert len((await watch.poll(stream))["sets"]) == 1
    await watch.ask("POST", "/ssf/status", {**which, "status": "disabled"})
    await signals.let_go(ida)
    await signals.told()
    await watch.ask("POST", "/ssf/status", {**which, "status": "enabled"})
    assert (await watch.poll(stream))["sets"] == {}


async def test_whom_a_receiver_wants_to_hear_nothing_of_is_left_out(signals: AtReceivers) -> None:
    watch, stream = await signals.polled(events_requested=[DISABLED])
    which = {"stream_id": stream["stream_id"]}
    await signals.person("oscar")
    ida = await signals.person("ida")
    await signals.person("nora", "contractors")
    about = {**which, "subject": {"format": "email", "email": "Ida@harbor.example"}}
    for _ in range(2):
        assert (await watch.ask("POST", "/ssf/subjects/remove", about)).status_code == 204
    await signals.let_go(ida)
    await signals.told()
    assert signals.due(stream) == []
    await signals.house.limen.identity.people.reactivate(ida, by="")
    assert (await watch.ask("POST", "/ssf/subjects/add", about)).status_code == 200
    await signals.let_go(ida)
    await signals.told()
    assert [one.person_id for one in signals.due(stream)] == [ida]
    for email in ("nora@harbor.example", "nobody@harbor.example"):
        other = {**which, "subject": {"format": "email", "email": email}}
        refused = await watch.ask("POST", "/ssf/subjects/remove", other)
        assert (refused.status_code, refused.json()["err"]) == (404, "unknown-subject")


async def test_a_verification_comes_with_its_state_once_a_minute(signals: AtReceivers) -> None:
    watch, stream = await signals.polled()
    asked = {"stream_id": stream["stream_id"], "state": "cGFzcw"}
    assert (await watch.ask("POST", "/ssf/verify", asked)).status_code == 204
    assert (await watch.ask("POST", "/ssf/verify", asked)).status_code == 429
    signals.house.clock.forward(MINUTE)
    assert (await watch.ask("POST", "/ssf/verify", asked)).status_code == 204
    (first, _) = [one.claims for one in signals.due(stream)]
    assert first["sub_id"] == {"format": "opaque", "id": stream["stream_id"]}
    assert first["events"] == {"https://schemas.openid.net/secevent/ssf/event-type/verification": {"state": "cGFzcw"}}
