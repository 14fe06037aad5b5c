"""Attacks on signals: speaking in a sensor's name, replaying it, blaming or shielding another's device, drowning it."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from tests.attacks.test_stolen_cookies import THIEF, at_the_wiki, on
from tests.devices.certificates.test_issuing import ask, certificate_of, issuing, sent
from tests.devices.laptops import Ida, devices_of, new_agent
from tests.devices.signals.sensors import agent, bind, harbor, ida, laptop, sensor, signals_of
from tests.devices.software_agent import SoftwareAgent
from tests.dial import size
from tests.web.conftest import Browser, House

from limen.clock import HOUR, MINUTE
from limen.devices.model import State
from limen.devices.reports import USED_TWICE
from limen.devices.signals import changes
from limen.devices.signals.authentication import new_secret
from limen.devices.signals.service import AT_ONCE, UNMATCHED_AT_ONCE
from limen.devices.signals.store import MOST_OF_A_DEVICE
from limen.enforcement.streams import Stream
from limen.ties import BY_CERTIFICATE

__all__ = ["agent", "harbor", "ida", "issuing", "laptop"]
HIGH = json.dumps({"signals": [{"ref": "1", "level": "high", "device": {"name": "wren"}}]}).encode()


def risk(house: House, device: str) -> object:
    return house.limen.known.learned.of(("device", device)).get("device.risk")


# Speaking as a sensor


async def test_words_about_devices_that_nobody_knows_do_not_fill_the_journal(
    harbor: House, laptop: SoftwareAgent
) -> None:
    """A sensor sees all that is on the wire, and may tell of each machine again and again."""
    edr, several = await sensor(harbor, "edr"), UNMATCHED_AT_ONCE + 30
    strangers = [{"ref": str(one), "level": "high", "device": {"name": f"x{one}"}} for one in range(several)]
    assert (await edr.send({"signals": strangers}))["unmatched"] == several
    assert len(harbor.events("device.signal_unmatched")) == UNMATCHED_AT_ONCE
    harbor.clock.forward(MINUTE)
    await edr.send({"signals": strangers})
    assert len(harbor.events("device.signal_unmatched")) == UNMATCHED_AT_ONCE + 1


async def test_whoever_has_a_sources_secret_takes_away_so_many_devices_an_hour_and_no_more(
    harbor: House, ida: Ida, laptop: SoftwareAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_TAKEN_AWAY", 3)
    strict, devices = await sensor(harbor, "strict"), devices_of(harbor)
    fleet = [laptop.device]
    for _ in range(4):
        one = new_agent(harbor)
        await one.enrol(await devices.token(ida.id, by="server"))
        fleet.append(one.device)
    ended = harbor.clock.now()
    await strict.send({"signals": [{"ref": "1", "level": "high", "device": {"id": one}} for one in fleet]})
    states = [devices.device(one).state for one in fleet]
    assert states == [State.QUARANTINED] * 3 + [State.ACTIVE] * 2
    assert {risk(harbor, one) for one in fleet[-2:]} == {3}
    limited = harbor.events("device.signal_limited")
    assert {(one.device, one.details["source"], one.at >= ended) for one in limited} == {
        (one, "strict", True) for one in fleet[-2:]
    }
    signal = signals_of(harbor).of(fleet[-1])[0]
    assert signal.did == "end_sessions"
    await signals_of(harbor).end(signal.id, by="p_ada")
    await signals_of(harbor).reopen(signal.id, by="p_ada")  # somebody of the company decides: it is no source's word
    assert devices.device(fleet[-1]).state is State.QUARANTINED
    harbor.clock.forward(HOUR + MINUTE)
    await strict.tell("high", "2", {"id": fleet[-2]})
    assert devices.device(fleet[-2]).state is State.QUARANTINED


async def test_who_has_no_secret_says_nothing_and_learns_of_no_source(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    answers = []
    for source in ("edr", "falcon", "nobody", "wazuh", "x" * 300):
        edr.name = source
        tried = (
            edr.signed(HIGH, key=new_secret()),
            {"authorization": f"Bearer {new_secret()}", "content-type": "application/json"},
            {"content-type": "application/json"},
        )
        answers += [await edr.post(HIGH, headers) for headers in tried]
    assert {(one.status_code, one.text) for one in answers} == {(401, answers[0].text)}
    assert answers[0].json()["error"] == "not_this_source"
    assert (risk(harbor, laptop.device), signals_of(harbor).of(laptop.device)) == (0, ())


async def test_the_secret_of_one_source_is_none_of_another(harbor: House, laptop: SoftwareAgent) -> None:
    careful = await sensor(harbor, "careful")
    await sensor(harbor, "strict")
    careful.name = "strict"  # it may say no more than medium, and wants to quarantine
    assert (await careful.post(HIGH, careful.signed(HIGH))).status_code == 401
    assert devices_of(harbor).device(laptop.device).state == "active"


async def test_a_secret_that_was_replaced_is_good_no_more(harbor: House, laptop: SoftwareAgent) -> None:
    old = await sensor(harbor, "edr")
    await sensor(harbor, "edr")
    assert (await old.post(HIGH, old.signed(HIGH))).status_code == 401


async def test_a_persons_session_is_no_sensor(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
        sent = await ida.browser.client.post("/signals/edr", content=HIGH, headers={"content-type": kind})
        assert sent.status_code == 415
    assert (await ida.browser.client.get("/signals/edr")).status_code in {404, 405}
    sent = await ida.browser.client.post("/signals/edr", content=HIGH, headers={"content-type": "application/json"})
    assert sent.status_code == 401


# Replaying


async def test_a_recorded_message_counts_once_and_not_after_its_time(harbor: House, laptop: SoftwareAgent) -> None:
    edr, signals = await sensor(harbor, "edr"), signals_of(harbor)
    headers = edr.signed(HIGH)
    assert (await edr.post(HIGH, headers)).json()["is_repeated"] is False
    await signals.end(signals.of(laptop.device)[0].id, by="p_ada")
    again = await edr.post(HIGH, headers)
    assert (again.status_code, again.json()["is_repeated"], risk(harbor, laptop.device)) == (200, True, 0)
    harbor.clock.forward(4 * MINUTE)
    await signals.forget()  # it is remembered for as long as it could be sent again
    assert (await edr.post(HIGH, headers)).json()["is_repeated"] is True
    harbor.clock.forward(2 * MINUTE)
    assert (await edr.post(HIGH, headers)).json()["error"] == "clock"
    assert risk(harbor, laptop.device) == 0


async def test_a_signature_of_tomorrow_is_good_at_no_time(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    headers = edr.signed(HIGH, at=harbor.clock.now() // 1_000 + 86_400)
    assert (await edr.post(HIGH, headers)).json()["error"] == "clock"


async def test_an_all_clear_of_before_does_not_lift_what_was_found_after_it(
    harbor: House, laptop: SoftwareAgent
) -> None:
    """A token has no time of its own: what the product says of the time keeps the order."""
    falcon = await sensor(harbor, "falcon")

    def alert(status: str, at: str) -> dict[str, Any]:
        what = {"composite_id": "1", "severity": 80, "device": {"hostname": "wren"}}
        return {"resources": [{**what, "status": status, "updated_timestamp": at}]}

    clear = alert("closed", "2026-11-24T08:50:00Z")
    await falcon.send(clear)
    await falcon.send(alert("new", "2026-11-24T08:55:00Z"))
    await falcon.send(clear)
    assert risk(harbor, laptop.device) == 3


# Blaming and shielding


async def test_a_private_laptop_of_the_same_name_takes_no_signal_away(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    """Bob calls his own laptop as Ida's company laptop is called: so that nobody can say which is meant. Both are."""
    bob = harbor.browser(address="203.0.113.9")
    await harbor.member(bob, "Bob", "staff")
    own = new_agent(harbor, "203.0.113.9")
    begun = (await own.begin(hardware={"serial": "PF3XWREN"})).json()
    await bob.get("/devices/enrol")
    await bob.post("/devices/enrol/answer", code=begun["code"], answer="agree")
    assert (await own.finish(begun["enrolment"])).status_code == 200
    await own.report()
    edr = await sensor(harbor, "edr")
    await edr.tell("high")
    assert (risk(harbor, laptop.device), risk(harbor, own.device)) == (3, 3)


