"""Attacks on what is decided by findings: detections that hang unseen, strangers who take away somebody's access,
devices that tell of others, administrators who quiet what is about themselves, and requests that cost too much.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.devices.laptops import Ida
from tests.devices.software_agent import SoftwareAgent
from tests.monitor.over_harbor import (
    TRAVEL,
    about,
    ada,
    agent,
    alerts_of,
    decided,
    harbor,
    hit,
    ida,
    laptop,
    open_alerts,
    risk_of,
    score,
    session_of,
    take,
    the_case,
)
from tests.monitor.process.kept_in_memory import KeptInMemory
from tests.monitor.process.test_detecting import Counting, detecting, lines
from tests.waiting import wait_until
from tests.web.conftest import House

from limen.clock import DAY, HOUR, MINUTE
from limen.events import Event, Outcome, to_ocsf
from limen.facts import Auth
from limen.monitor.alerts import findings, flooding
from limen.monitor.alerts.errors import OwnAlertError
from limen.monitor.alerts.suppressing import Wanted
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.detections.own_rules import own_rules
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.monitor_rules import LogSource, MonitorRules, Way
from limen.monitor.normal_form.frame import LIMEN, Frame
from limen.monitor.normal_form.reading import read
from limen.monitor.response.model import Doing
from limen.monitor.response.rules import Playbook
from limen.monitor.risk.rules import RiskRules
from limen.monitor.search.query import QueryError, read_query
from limen.monitor.sources import hec
from limen.monitor.sources.hec import HecError, events_of
from limen.monitor.surroundings import Surroundings

__all__ = ["ada", "agent", "harbor", "ida", "laptop"]
LAPTOPS = {"laptops": LogSource("json", Way.AGENT, files=("/var/log/app.json",))}


# Detections that see nothing, and nobody knows


def test_detections_that_hang_or_fail_do_not_seem_to_be_of_now(tmp_path: Path) -> None:
    """What the journal says meanwhile, and signs of life of the process, are no sign that logs are looked at."""
    store, is_broken = KeptInMemory(), [False]

    def found(_hits: Sequence[Hit]) -> None:
        if is_broken[0]:
            raise RuntimeError

    one = detecting(tmp_path, store, found, counting=Counting())
    one.start()
    wait_until(lambda: one.detected_at)
    is_broken[0] = True
    store.append(lines(0, 3))
    one.wake()
    wait_until(lambda: one.wrong)
    stood = one.detected_at
    store.append(lines(3, 9))
    one.wake()
    wait_until(lambda: one.wrong)
    assert one.detected_at == stood
    is_broken[0] = False
    one.close()


# Strangers who take away somebody's access


async def test_guessing_somebodys_password_for_days_takes_nothing_from_them(harbor: House, ida: Ida) -> None:
    """Whoever knows an address can be wrong about its password day and night. It is an alert, and nobody's risk."""
    risk_of(harbor).heard()
    detector = SigmaDetector(own_rules())
    hits: list[Hit] = []
    now = harbor.clock.now()
    for minute in range(-3 * 24 * 60, 0):
        event = Event(
            id=secrets.token_hex(12),
            at=now + minute * MINUTE,
            kind="sign_in.failed",
            subject=ida.id,
            address=f"203.0.113.{minute % 200}",
            reason="password-wrong",
            outcome=Outcome.FAILURE,
        )
        frame = Frame(source=LIMEN, kind=LIMEN, received_at=event.at, data=msgspec.json.encode(to_ocsf(event)))
        hits += [one for event in read(frame) for one in detector.feed(event)]
    assert len(hits) > 3
    await take(harbor, *hits)
    assert any(alert.person_id == ida.id for alert in await open_alerts(harbor))
    assert (score(harbor, ida.id), await decided(harbor, ida.id)) == ((0, True), "permit")


async def test_guessing_while_somebody_signs_in_takes_no_more_than_that_session(harbor: House, ida: Ida) -> None:
    """Guesses from elsewhere, day and night: when she signs in with her password, one may have been right."""
    risk_of(harbor).heard()
    detector, now, hits = SigmaDetector(own_rules()), harbor.clock.now(), list[Hit]()
    for hours in (6, 4, 2):
        said = [
            ("sign_in.failed", f"203.0.113.{n}", "password-wrong", now - hours * HOUR + n * MINUTE) for n in range(6)
        ]
        said.append(("sign_in.succeeded", "192.0.2.7", "", now - hours * HOUR + 7 * MINUTE))
        for kind, address, reason, at in said:
            event = Event(id=secrets.token_hex(12), at=at, kind=kind, subject=ida.id, address=address, reason=reason)
            event = msgspec.structs.replace(event, session=session_of(harbor, ida.id) if not reason else "")
            frame = Frame(source=LIMEN, kind=LIMEN, received_at=at, data=msgspec.json.encode(to_ocsf(event)))
            hits += [one for each in read(frame) for one in detector.feed(each)]
    assert hits
    await take(harbor, *hits)
    assert score(harbor, ida.id) == (0, True)


