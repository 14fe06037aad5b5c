"""Attacks on RADIUS: on the protocol through the real FreeRADIUS, on number matching, and on others' sessions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from tests.devices.served import OWNER
from tests.enforcement.radius.networks import (
    LAPTOP,
    SWITCH,
    VPN,
    certify,
    door_of,
    healthy,
    needs_freeradius,
    network,
    signed_in,
    ties_of,
    writing,
)
from tests.web.conftest import House, move_in

from limen.clock import DAY, HOUR, MINUTE
from limen.enforcement.radius import disconnect, door as door_module, service
from limen.enforcement.radius.door import NothingAskedError, Reply, Verdict, WrongNumberError
from limen.enforcement.radius.questions import AN_HOUR, Asker
from limen.facts import Grant, Risk, SessionState
from limen.facts.assembling import OVER
from limen.private_authority import new_authority
from limen.storage import Database
from limen.storage.errors import DatabaseGoneError
from limen.web.access.radius import read


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", writing())
        await house.member(house.browser(), "Ida", "staff")
        await house.member(house.browser(), "Eve", "staff")
        yield house


def id_of(harbor: House, name: str = "ida") -> str:
    return harbor.id_of(f"{name}@harbor.example")


# On the protocol


@needs_freeradius
async def test_what_is_unsigned_downgraded_or_revoked_never_gets_in(tmp_path: Path) -> None:
    """BlastRADIUS (CVE-2024-3596), a wrong secret, EAP by passwords, and certificates that count no more."""
    async with network(tmp_path) as net:
        who = ('User-Name="ida@harbor.example"', 'User-Password="47"')
        # radclient signs by itself, unless told to hide: so the packet is made as clients before 2024 made it
        assert "No reply" in await _unsigned(net.port, net.secret)
        assert "No reply" in await net.sends("auth", *who, secret="x" * 40, seconds=2)
        assert net.house.events("radius.asked") == []

        made = net.certificate()
        net.count(made)
        healthy(net.house)
        for eap in ("PEAP", "MD5", "TTLS"):
            said = await net.joins(eap=eap, password='"hello"', phase2='"auth=MSCHAPV2"')
            assert said.splitlines()[-1] == "FAILURE"
        ties_of(net.house).set_certificates(LAPTOP, None)  # revoked
        said = await net.joins()
        assert said.splitlines()[-1] == "FAILURE"
        assert "MS-MPPE" not in said
        net.count(net.certificate(authority=new_authority("Eve: devices", net.house.clock.now()).authority))
        assert (await net.joins()).splitlines()[-1] == "FAILURE"
        net.count(net.certificate(age=2 * DAY))  # expired: OpenSSL's own clock says so, whatever counts here
        assert (await net.joins()).splitlines()[-1] == "FAILURE"
        assert door_of(net.house).sessions.open() == []
        net.count(net.certificate())
        assert (await net.joins()).splitlines()[-1] == "SUCCESS"


@needs_freeradius
async def test_a_packet_that_was_seen_and_is_sent_again_lets_nobody_in(tmp_path: Path) -> None:
    """Whoever sees RADIUS go by has packets that are signed, and a number that was right once."""
    async with network(tmp_path) as net:
        door, session = door_of(net.house), signed_in(net.house, OWNER)
        person, packet = net.house.limen.known.people[OWNER], _packet(net.secret, signed=True)
        first = asyncio.create_task(_sent(net.port, packet, 10))
        for _ in range(100):
            if await door.questions.of(OWNER) is not None:
                break
            await asyncio.sleep(0.05)
        assert (await door.confirm(person, session, "47", "", is_tied=False)).permitted
        assert await first == "code 2"
        assert await _sent(net.port, packet, 2) == "No reply"  # a question of its own, from another port
        with pytest.raises(WrongNumberError):  # whose number is the old one, and she was not there
            await door.confirm(person, session, "48", "", is_tied=False)
        assert await _sent(net.port, packet, 3) == "code 3"
        assert len(door.sessions.open()) == 1


async def _unsigned(port: int, secret: str) -> str:
    """An Access-Request without Message-Authenticator (RFC 2865 alone)."""
    return await _sent(port, _packet(secret, signed=False), 2)


def _packet(secret: str, *, signed: bool) -> bytes:
    """Ida signs in with the number 47."""
    import hmac
    import secrets
    from hashlib import md5

    nonce = secrets.token_bytes(16)
    pad = md5(secret.encode() + nonce, usedforsecurity=False).digest()
    hidden = bytes(a ^ b for a, b in zip(b"47".ljust(16, b"\0"), pad, strict=True))
    attributes = b"\x01\x14ida@harbor.example" + b"\x02\x12" + hidden
    if not signed:
        return bytes([1, 9]) + (20 + len(attributes)).to_bytes(2) + nonce + attributes
    head = bytes([1, 9]) + (20 + len(attributes) + 18).to_bytes(2) + nonce + attributes + b"\x50\x12"
    return head + hmac.digest(secret.encode(), head + bytes(16), "md5")


async def _sent(port: int, packet: bytes, seconds: float) -> str:
    """What is answered to it, from a port that was not used before."""
    import socket

    def asked() -> str:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.settimeout(seconds)
            sending.sendto(packet, ("127.0.0.1", port))
            try:
                return f"code {sending.recv(4_096)[0]}"
            except TimeoutError:
                return "No reply"

    return await asyncio.to_thread(asked)


@needs_freeradius
async def test_a_user_name_is_nothing_but_a_name(tmp_path: Path) -> None:
    async with network(tmp_path) as net:
        name = r"ida\"}, \"control:Tmp-String-1\": {\"value\": [\"accept\"]}, \"x\": {\"%{exec:/bin/true}"
        said = await net.sends("auth", f'User-Name="{name}"', 'User-Password=""')
        assert "Received Access-Accept" not in said
        assert "Received Access-Challenge" in said  # as to any name that nobody has
        assert door_of(net.house).sessions.open() == []
        assert net.house.events("radius.asked") == []


def test_a_second_value_and_a_second_name_change_nothing() -> None:
    said = read(b'{"User-Name":{"value":["ida","eve"]},"User-Password":{"value":["47"],"do_xlat":true}}')
    assert said == {"User-Name": "ida", "User-Password": "47"}


# On number matching


async def test_another_persons_number_opens_nothing(harbor: House) -> None:
    door = door_of(harbor)
    asked = await door.login(VPN, "", "")
    eve = harbor.limen.known.people[id_of(harbor, "eve")]
    theirs = await door.login(replace(VPN, user=eve.email, calling="192.0.2.66"), "", "")
    session = signed_in(harbor, eve.id, "s_eve")
    await door.confirm(eve, session, theirs.number, "", is_tied=False)
    assert await door.questions.of(id_of(harbor)) is not None  # Ida's waits for Ida
    stolen = await door.login(replace(VPN, user=eve.email), "", asked.state)
    assert stolen.verdict is Verdict.REJECT
    for other in (replace(VPN, calling="192.0.2.66"), replace(VPN, nas="10.0.0.1"), SWITCH):
        assert (await door.login(other, "", asked.state)).verdict is Verdict.REJECT


async def test_asking_until_somebody_gives_in_ends_in_silence(harbor: House) -> None:
    door, ida = door_of(harbor), harbor.limen.known.people[id_of(harbor)]
    session = signed_in(harbor, ida.id)
    assert (await door.login(VPN, "", "")).verdict is Verdict.ASK
    answers = [await door.login(replace(VPN, calling=f"192.0.2.{number}"), "", "") for number in range(20)]
    asked = sum(one.verdict is Verdict.ASK for one in answers)  # each second ends the one before, and itself
    assert asked < AN_HOUR
    harbor.clock.forward(HOUR)
    assert (await door.login(VPN, "", "")).verdict is Verdict.ASK
    await door.not_me(ida, session)
    for _ in range(20):
        assert (await door.login(VPN, "", "")).verdict is Verdict.REJECT
    harbor.clock.forward(16 * MINUTE)
    asked = 0
    for _ in range(4 * AN_HOUR):  # from where she is not signed in
        asked += (await door.login(replace(VPN, calling="192.0.2.66"), "", "")).verdict is Verdict.ASK
        harbor.clock.forward(3 * MINUTE)
    assert asked <= 2 * AN_HOUR + 1
    assert len(harbor.events("radius.not_me")) == 1


@pytest.mark.parametrize("typed", ["", "47"])
async def test_whoever_asks_first_from_the_same_place_gets_nothing_of_the_victims_confirmation(
    harbor: House, typed: str
) -> None:
    """In one café both have one address: who came first saw the victim's number, and was let in before them."""
    door, ida = door_of(harbor), harbor.limen.known.people[id_of(harbor)]
    session = signed_in(harbor, ida.id)
    eve = asyncio.create_task(door.login(VPN, typed, ""))
    await asyncio.sleep(0.05)
    theirs = await door.questions.of(ida.id)
    assert theirs is not None
    assert (await door.login(VPN, typed, "")).verdict is Verdict.REJECT
    with pytest.raises(NothingAskedError):
        await door.confirm(ida, session, theirs.number, "", is_tied=False)
    first = await asyncio.wait_for(eve, 2)
    assert first.verdict is (Verdict.REJECT if typed else Verdict.ASK)
    assert (await door.login(VPN, "", theirs.state)).verdict is Verdict.REJECT
    assert (door.sessions.open(), len(harbor.events("radius.asked_twice"))) == ([], 1)
    again = await door.login(VPN, "", "")
    await door.confirm(ida, session, again.number, "", is_tied=False)
    assert (await door.login(VPN, "", again.state)).verdict is Verdict.ACCEPT


