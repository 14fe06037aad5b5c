"""Real sensors: clamd finds EICAR and the agent reports it; Suricata reads a capture and its alert names a device."""

from __future__ import annotations

import asyncio
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

from agent.tests.collectors.test_real import EICAR, clamd, scan
from tests.devices.laptops import Ida, devices_of
from tests.devices.signals.sensors import sensor, signals_of
from tests.devices.software_agent import ORIGIN, SoftwareAgent
from tests.devices.test_limen_agent import enrolled, folder, harbors_clock
from tests.interop.real_apps import absent
from tests.web.conftest import House

import limen_agent.collectors.linux.anti_malware
import limen_agent.collectors.linux.threats  # noqa: F401 -- the fixture of clamd expects both
from limen.clock import Instant
from limen_agent.collectors.looking import look
from limen_agent.collectors.memory import NoMemory
from limen_agent.collectors.this_machine import ThisMachine
from limen_agent.state.folder import StateFolder

__all__ = ["clamd", "folder", "harbors_clock"]
RULE = 'alert udp any any -> any any (msg:"Malware beacon"; content:"limen-beacon"; priority:1; sid:1000001; rev:1;)'
ELSEWHERE = "198.51.100.66"


async def test_what_clamd_finds_ends_the_session_of_whoever_sits_there(
    harbor: House, ida: Ida, folder: StateFolder, clamd: SimpleNamespace
) -> None:
    agent = await enrolled(harbor, ida, folder)
    checks = ["anti_malware", "threats"]
    await asyncio.to_thread(agent.report, look(ThisMachine(), NoMemory(), checks), "start")
    await ida.browser.get("/devices/prove")
    asked = (await ida.browser.send("/devices/challenge")).json()
    proof = agent.proof(challenge=asked["challenge"], session=asked["session"], origin=ORIGIN)
    assert (await ida.browser.send("/devices/prove", proof=proof)).json()["device"]
    assert (await ida.browser.get("/sessions")).status_code == 200

    began = time.monotonic()
    assert b"FOUND" in await asyncio.to_thread(scan, clamd.path, EICAR)
    while not (seen := look(ThisMachine(), NoMemory(), ["threats"]))[0].observed["active"]:
        assert time.monotonic() - began < 20
        await asyncio.sleep(0.02)
    answer = await asyncio.to_thread(agent.report, seen, "change")
    refused = await ida.browser.get("/sessions")
    print(f"EICAR to refusal: {(time.monotonic() - began) * 1_000:.0f} ms")
    assert (refused.status_code, refused.headers["location"].partition("?")[0]) == (303, "/sign-in")
    judged = {one["id"]: (one["verdict"], one["severity"]) for one in answer.body["checks"]}
    assert judged["threats"] == ("fail", "block")
    assert "threats" in str(harbor.events("device.compliance_changed")[0].details["failing"])


async def test_what_suricata_sees_is_a_signal_about_the_device_with_that_address(
    harbor: House, ida: Ida, laptop: SoftwareAgent, tmp_path: Path
) -> None:
    if not shutil.which("suricata"):
        absent("SURICATA IS NOT INSTALLED: no capture was read (apt-get install suricata)")
    suricata = await sensor(harbor, "suricata")
    eve = await asyncio.to_thread(watched, tmp_path, harbor.clock.now(), "203.0.113.7")
    assert b'"event_type":"alert"' in eve
    began = time.monotonic()
    taken = await suricata.send(eve)
    refused = await ida.browser.get("/sessions")
    print(f"alert to refusal: {(time.monotonic() - began) * 1_000:.0f} ms")
    assert (taken["signals"], taken["unmatched"], refused.status_code) == (1, 0, 303)
    (signal,) = signals_of(harbor).of(laptop.device)
    assert (signal.level, signal.ref, signal.title, signal.topic) == (3, "1000001", "Malware beacon", "network")
    # What another machine sends is about nobody here
    other = await asyncio.to_thread(watched, tmp_path / "other", harbor.clock.now(), "192.0.2.99")
    assert (await suricata.send(other))["unmatched"] == 1
    assert devices_of(harbor).known(laptop.device) is not None


def watched(place: Path, at: Instant, source: str) -> bytes:
    """The eve.json of a capture in which this address sends one packet that the rule is about."""
    place.mkdir(exist_ok=True)
    packet = _packet(source, ELSEWHERE, b"limen-beacon")
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
    stamp = struct.pack("<IIII", at // 1_000, 0, len(packet), len(packet))
    (place / "one.pcap").write_bytes(head + stamp + packet)
    (place / "one.rules").write_text(RULE + "\n")
    command = ["suricata", "-r", "one.pcap", "-S", "one.rules", "-l", ".", "-k", "none", "--runmode", "single"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return (place / "eve.json").read_bytes()


def _packet(source: str, destination: str, payload: bytes) -> bytes:
    """One UDP datagram in an Ethernet frame."""
    datagram = struct.pack("!HHHH", 40_000, 53, 8 + len(payload), 0) + payload
    addresses = socket.inet_aton(source) + socket.inet_aton(destination)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(datagram), 1, 0, 64, socket.IPPROTO_UDP, 0) + addresses
    return bytes(12) + b"\x08\x00" + head + datagram
