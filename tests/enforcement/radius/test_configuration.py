"""The configuration as the real FreeRADIUS reads it, with the real supplicant of wpa_supplicant before it."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest
from tests.devices.served import OWNER
from tests.enforcement.radius.networks import LAPTOP, door_of, ended, healthy, needs_freeradius, network, signed_in

from limen.enforcement.radius.configuration import FreeRadius, files, write
from limen.errors import LimenError

SAID = FreeRadius(
    folder=Path("/etc/freeradius/limen"),
    url="https://limen.harbor.example",
    token="t" * 43,
    secrets={"10.0.0.1/32": "a" * 40, "10.0.0.2/32": "b" * 40},
    certificate="C",
    key="K",
    devices="D",
)


def test_each_client_has_its_own_secret_and_must_sign_what_it_sends() -> None:
    clients = files(SAID)["clients.conf"]
    assert (clients.count("require_message_authenticator = yes"), clients.count("limit_proxy_state = yes")) == (2, 2)
    assert [clients.count(secret) for secret in SAID.secrets.values()] == [1, 1]


def test_nothing_but_certificates_is_spoken_of_eap() -> None:
    said = files(SAID)["eap.conf"]
    assert [word for word in ("peap", "mschap", "md5", "ttls", "gtc", "fast") if word in said] == []


@pytest.mark.parametrize("wrong", ['a"b', "a\nb", "%{User-Name}", "a}b", "a\\"])
def test_what_would_mean_something_else_there_is_refused(wrong: str) -> None:
    for changed in ({"url": wrong}, {"token": wrong}, {"secrets": {"10.0.0.1/32": wrong}}, {"trusts": wrong}):
        said = {name: getattr(SAID, name) for name in FreeRadius.__slots__} | changed
        with pytest.raises(LimenError):
            files(FreeRadius(**said))


def test_nobody_else_reads_what_is_written(tmp_path: Path) -> None:
    said = {name: getattr(SAID, name) for name in FreeRadius.__slots__} | {"folder": tmp_path / "own"}
    write(FreeRadius(**said))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "own").iterdir()}
    assert modes == {0o600}


@needs_freeradius
async def test_a_healthy_device_joins_its_vlan_and_is_refused_when_it_is_not_healthy(tmp_path: Path) -> None:
    async with network(tmp_path) as net:
        made = net.certificate()
        net.count(made)
        assert (await net.joins()).splitlines()[-1] == "FAILURE"  # nothing is known of the device
        healthy(net.house)
        said = await net.joins()
        assert said.splitlines()[-1] == "SUCCESS"
        assert said.count("Value: 3230") == 1  # Tunnel-Private-Group-Id: 20
        (one,) = door_of(net.house).sessions.open()
        assert (one.app, one.person_id, one.device_id, one.session_id) == ("office-wifi", OWNER, LAPTOP, "")
        assert one.id.encode().hex() in said
        net.house.limen.known.devices.drop(LAPTOP)
        assert await ended(net.house, "office-wifi")
        assert (await net.joins()).splitlines()[-1] == "FAILURE"


@needs_freeradius
async def test_a_vpn_shows_a_number_and_opens_when_it_is_typed_in_the_portal(tmp_path: Path) -> None:
    async with network(tmp_path) as net:
        door, session = door_of(net.house), signed_in(net.house, OWNER)
        person = net.house.limen.known.people[OWNER]
        who = ('User-Name="ida@harbor.example"', 'Calling-Station-Id="198.51.100.9"')
        said = await net.sends("auth", *who, 'User-Password="whatever"')
        question = await door.questions.of(OWNER)
        assert question is not None
        assert "Received Access-Challenge" in said
        assert f"type {question.number} there" in said
        state = f"State=0x{question.state.encode().hex()}"
        answer = asyncio.create_task(net.sends("auth", *who, 'User-Password=""', state, seconds=25))
        await asyncio.sleep(0.5)
        assert (await door.confirm(person, session, question.number, "198.51.100.9", is_tied=False)).permitted
        assert "Received Access-Accept" in await answer
        (one,) = door.sessions.open()
        told = f"Class=0x{one.id.encode().hex()}"
        assert "Received Accounting-Response" in await net.sends(
            "acct", "Acct-Status-Type=Start", 'Acct-Session-Id="55"', told
        )
        assert [each.accounted for each in door.sessions.open()] == ["55"]
        await net.sends("acct", "Acct-Status-Type=Stop", 'Acct-Session-Id="55"', told)
        assert door.sessions.open() == []