HEALTHY = """
@id("vpn-from-healthy-devices")
@title("The VPN only from healthy devices")
@reason("Tests.")
forbid (principal, action == Action::"connect", resource == App::"vpn")
unless { context.device.compliance == "compliant" };
"""


@pytest.mark.parametrize(
    ("calling", "compared", "is_let_in"),
    [
        ("198.51.100.9", True, True),
        ("198.51.100.9[4500]", True, True),
        ("192.0.2.66", True, False),
        ("", True, False),
        ("192.0.2.66", False, True),
    ],
)
async def test_who_is_rung_up_does_not_lend_their_healthy_device(
    tmp_path: Path, calling: str, compared: bool, is_let_in: bool
) -> None:
    async with AsyncExitStack() as closing:

        def written(folder: Path) -> None:
            writing(policies=HEALTHY)(folder)
            if not compared:
                apps = folder / "apps.yaml"
                apps.write_text(apps.read_text().replace("kind: vpn", "kind: vpn\n    same_address: false"))

        house = await move_in(closing, tmp_path / "harbor", written)
        await house.member(house.browser(), "Ida", "staff")
        door, ida = door_of(house), house.limen.known.people[id_of(house)]
        healthy(house)
        bound = {"device_id": LAPTOP, "binding": 2, "bound_until": house.clock.now() + HOUR}
        session = replace(signed_in(house, ida.id), **bound)
        house.limen.known.sessions.put(b"s_ida", session)
        asker = replace(VPN, calling=calling)
        asked = await door.login(asker, "", "")
        answer = await door.confirm(ida, session, asked.number, "198.51.100.9", is_tied=True)
        assert answer.permitted is is_let_in
        if is_let_in:
            assert (await door.login(asker, "", asked.state)).verdict is Verdict.ACCEPT
        assert [one.device_id for one in door.sessions.open()] == [LAPTOP] * is_let_in


