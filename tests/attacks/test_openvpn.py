"""Attacks on OpenVPN: by certificates, by names, at the management interface, and while something is away. The server,
the laptops and the program beside the server are real; broken lines: tests/enforcement/radius/limen_openvpn.
"""

from __future__ import annotations

import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.devices.served import OWNER, until
from tests.enforcement.radius.networks import LAPTOP, door_of, ended, healthy, signed_in, ties_of
from tests.interop.openvpn_world import World, missing, session_ids, world
from tests.interop.test_strongswan import ROAD

from limen.clock import DAY
from limen.enforcement.radius.door import WrongNumberError
from limen.private_authority import new_authority

pytestmark = [pytest.mark.skipif(bool(missing()), reason=missing() or "-"), pytest.mark.slow]


async def refused(net: World, word: str, *more: str) -> None:
    """A laptop tries; return when it, or the server, says this."""
    laptop = net.connect(*more)
    await until(lambda: word in laptop.said() or word in net.server.said())
    laptop.kill()
    assert not net.present(), net.server.said()[-1_000:]
    assert session_ids(net) == []


async def test_certificates_that_do_not_count_open_nothing(tmp_path: Path) -> None:
    """Of another authority, expired, not counted, revoked, of a lost device, of somebody who has left."""
    async with world(tmp_path) as net:
        healthy(net.house)
        now = net.house.clock.now()
        net.count(net.certificate(authority=new_authority("Harbor: devices", now).authority))
        await refused(net, "VERIFY ERROR")
        net.count(net.certificate(age=2 * DAY))
        await refused(net, "certificate has expired")
        held = net.certificate()
        await refused(net, "AUTH_FAILED")  # signed by Limen, and none that counts
        net.count(held)
        ties_of(net.house).set_certificates(LAPTOP, None)  # revoked, and what becomes of a device that is lost
        await refused(net, "AUTH_FAILED")
        net.count(held)
        person = net.house.limen.known.people[OWNER]
        net.house.limen.known.people.put(replace(person, active=False))
        await refused(net, "AUTH_FAILED")
        net.house.limen.known.people.put(person)
        await net.is_in(net.connect())  # all of it was refused for its reason alone


async def test_a_laptop_that_names_another_person_is_its_owners(tmp_path: Path) -> None:
    async with world(tmp_path) as net:
        net.count(net.certificate())
        healthy(net.house)
        file = tmp_path / "credentials"
        file.write_text("ada@harbor.example\n47\n")
        await net.is_in(net.connect("--auth-user-pass", str(file)))
        (one,) = door_of(net.house).sessions.open()
        assert (one.person_id, one.device_id, one.user_name) == (OWNER, LAPTOP, "")


async def test_whoever_types_anothers_name_waits_for_that_person_alone(tmp_path: Path) -> None:
    async with world(tmp_path, "person") as net:
        file = tmp_path / "credentials"
        file.write_text("ida@harbor.example\n47\n")
        door, ida = door_of(net.house), net.house.limen.known.people[OWNER]
        session = signed_in(net.house, OWNER)
        laptop = net.connect("--auth-user-pass", str(file))
        await until(lambda: door.questions.of(OWNER))
        with pytest.raises(WrongNumberError):
            await door.confirm(ida, session, "48", ROAD, is_tied=False)
        await until(lambda: "AUTH_FAILED" in laptop.said())
        assert (net.present(), door.sessions.open()) == (False, [])
        assert len(net.house.events("radius.number_wrong")) == 1


async def test_a_second_connection_with_one_certificate_ends_the_first(tmp_path: Path) -> None:
    """Whoever copied the key is not in beside the laptop, and both sessions are in the journal."""
    async with world(tmp_path) as net:
        net.count(net.certificate())
        healthy(net.house)
        laptop = net.connect()
        await net.is_in(laptop)
        (first,) = session_ids(net)
        copied = net.connect("--dev", "tun7", name="copy")
        await until(lambda: "Initialization Sequence Completed" in copied.said())
        laptop.kill()
        await until(lambda: len(session_ids(net)) == 1)
        assert session_ids(net) != [first]
        assert len(net.house.events("radius.session_began")) == 2