async def test_a_flood_of_findings_fills_no_disk_and_hides_nobody(
    harbor: House, ida: Ida, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sender can make thousands of findings a second. They are counted, and so many are kept by themselves."""
    monkeypatch.setattr(flooding, "OF_NOBODY", 2_000)
    for begin in range(0, 6_000, 1_000):
        await take(harbor, *[hit(harbor, n, entity="address:10.1.1.1") for n in range(begin, begin + 1_000)])
    await take(harbor, hit(harbor, 9_999, **about(ida.id)))
    every = await open_alerts(harbor)
    kept = {
        one.person_id: harbor.limen.database.read(lambda s, one=one: findings.count_of_alert(s.connection, one.id))
        for one in every
    }
    assert kept == {"": flooding.OF_NOBODY, ida.id: 1}
    assert {one.person_id: one.count for one in every} == {"": 6_000, ida.id: 1}


async def test_whoever_can_write_an_address_takes_nothing_from_those_who_have_no_passkey(
    harbor: House, ida: Ida, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain syslog says of Ida what it likes, beside the little that is proven; she has a password and a code."""
    known = harbor.limen.known
    weak = replace(known.sessions[session_of(harbor, ida.id)], auth=Auth(strength=2, at=harbor.clock.now()))
    known.sessions.put(weak.id, weak)
    risk_of(harbor).heard()
    before = await decided(harbor, ida.id)
    await take(harbor, hit(harbor, 900, **about(ida.id, level=Level.LOW, confidence=100)))
    for number in range(40):
        forged = about(ida.id, rule=f"r{number}", level=Level.CRITICAL, confidence=100, sources=("nobody",))
        await take(harbor, hit(harbor, number, tactics=(f"attack.{number}",), **forged))
    assert (before, await decided(harbor, ida.id)) == ("permit", "permit")
    assert score(harbor, ida.id)[0] == RiskRules().unproven_at_most


async def test_a_flood_that_nobody_proves_hides_nothing_that_is_proven(harbor: House, ida: Ida) -> None:
    for begin in range(0, 400, 100):
        forged = [hit(harbor, n, **about(ida.id, sources=("nobody",))) for n in range(begin, begin + 100)]
        await take(harbor, *forged)
    await take(harbor, hit(harbor, 900, **about(ida.id)))
    assert score(harbor, ida.id)[0] == 52


# Devices that tell of others


async def test_a_laptops_logs_take_nothing_from_a_colleague(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    """Eve is root on her laptop and writes into its logs what she likes: the finding says it of Ida, on her device."""
    book = Playbook(name="disable", does=Doing.DISABLE, lasts_ms=DAY)
    harbor.limen.known.set_rules(MonitorRules, MonitorRules(sources=LAPTOPS, playbooks=(book,)))
    risk_of(harbor).heard()
    for number, entity in enumerate((f"person:{ida.id}", "user:ida", f"device:{laptop.device}")):
        forged = hit(
            harbor,
            number,
            rule=f"r{number}",
            level=Level.CRITICAL,
            confidence=100,
            sources=("laptops",),
            entity=entity,
            person_id=ida.id,
            device_id=laptop.device,
            devices=(laptop.device,),
            response="disable",
        )
        await take(harbor, forged)
    assert score(harbor, ida.id)[0] == RiskRules().unproven_at_most
    assert harbor.events("response.done") == []
    assert harbor.limen.known.people[ida.id].active


async def test_what_a_laptop_says_of_itself_is_proven(harbor: House, laptop: SoftwareAgent) -> None:
    harbor.limen.known.set_rules(MonitorRules, MonitorRules(sources=LAPTOPS))
    own = {"entity": f"device:{laptop.device}", "device_id": laptop.device, "sources": ("laptops",)}
    await take(harbor, hit(harbor, devices=(laptop.device,), **own))
    (alert,) = await open_alerts(harbor)
    assert alert.is_proven


@pytest.mark.parametrize("others", [("d_eve",), ()])
async def test_what_other_laptops_say_of_a_device_proves_nothing(
    harbor: House, ida: Ida, laptop: SoftwareAgent, others: tuple[str, ...]
) -> None:
    book = Playbook(name="quarantine", does=Doing.QUARANTINE, lasts_ms=DAY)
    harbor.limen.known.set_rules(MonitorRules, MonitorRules(sources=LAPTOPS, playbooks=(book,)))
    whole = (*others, laptop.device) if others else ()
    about_it = {"entity": f"device:{laptop.device}", "device_id": laptop.device, "sources": ("laptops",)}
    await take(harbor, hit(harbor, devices=whole, level=Level.CRITICAL, response="quarantine", **about_it))
    (alert,) = await open_alerts(harbor)
    assert (alert.is_proven, harbor.events("response.done")) == (False, [])


def test_nine_lines_of_another_laptop_and_one_of_its_own_are_no_finding_about_it() -> None:
    """The rule counts by the computer that a line names. Nor does Eve silence it for what Ida's laptop says then."""
    around, detector = Surroundings(read), SigmaDetector(own_rules())

    def fed(device: str, number: int) -> list[Hit]:
        line = {
            "EventID": 4740,
            "Channel": "Security",
            "Computer": "ida-laptop",
            "TargetUserName": f"u{number}",
            "SubjectUserName": "x",
        }
        frame = Frame(
            source="laptops", kind="windows", received_at=number, data=msgspec.json.encode(line), device_id=device
        )
        return [one for event in around.understand(frame) for one in detector.feed(event)]

    mixed = [one for n in range(1, 10) for one in fed("d_eve", n)] + fed("d_ida", 10)
    assert {one.devices for one in mixed} == {("d_eve",)}
    own = [one for n in range(11, 30) for one in fed("d_ida", n)]
    assert {(one.devices, one.device_id) for one in own} == {(("d_ida",), "d_ida")}


def test_no_device_hides_anothers_event_behind_the_same_text() -> None:
    line = b'{"user": "ida", "kind": "malware"}'
    frames = [
        Frame(source="laptops", kind="json", received_at=1, data=line, device_id=device) for device in ("d_1", "d_2")
    ]
    assert len({event.uid for frame in frames for event in read(frame)}) == 2


def test_no_sender_hides_anothers_record_by_sending_it_first() -> None:
    """Windows counts its records, so whoever shares a source can write what another host will say next."""
    line = b'{"EventID": 1102, "Channel": "Security", "Computer": "DC1", "EventRecordID": 7, "TimeCreated": "x"}'
    frames = [Frame(source="servers", kind="windows", received_at=1, data=line, sender=one) for one in ("s_1", "s_2")]
    assert len({event.uid for frame in frames for event in read(frame)}) == 2


# Administrators who quiet what is about themselves


async def test_nobody_takes_their_own_case_so_that_nobody_else_is_called(harbor: House, ida: Ida, ada: Ida) -> None:
    await take(harbor, hit(harbor, **about(ada.id)))
    case = await the_case(harbor)
    with pytest.raises(OwnAlertError):
        await alerts_of(harbor).take(case.case.id, by=ada.id)
    assert (await alerts_of(harbor).take(case.case.id, by=ida.id)).taken_by == ida.id


async def test_nobody_suppresses_for_everybody_what_was_found_about_themselves(
    harbor: House, ida: Ida, ada: Ida, laptop: SoftwareAgent
) -> None:
    wanted = Wanted(TRAVEL, "", HOUR, "Too many of them")
    await take(harbor, hit(harbor, **about(ada.id)), hit(harbor, 2, device_id=laptop.device, entity="host:a"))
    for own in (ada, ida):
        with pytest.raises(OwnAlertError):
            await alerts_of(harbor).suppress(wanted, by=own.id)
    assert (await alerts_of(harbor).suppress(wanted, by="p_else")).entity == ""


async def test_whoever_looks_at_a_case_is_seen_by_whom_it_shows(harbor: House, ida: Ida, ada: Ida) -> None:
    """A case shows an hour of the journal of each person in it."""
    await take(harbor, hit(harbor, **about(ida.id)))
    case = await the_case(harbor)
    assert (await ada.browser.get(f"/console/cases/{case.case.id}")).status_code == 200
    assert [(one.actor, one.subject) for one in harbor.events("person.looked_at")] == [(ada.id, ida.id)]


async def test_no_other_site_has_a_service_asked(harbor: House, ada: Ida) -> None:
    """Each form of a source's page is ours, also the one that says nothing but "now"."""
    for form in ("ask", "remove"):
        sent = await ada.browser.client.post(f"/console/sources/app/{form}", headers={"origin": "https://evil.example"})
        assert sent.status_code == 403


# Requests that cost too much


@pytest.mark.parametrize(
    "body", [b'{"event":[' + b"[]," * 200_000 + b"1]}", b'{"event":1}{"event":[' + b"[]," * 200_000 + b"1]}"]
)
def test_an_event_of_millions_of_values_is_not_taken_apart_beside_decisions(body: bytes) -> None:
    with pytest.raises(HecError):
        events_of(body)
    whole = b'{"event":{"message":"' + b"a" * (hec.LONGEST_EVENT - 100) + b'"}}'
    assert len(events_of(whole + whole)) == 2


@pytest.mark.parametrize("text", ["-" * 1_900 + "a", "+" * 1_900 + "a", "a:" * 900 + "b"])
def test_a_search_of_nothing_but_signs_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        read_query(text)