async def test_names_that_nobody_has_keep_nobody_out(harbor: House) -> None:
    """A few packets a second held every place to wait, every question and what the NAS may ask."""
    door, ida = door_of(harbor), harbor.limen.known.people[id_of(harbor)]
    session = signed_in(harbor, ida.id)
    strangers = [
        asyncio.create_task(
            door.login(Asker(f"{one}@x.example", VPN.client, VPN.nas, f"192.0.2.{one % 250}"), "47", "")
        )
        for one in range(2_500)
    ]
    await asyncio.sleep(0)  # all have asked: what the NAS may ask in one go is used up
    await asyncio.sleep(0.1)
    theirs = asyncio.create_task(door.login(VPN, "48", ""))
    async with asyncio.timeout(20):
        while await door.questions.of(ida.id) is None:  # noqa: ASYNC110 -- nobody is told that it waits
            await asyncio.sleep(0.05)
    await door.confirm(ida, session, "48", "", is_tied=False)
    assert (await asyncio.wait_for(theirs, 5)).verdict is Verdict.ACCEPT
    answers = await asyncio.gather(*(asyncio.wait_for(one, 0.1) for one in strangers), return_exceptions=True)
    assert not any(isinstance(one, Reply) and one.verdict is Verdict.ACCEPT for one in answers)