async def test_where_two_could_be_meant_both_are(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    second = new_agent(harbor)
    await second.enrol(await devices_of(harbor).token(ida.id, by="server"))
    await second.report()
    edr = await sensor(harbor, "edr")
    await edr.tell("high")
    assert (risk(harbor, laptop.device), risk(harbor, second.device)) == (3, 3)


async def test_a_private_laptop_does_not_escape_by_a_company_laptops_name(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    """Bob's own laptop is the infected one, and renames itself."""
    bob = harbor.browser(address="203.0.113.9")
    await harbor.member(bob, "Bob", "staff")
    own = new_agent(harbor, "203.0.113.9")
    own.name = "bobs-own"
    begun = (await own.begin()).json()
    await bob.get("/devices/enrol")
    await bob.post("/devices/enrol/answer", code=begun["code"], answer="agree")
    assert (await own.finish(begun["enrolment"])).status_code == 200
    own.name = "wren"
    await own.report()
    await (await sensor(harbor, "edr")).tell("high")
    assert (risk(harbor, own.device), risk(harbor, laptop.device)) == (3, 3)


async def test_an_all_clear_that_may_be_of_another_device_lifts_nothing(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    edr, signals = await sensor(harbor, "edr"), signals_of(harbor)
    await edr.tell("high")
    second = new_agent(harbor)
    await second.enrol(await devices_of(harbor).token(ida.id, by="server"))
    await second.report()
    for level in ("low", "none"):
        await edr.tell(level)
        assert risk(harbor, laptop.device) == 3
    await edr.tell("none", device={"id": laptop.device})
    assert signals.of(laptop.device)[0].ended_why == "resolved"


async def test_a_colleagues_sensor_vouches_for_no_device_that_only_has_its_name(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    bob = harbor.browser(address="203.0.113.9")
    own = new_agent(harbor, "203.0.113.9")
    await own.enrol(await devices_of(harbor).token(await harbor.member(bob, "Bob", "staff"), by="server"))
    await own.report(edr={"running": True, "products": ["falcon"]})  # so it says; nobody hears of its sensor
    edr = await sensor(harbor, "edr")

    async def passing(*, gone: bool = False, **more: str) -> list[bool]:
        await edr.send({"alive": [{"device": {"name": "wren", **more}, "gone": gone}]})
        known = [harbor.limen.known.devices.get(one.device) for one in (laptop, own)]
        return [one is not None and "edr" in one.passing for one in known]

    assert await passing() == [False, False]
    assert await passing(id=laptop.device) == [True, False]
    assert await passing(id=own.device) == [True, True]
    harbor.clock.forward(MINUTE)
    assert await passing(gone=True) == [False, False]  # against a device it counts for each that fits


async def test_another_name_with_the_same_address_blames_nobody(harbor: House, laptop: SoftwareAgent) -> None:
    """Somebody's machine at home has the address that the laptop has here."""
    edr = await sensor(harbor, "edr")
    taken = await edr.tell("high", "1", {"name": "a-printer", "address": "203.0.113.7"})
    assert (taken["unmatched"], risk(harbor, laptop.device)) == (1, 0)


async def test_nobody_ends_a_signal_about_their_own_device(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    await edr.tell("medium")
    (signal,) = signals_of(harbor).of(laptop.device)
    await ida.browser.get("/devices")
    for word in ("end", "reopen"):
        done = await ida.browser.post(f"/console/devices/{laptop.device}/signals/{signal.id}/{word}")
        assert "done=" not in done.headers.get("location", "")
    wiped = await ida.browser.post(f"/console/devices/{laptop.device}/wipe")
    assert "done=" not in wiped.headers.get("location", "")
    assert (risk(harbor, laptop.device), devices_of(harbor).device(laptop.device).state) == (2, "active")


async def test_a_new_browser_on_the_same_laptop_is_no_way_around(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    edr = await sensor(harbor, "edr")
    await edr.tell("high")
    other: Browser = harbor.browser()
    other.passkey = ida.browser.passkey
    await other.sign_in()
    await bind(ida, laptop, other)
    there = await harbor.into(other, "wiki")
    refused = await there.get("/", **{"sec-fetch-mode": "navigate"})
    assert "/not-yet?decision=" in refused.headers["location"]
    decided = next(event for event in harbor.events("decision") if event.decision.effect == "deny")
    assert list(decided.decision.reasons) == ["highest-risk"]


async def test_ending_a_signal_releases_no_device_whose_key_is_used_twice(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    strict, signals = await sensor(harbor, "strict"), signals_of(harbor)
    await strict.tell("high")
    clone = new_agent(harbor, "198.51.100.9")
    clone.key, clone.device, clone.seq, clone.prev = laptop.key, laptop.device, laptop.seq, laptop.prev
    assert (await clone.report()).status_code == 200
    assert (await laptop.report()).json()["error"] == "replayed"
    assert harbor.events("device.cloned")
    await signals.end(signals.of(laptop.device)[0].id, by="p_helpdesk")
    device = devices_of(harbor).device(laptop.device)
    assert (device.state, device.state_why) == (State.QUARANTINED, USED_TWICE)


async def test_ending_a_signal_releases_no_device_that_somebody_put_in_quarantine_since(
    harbor: House, laptop: SoftwareAgent
) -> None:
    strict, signals, devices = await sensor(harbor, "strict"), signals_of(harbor), devices_of(harbor)
    await strict.tell("high", "1")
    await devices.change(laptop.device, State.QUARANTINED, by="p_ada")  # on top
    await signals.end(signals.of(laptop.device)[0].id, by="p_helpdesk")
    assert devices.device(laptop.device).state is State.QUARANTINED
    await devices.change(laptop.device, State.ACTIVE, by="p_ada")
    await strict.tell("high", "2")
    await devices.change(laptop.device, State.ACTIVE, by="p_ada")
    await devices.change(laptop.device, State.QUARANTINED, by="p_ada", why="lent out")
    await signals.end(next(one for one in signals.of(laptop.device) if one.ref == "2").id, by="p_helpdesk")
    assert devices.device(laptop.device).state is State.QUARANTINED


# A device that is known by its certificate alone


async def certified_at_the_wiki(harbor: House, ida: Ida, laptop: SoftwareAgent) -> tuple[Browser, Browser, bytes]:
    """Another browser of Ida's, that no agent was asked about: signed in, at the wiki, and its client certificate."""
    other = harbor.browser()
    other.passkey = ida.browser.passkey
    await other.sign_in()
    return other, await harbor.into(other, "wiki"), sent(certificate_of(await ask(laptop)))


async def test_a_device_at_high_risk_opens_nothing_by_its_certificate(
    harbor: House, ida: Ida, laptop: SoftwareAgent, issuing: None
) -> None:
    """What is signed in there ends; whoever signs in anew is at the device's risk, at the firmest level of all."""
    other, there, certificate = await certified_at_the_wiki(harbor, ida, laptop)
    before = at_the_wiki(harbor, there, certificate)
    assert (before.permitted, on(before)) == (True, (laptop.device, BY_CERTIFICATE))
    await (await sensor(harbor, "edr")).tell("high")
    assert at_the_wiki(harbor, there, certificate).session is None
    harbor.clock.forward(MINUTE)
    await other.sign_in()
    after = at_the_wiki(harbor, await harbor.into(other, "wiki"), certificate)
    assert after.facts is not None
    assert (after.permitted, after.facts.risk.score, on(after)) == (False, 90, (laptop.device, BY_CERTIFICATE))


async def test_quarantine_ends_what_came_with_the_devices_certificate(
    harbor: House, ida: Ida, laptop: SoftwareAgent, issuing: None
) -> None:
    """At the app, and the sign-in that would open it again; also after the device was released."""
    other, there, certificate = await certified_at_the_wiki(harbor, ida, laptop)
    assert at_the_wiki(harbor, there, certificate).permitted
    await devices_of(harbor).change(laptop.device, State.QUARANTINED, by="server")
    assert at_the_wiki(harbor, there, certificate).session is None
    assert at_the_wiki(harbor, there).session is None
    assert (await other.get("/sessions")).status_code == 303
    await devices_of(harbor).change(laptop.device, State.ACTIVE, by="server")
    assert at_the_wiki(harbor, there, certificate).session is None


async def test_what_began_before_a_device_was_taken_away_is_over_where_its_certificate_is_seen(
    harbor: House, ida: Ida, laptop: SoftwareAgent, issuing: None
) -> None:
    """Though nobody knew until then that it sits there: as after a restart."""
    _, there, _ = await certified_at_the_wiki(harbor, ida, laptop)
    await devices_of(harbor).change(laptop.device, State.QUARANTINED, by="server")
    await devices_of(harbor).change(laptop.device, State.ACTIVE, by="server")
    certificate = sent(certificate_of(await ask(laptop)))
    assert at_the_wiki(harbor, there).session is not None
    assert at_the_wiki(harbor, there, certificate).session is None


async def test_a_stream_over_a_certificate_is_cut_when_its_device_is_at_risk(
    harbor: House, ida: Ida, laptop: SoftwareAgent, issuing: None
) -> None:
    _, there, certificate = await certified_at_the_wiki(harbor, ida, laptop)
    cut: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    stream = Stream(at_the_wiki(harbor, there, certificate), THIEF, "gateway", cut.set_result)
    harbor.limen.enforcement.gateway.streams.add(stream)
    assert ("device", laptop.device) in stream.subjects
    await (await sensor(harbor, "edr")).tell("high")
    assert await asyncio.wait_for(cut, 5) == "session-revoked"


# Drowning it


async def test_more_than_a_source_may_send_waits(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    nothing = b"{}"
    answers = [await edr.post(nothing, edr.signed(nothing)) for _ in range(AT_ONCE + 20)]
    late = [one for one in answers if one.status_code == 429]
    assert late
    assert all("retry-after" in one.headers for one in late)


async def test_a_stranger_does_not_use_up_what_a_source_may_send(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    for _ in range(AT_ONCE + 20):
        assert (await edr.post(HIGH, edr.signed(HIGH, key=new_secret()))).status_code == 401
    assert (await edr.tell("high"))["signals"] == 1


async def test_many_small_signals_push_no_high_one_out(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    await edr.tell("high", "the one")
    for first in range(0, MOST_OF_A_DEVICE * 2, 100):
        many = [{"ref": str(one), "level": "low", "device": {"name": "wren"}} for one in range(first, first + 100)]
        await edr.send({"signals": many})
    held = signals_of(harbor).of(laptop.device)
    assert (len(held), risk(harbor, laptop.device)) == (MOST_OF_A_DEVICE, 3)


DAMAGED = (
    (b'{"a":' * 60 + b"1" + b"}" * 60, 400),
    (b"[" * 60_000, 400),
    (b'{"signals": [' + b"{}," * 400 + b"{}]}", 413),
    (b'{"signals": "' + b"x" * 70_000 + b'"}', 413),
    (b"", 400),
    (b"\x00", 400),
    (b'{"signals": [{"ref": "' + b"9" * 60_000 + b'", "level": 9}]}', 200),
)


async def test_what_is_deep_huge_or_no_json_is_refused(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    for body, status in DAMAGED:
        assert (await edr.post(body, edr.signed(body))).status_code == status


async def test_what_a_sensor_writes_is_shown_and_does_nothing_else(harbor: House, laptop: SoftwareAgent) -> None:
    edr = await sensor(harbor, "edr")
    await edr.tell("medium", "<b>", title="\x1b]0;owned\x07<script>alert(1)</script>\u202egpj.exe")
    (signal,) = signals_of(harbor).of(laptop.device)
    assert signal.title.isprintable()
    ada = harbor.browser(address="203.0.113.8")
    await harbor.administrator(ada)
    page = (await ada.get(f"/console/devices/{laptop.device}")).text
    assert ("<script>alert" in page, "&lt;script&gt;alert" in page) == (False, True)


async def test_damaged_messages_never_break_anything_and_free_no_device(harbor: House, laptop: SoftwareAgent) -> None:
    """Signed all the same, as of a product with errors: no error of ours comes of it, and no all-clear by chance."""
    chance = random.Random(12)
    edr = await sensor(harbor, "edr")
    await edr.tell("high", "kept")
    for number in range(size(60, 2_000)):
        if number % 40 == 0:
            harbor.clock.forward(MINUTE)
        raw = bytearray(HIGH)
        for _ in range(chance.randrange(1, 6)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        answer = await edr.post(bytes(raw), edr.signed(bytes(raw)))
        assert answer.status_code in {200, 400, 413, 429}, answer.text
    assert risk(harbor, laptop.device) == 3