async def test_whoever_does_not_listen_to_the_end_is_out_all_the_same(tmp_path: Path) -> None:
    """A laptop that stands still hears nothing of it; OpenVPN's own way to end it waits five seconds for that."""
    async with world(tmp_path) as net:
        net.count(net.certificate())
        healthy(net.house)
        laptop = net.connect()
        await net.is_in(laptop)
        laptop.kill(signal.SIGSTOP)
        net.house.limen.known.devices.drop(LAPTOP)
        assert await net.is_out(within_seconds=4) < 1


async def test_a_renegotiation_after_the_decision_turned_lets_nobody_stay(tmp_path: Path) -> None:
    """The program stood still while the decision turned, and the laptop got itself a new key meanwhile."""
    async with world(tmp_path, own="reneg-sec 4\ntran-window 2\n") as net:
        net.count(net.certificate())
        healthy(net.house)
        await net.is_in(net.connect())
        net.program.kill(signal.SIGSTOP)
        net.house.limen.known.devices.drop(LAPTOP)
        before = net.server.said().count("authentication deferred")
        await until(lambda: net.server.said().count("authentication deferred") > before)
        net.program.kill(signal.SIGCONT)
        await net.is_out(within_seconds=5)
        assert await ended(net.house, "laptop-vpn")


async def test_nobody_new_comes_in_while_limen_is_away_and_who_is_in_stays(tmp_path: Path) -> None:
    async with world(tmp_path) as net:
        net.count(net.certificate())
        healthy(net.house)
        await net.is_in(net.connect())
        before = session_ids(net)
        net.limen_is_at("127.0.0.2")
        other = net.connect("--dev", "tun7", name="other")
        await until(lambda: "AUTH_FAILED,TEMP" in other.said())  # it comes again by itself
        assert await net.reaches_the_office()
        assert session_ids(net) == before
        net.limen_is_at("127.0.0.1")
        await until(lambda: "Initialization Sequence Completed" in other.said())


async def test_while_the_program_is_away_nobody_comes_in_and_it_puts_out_whom_it_does_not_know(tmp_path: Path) -> None:
    async with world(tmp_path) as net:
        net.count(net.certificate())
        healthy(net.house)
        await net.is_in(net.connect())
        net.program.kill()
        other = net.connect("--dev", "tun7", "--hand-window", "5", name="other")
        await until(lambda: "authentication deferred" in net.server.said().rpartition("tun7")[2])
        assert await net.reaches_the_office()
        await until(lambda: "TLS Error" in other.said() or "Restart" in other.said() or "AUTH_FAILED" in other.said())
        other.kill()
        assert "Initialization Sequence Completed" not in other.said()
        net.follow_again()
        await net.is_out(within_seconds=10)


async def test_nobody_else_speaks_to_openvpns_management_interface(tmp_path: Path) -> None:
    """Whoever could would let anybody in."""
    async with world(tmp_path) as net:
        path = net.run / "devices"
        assert as_nobody(path) == "refused"
        net.run.chmod(0o755)  # what keeps others away first
        net.program.kill()  # it has the one connection that OpenVPN takes
        assert as_nobody(path) in {"", "refused"}
        await until(lambda: "(65534)" in net.server.said().rpartition("Client disconnected")[2])
        net.follow_again()  # and the program does not speak where others could
        await until(lambda: "others reach" in net.program.said())


def as_nobody(path: Path) -> str:
    """What somebody else hears there."""
    program = (
        "import os,socket,sys\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "s=socket.socket(socket.AF_UNIX); s.settimeout(3)\n"
        "try:\n s.connect(sys.argv[1]); s.sendall(b'status\\n'); sys.stdout.buffer.write(s.recv(999))\n"
        "except OSError: sys.stdout.write('refused')\n"
    )
    done = subprocess.run(["/usr/bin/python3", "-c", program, str(path)], capture_output=True, check=True)
    return done.stdout.decode()