async def test_one_station_uses_up_what_is_its_own(harbor: House) -> None:
    door, ida = door_of(harbor), harbor.limen.known.people[id_of(harbor)]
    for _ in range(200):
        await door.login(replace(VPN, user="", calling="192.0.2.66"), "", "")
    for _ in range(AN_HOUR * 2):  # from elsewhere, with her name
        await door.login(replace(VPN, calling="192.0.2.67"), "", "")
    assert (await door.login(VPN, "", "")).verdict is Verdict.REJECT
    assert signed_in(harbor, ida.id).address == VPN.calling
    assert (await door.login(VPN, "", "")).verdict is Verdict.ASK


async def test_guessing_the_number_has_one_try(harbor: House) -> None:
    door, ida = door_of(harbor), harbor.limen.known.people[id_of(harbor)]
    session, asked = signed_in(harbor, ida.id), await door.login(VPN, "", "")
    wrong = str(10 + (int(asked.number) - 9) % 90)
    with pytest.raises(WrongNumberError):
        await door.confirm(ida, session, wrong, "", is_tied=False)
    assert await door.questions.of(ida.id) is None
    assert (await door.login(VPN, "", asked.state)).verdict is Verdict.REJECT


async def test_what_was_confirmed_lets_in_once(harbor: House) -> None:
    door, ida = door_of(harbor), harbor.limen.known.people[id_of(harbor)]
    session, asked = signed_in(harbor, ida.id), await door.login(VPN, "", "")
    await door.confirm(ida, session, asked.number, "", is_tied=False)
    replies = await asyncio.gather(*(door.login(VPN, "", asked.state) for _ in range(5)))
    assert sorted(reply.verdict for reply in replies) == [Verdict.ACCEPT, *[Verdict.REJECT] * 4]
    assert len(door.sessions.open()) == 1


async def test_a_password_is_never_enough(harbor: House) -> None:
    for typed in ("", "tidal marble lantern fox", "474747", "4", "00", "07"):
        reply = await door_of(harbor).login(replace(VPN, user="eve@harbor.example"), typed, "")
        assert reply.verdict is Verdict.ASK
        harbor.clock.forward(15 * MINUTE)
    assert door_of(harbor).sessions.open() == []


async def test_a_session_that_has_ended_since_confirms_nothing(harbor: House) -> None:
    door, ida = door_of(harbor), harbor.limen.known.people[id_of(harbor)]
    session, asked = signed_in(harbor, ida.id), await door.login(VPN, "", "")
    await door.confirm(ida, session, asked.number, "", is_tied=False)
    await harbor.limen.identity.sessions.revoke_person(ida.id, by="")
    assert harbor.limen.known.session_state(session, "", harbor.clock.now()) is not SessionState.LIVE
    assert (await door.login(VPN, "", asked.state)).verdict is Verdict.REJECT
    assert door.sessions.open() == []


@pytest.mark.parametrize("change", ["signed out", "revoked", "stolen laptop", "everybody", "let go", "group", "risk"])
async def test_a_sign_in_that_idled_out_keeps_nobody_in_the_network_who_may_not_be_there(
    harbor: House, change: str
) -> None:
    """What it let in goes on, as long as nothing but the idling has ended it."""
    door, ida = door_of(harbor), harbor.limen.known.people[id_of(harbor)]
    identity, known = harbor.limen.identity, harbor.limen.known
    known.sessions.put(b"s_ida", session := replace(signed_in(harbor, ida.id), device_id=LAPTOP))
    asked = await door.login(VPN, "", "")
    await door.confirm(ida, session, asked.number, "", is_tied=False)
    assert (await door.login(VPN, "", asked.state)).verdict is Verdict.ACCEPT
    harbor.clock.forward(3 * HOUR)
    assert known.session_state(session, "", harbor.clock.now()) is SessionState.ENDED
    assert len(door.sessions.open()) == 1
    match change:
        case "signed out":
            known.sessions.drop(session.id)
        case "revoked":
            await identity.sessions.revoke_person(ida.id, by="")
        case "stolen laptop":
            known.set_not_before(("device", LAPTOP), harbor.clock.now())
        case "everybody":
            await identity.sessions.panic(by="")
        case "let go":
            await identity.people.deactivate(ida.id, by="")
        case "group":
            await identity.people.set_groups(ida.id, [], by="")
        case "risk":
            known.risks.put(ida.id, Risk(100, known=True, at=harbor.clock.now()))
    for _ in range(50):
        if not door.sessions.open():
            break
        await asyncio.sleep(0.02)
    assert door.sessions.open() == []


async def test_a_sign_in_that_idled_out_confirms_nothing_and_opens_nothing(harbor: House) -> None:
    door, ida = door_of(harbor), harbor.limen.known.people[id_of(harbor)]
    session, asked = signed_in(harbor, ida.id), await door.login(VPN, "", "")
    await door.confirm(ida, session, asked.number, "", is_tied=False)
    assert (await door.login(VPN, "", asked.state)).verdict is Verdict.ACCEPT
    harbor.clock.forward(3 * HOUR)
    asked = await door.login(VPN, "", "")
    assert not (await door.confirm(ida, session, asked.number, "", is_tied=False)).permitted
    assert len(door.sessions.open()) == 1


@pytest.mark.parametrize(
    ("device", "tied", "is_let_in"), [(LAPTOP, True, True), (LAPTOP, False, False), ("d_other", True, False)]
)
async def test_a_grant_of_one_device_opens_no_gear_from_another(
    harbor: House, device: str, tied: bool, is_let_in: bool
) -> None:
    """What was granted on a laptop counts over RADIUS as well for whoever confirms on it, and for no copied cookie."""
    door, ida, now = door_of(harbor), harbor.limen.known.people[id_of(harbor)], harbor.clock.now()
    for known in (LAPTOP, "d_other"):
        healthy(harbor, known)
    grant = Grant("g_1", "core-switch", frozenset({"administer"}), now + HOUR, "a test", "p_ada", device=LAPTOP)
    harbor.limen.known.grants.put(ida.id, (grant,))
    bound = {"device_id": device, "binding": 2, "bound_until": now + 20 * MINUTE}
    session = replace(signed_in(harbor, ida.id), **bound)
    harbor.limen.known.sessions.put(b"s_ida", session)
    if not tied:
        session = replace(session, bound_until=OVER)
    asked = await door.login(SWITCH, "", "")
    assert (await door.confirm(ida, session, asked.number, "198.51.100.9", is_tied=tied)).permitted is is_let_in
    if is_let_in:
        assert (await door.login(SWITCH, "", asked.state)).lasts > 50 * MINUTE
    assert [one.device_id for one in door.sessions.open()] == [LAPTOP] * is_let_in


# On others' sessions, and on the clock


async def test_another_nas_ends_or_names_no_session_that_is_not_its_own(harbor: House) -> None:
    ends = certify(harbor, id_of(harbor))
    door = door_of(harbor)
    reply = await door.device(replace(VPN, user=LAPTOP), LAPTOP, ends)
    for status in ("Start", "Stop"):
        await door.sessions.accounted(SWITCH, reply.session, status, "of-eve")
    assert [(one.id, one.accounted) for one in door.sessions.open()] == [(reply.session, "")]


async def test_the_end_of_the_session_before_sent_again_ends_no_watch_over_this_one(harbor: House) -> None:
    """From a NAS that sends no Class back: nobody would have been told to end the new one, whatever came."""
    ends, door = certify(harbor, id_of(harbor)), door_of(harbor)
    laptop = replace(VPN, user=LAPTOP, calling="02-00-00-00-00-01")
    await door.device(laptop, LAPTOP, ends)
    for status in ("Start", "Stop"):
        await door.sessions.accounted(laptop, "", status, "55")
    assert door.sessions.open() == []
    await door.device(laptop, LAPTOP, ends)
    for own_name in ("55", ""):
        await door.sessions.accounted(laptop, "", "Stop", own_name)
    assert len(door.sessions.open()) == 1
    for status in ("Start", "Stop"):
        await door.sessions.accounted(laptop, "", status, "56")
    assert door.sessions.open() == []


async def test_one_laptop_with_ever_new_addresses_is_let_in_so_often_and_no_more(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time was a session that is kept, watched over and decided again until it ends by itself."""
    monkeypatch.setattr(door_module, "MOST_OF_ONE", 5)
    ends, door = certify(harbor, id_of(harbor)), door_of(harbor)
    stations = [replace(VPN, user=LAPTOP, calling=f"02-00-00-00-00-{number:02x}") for number in range(9)]
    verdicts = [(await door.device(station, LAPTOP, ends)).verdict for station in stations]
    assert verdicts == [Verdict.ACCEPT] * 5 + [Verdict.REJECT] * 4
    assert {one.reason for one in harbor.events("radius.refused")} == {"too-many-sessions"}
    await door.sessions.accounted(stations[0], door.sessions.open()[0].id, "Stop", "")
    assert (await door.device(stations[8], LAPTOP, ends)).verdict is Verdict.ACCEPT
    other = certify(harbor, id_of(harbor), device_id="d_other")
    assert (await door.device(stations[8], "d_other", other)).verdict is Verdict.ACCEPT


@pytest.mark.parametrize("turns", ["the group", "the lease of the facts"])
async def test_who_has_to_go_is_put_out_though_the_database_is_away(
    harbor: House, monkeypatch: pytest.MonkeyPatch, turns: str
) -> None:
    """The secret by which a NAS is told is in the database, which whoever wants to stay in may keep busy."""
    core, door, ida = harbor.limen.core, door_of(harbor), harbor.limen.known.people[id_of(harbor)]
    secret = await core.write(lambda t: service.make_secret(t, core.keyring, VPN.client, harbor.clock.now(), "server"))
    session, asked = signed_in(harbor, ida.id), await door.login(VPN, "", "")
    await door.confirm(ida, session, asked.number, "", is_tied=False)
    assert (await door.login(VPN, "", asked.state)).verdict is Verdict.ACCEPT
    await door.sessions.keep_up()
    told: list[bytes] = []

    async def sent(_host: str, _port: int, _packet: bytes, by: bytes) -> int:
        told.append(by)
        return disconnect.ACKNOWLEDGED

    def gone(*_: object) -> None:
        raise DatabaseGoneError

    monkeypatch.setattr(disconnect, "_asked", sent)
    for name in ("read", "write"):
        monkeypatch.setattr(Database, name, gone)
    if turns == "the group":
        harbor.limen.known.people.put(replace(ida, groups=frozenset()))
    else:
        harbor.limen.known.lease_until = 0.0
    for _ in range(150):
        if told:
            break
        await asyncio.sleep(0.02)
    assert (door.sessions.open(), told) == ([], [secret.encode()])
    assert await door.is_server(VPN.client, secret)  # OpenVPN servers hear of it as well
    assert not await door.is_server(VPN.client, "x" * 40)


async def test_a_certificate_of_another_second_device_or_time_is_none(harbor: House) -> None:
    ends, door = certify(harbor, id_of(harbor), HOUR), door_of(harbor)
    wifi = replace(VPN, user=LAPTOP)
    for device, second in ((LAPTOP, ends + 1), (LAPTOP, 0), ("", ends), ("d_other", ends)):
        assert (await door.device(wifi, device, second)).verdict is Verdict.REJECT
    assert (await door.device(SWITCH, LAPTOP, ends)).verdict is Verdict.REJECT  # its client has no Wi-Fi
    harbor.clock.forward(HOUR)
    assert (await door.device(wifi, LAPTOP, ends)).verdict is Verdict.REJECT


async def test_an_attribute_that_is_not_text_is_not_read_as_one() -> None:
    with pytest.raises(Exception, match="Expected"):
        read(json.dumps({"User-Name": {"value": [["ida"]]}}).encode())


async def test_the_owner_of_a_device_who_is_let_go_brings_it_into_nothing(harbor: House) -> None:
    ends, door = certify(harbor, id_of(harbor)), door_of(harbor)
    person = harbor.limen.known.people[id_of(harbor)]
    harbor.limen.known.people.put(replace(person, active=False))
    assert (await door.device(replace(VPN, user=LAPTOP), LAPTOP, ends)).verdict is Verdict.REJECT
    assert (await door.login(VPN, "", "")).verdict is Verdict.ASK  # told like anybody: it can't be answered
    assert await door.questions.of(person.id) is None
    assert person.id != OWNER
