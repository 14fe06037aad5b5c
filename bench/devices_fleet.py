"""Ten thousand devices at one Limen, each with its stream open and one report a minute: what that costs the server.

`server_core_share`: the processor time of `limen serve` over the time that passed, while devices report at their
interval as agents do, over connections that a front keeps open, each report signed and 3.4 KB long, of a healthy laptop
with ten checks. Beside it, in the same run: `http_core_share`, the same requests refused at first sight, which is what
receiving them costs; and `verify_core_share`, what the library takes for the signatures alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from footprint import Started

DEVICES: Final = 10_000
A_SECOND: Final = DEVICES / 60
SECONDS: Final = 30
AT_ONCE: Final = 64
OWNERS: Final = 500
JOSE, ELSE = "application/jose", "text/plain"
OBSERVED: Final[Mapping[str, Mapping[str, Any]]] = {
    "os": {"name": "debian", "version": "13", "supported_until": "2030-06-30", "kernel": "6.12.1"},
    "updates": {"pending": 3, "security": 0, "lists_age_days": 0},
    "auto_updates": {"enabled": True, "how": "unattended-upgrades"},
    "disk_encryption": {"encrypted": True, "how": "luks2", "volumes": [{"mount": "/", "encrypted": True}]},
    "screen_lock": {"enabled": True, "after_s": 300},
    "firewall": {"enabled": True, "how": "nftables"},
    "anti_malware": {"running": True, "product": "clamav", "version": "1.4.3", "signatures_age_days": 0},
    "secure_boot": {"enabled": True},
    "administrators": {"count": 1, "names": ["ida"]},
    "threats": {"active": []},
}
EVIDENCE: Final = "what was looked at, in a line of plain text of about eighty characters, as it is"


class Laptop:
    """One device, that signs what it says."""

    def __init__(self, number: int) -> None:
        self.id = f"d_{number}"
        self.owner = f"p_{number % OWNERS}"
        self.key: EllipticCurvePrivateKey = generate_private_key(SECP256R1())

    @property
    def jwk(self) -> dict[str, str]:
        numbers = self.key.public_key().public_numbers()
        x, y = (encoded(one.to_bytes(32, "big")) for one in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    def signed(self, kind: str, claims: Mapping[str, Any]) -> bytes:
        head = {"alg": "ES256", "typ": f"limen-{kind}+jwt", "kid": self.id}
        said = ".".join(encoded(json.dumps(one, separators=(",", ":")).encode()) for one in (head, claims)).encode()
        r, s = decode_dss_signature(self.key.sign(said, ECDSA(SHA256())))
        return said + b"." + encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big")).encode()

    def report(self, audience: str, nonce: str, seq: int) -> bytes:
        now = int(time.time())
        claims = {"aud": audience, "iat": now, "nonce": nonce, "seq": seq, "prev": "", "boot": "b" * 32}
        return self.signed("report", {**claims, **self.said(now), "why": "interval", "checks": checks(now)})

    def said(self, _now: int) -> dict[str, Any]:
        return {"agent": "1.0.0", "name": f"laptop {self.id}", "platform": "linux"}


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def checks(now: int) -> list[dict[str, Any]]:
    return [
        {"id": name, "state": "observed", "at": now, "observed": observed, "evidence": EVIDENCE}
        for name, observed in OBSERVED.items()
    ]


def enrol(root: Path, fleet: Sequence[Laptop]) -> None:
    """A front on this machine that is trusted; the fleet and its owners, written as Limen's own stores write them. Each
    device has reported once.
    """
    from limen.clock import SystemClock
    from limen.company.load import load_settings
    from limen.company.places import database_url
    from limen.devices import store, wire
    from limen.devices.model import EnrolledDevice, KeyStorage, Platform, Posture
    from limen.devices.reading import report_of
    from limen.facts import Person
    from limen.identity.model import PersonStatus
    from limen.identity.store import people
    from limen.storage import Database, Transaction

    settings = (root / "limen.toml").read_text()
    (root / "limen.toml").write_text(settings.replace("[listen]", '[listen]\ntrusted_proxies = ["127.0.0.1/32"]'))
    now = SystemClock().now()
    said = {"seq": 1, "prev": "", "boot": "b" * 32, "why": "start", "checks": checks(now // 1_000)}
    report = report_of({**said, **fleet[0].said(now)})
    posture = Posture(1, bytes(32), report.boot, now, report.checks)

    def work(transaction: Transaction) -> None:
        for number in range(OWNERS):
            name = f"p_{number}"
            who = Person(name, f"Person {number}", f"{name}@harbor.example", frozenset({"staff"}), active=True)
            people.add(transaction.connection, who, PersonStatus.ACTIVE, now)
        for one in fleet:
            device = EnrolledDevice(one.id, one.owner, one.id, Platform.LINUX, KeyStorage.FILE, True, now)
            store.add(transaction.connection, device, wire.thumbprint(one.jwk), one.jwk)
        store.keep_reports(transaction.connection, [(one.id, report, posture) for one in fleet])

    database = Database.open(database_url(root, load_settings(root)))
    database.write(work)
    database.close()


class Asking:
    """Connections that are kept open, as a front keeps them."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, path: str, body: bytes, media_type: str = JOSE, number: int = 0) -> tuple[int, bytes]:
        head = f"POST {path} HTTP/1.1\r\n{self._from(number)}Content-Type: {media_type}\r\n"
        sent = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        while True:
            connection = self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = connection
            try:
                writer.write(sent)
                said = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                continue  # it was not used for so long that Limen closed it
            length = re.search(rb"content-length: (\d+)", said.lower())
            answer = await reader.readexactly(int(length[1]) if length else 0)
            self._free.append(connection)
            return int(said.split()[1]), answer

    def _from(self, number: int) -> str:
        """Each device has an address of its own, as the front says (RFC 2544's networks)."""
        return f"Host: {self.host}\r\nX-Forwarded-For: 198.18.{number >> 8 & 255}.{number & 255}\r\n"

    async def listen(self, compact: bytes, number: int) -> asyncio.StreamWriter:
        """A device's stream, open; nobody reads what little comes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=4_096)
        head = f"GET /agent/stream HTTP/1.1\r\n{self._from(number)}Authorization: Limen "
        writer.write(head.encode() + compact + b"\r\n\r\n")
        said = await reader.readuntil(b"\r\n\r\n")
        if not said.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"a stream was refused: {said[:300]!r}")
        return writer


async def measured(limen: Started, port: int, fleet: Sequence[Laptop]) -> dict[str, float]:
    """The three shares, and how long an answer took."""
    host = f"limen.harbor.localhost:{port}"
    audience, asking = f"http://{host}", Asking(host, port)
    _, refused = await asking.post("/agent/report", fleet[0].report(audience, "", 2))
    nonce = json.loads(refused)["nonce"]
    number = int(A_SECOND * SECONDS)
    listening = await streams(asking, fleet, audience, nonce)
    await warm(asking, [one.report(audience, nonce, 2) for one in fleet[:number]])
    reports = [one.report(audience, nonce, 3) for one in fleet[:number]]
    http = await share(limen, asking, reports, ELSE, 400)
    found = await share(limen, asking, reports, JOSE, 200)
    for one in listening:
        one.transport.abort()
    return {
        "server_core_share": found[0],
        "http_core_share": http[0],
        "verify_core_share": round(A_SECOND * verifying_s(fleet[0], reports[0]), 4),
        "report_ms_p50": found[1],
        "report_ms_p95": found[2],
        "reports_a_second": found[3],
        "devices": len(fleet),
        "streams": len(listening),
        "server_mb": round(limen.resident_mb(), 1),
    }


async def streams(asking: Asking, fleet: Sequence[Laptop], audience: str, nonce: str) -> list[asyncio.StreamWriter]:
    found: list[asyncio.StreamWriter] = []
    for first in range(0, len(fleet), AT_ONCE):
        some = fleet[first : first + AT_ONCE]
        signed = [one.signed("stream", {"aud": audience, "iat": int(time.time()), "nonce": nonce}) for one in some]
        found += await asyncio.gather(*[asking.listen(one, first + place) for place, one in enumerate(signed)])
    return found


async def warm(asking: Asking, reports: Sequence[bytes]) -> None:
    """What is made once, and the collector's look at ten thousand new streams, is no part of what reports cost."""
    for first in range(0, len(reports), AT_ONCE):
        some = enumerate(reports[first : first + AT_ONCE], first)
        await asyncio.gather(*[asking.post("/agent/report", one, number=number) for number, one in some])


async def share(
    limen: Started, asking: Asking, bodies: Sequence[bytes], media_type: str, wanted: int
) -> tuple[float, float, float, float]:
    """Processor time over time, milliseconds of an answer (median and 95th percentile), and requests a second."""
    took: list[float] = []

    async def one(body: bytes, number: int) -> None:
        began = time.perf_counter()
        status, answer = await asking.post("/agent/report", body, media_type, number)
        if status != wanted:
            raise SystemExit(f"a report was answered {status}: {answer[:300]!r}")
        took.append(time.perf_counter() - began)

    await asyncio.sleep(1)
    before, began, tasks = processor_s(limen.process.pid), time.perf_counter(), []
    for number, body in enumerate(bodies):
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
        tasks.append(asyncio.create_task(one(body, number)))
    await asyncio.gather(*tasks)
    passed = time.perf_counter() - began
    used, took = processor_s(limen.process.pid) - before, sorted(took)
    p50, p95 = (round(took[int(len(took) * part)] * 1_000, 1) for part in (0.5, 0.95))
    return round(used / passed, 4), p50, p95, round(len(bodies) / passed, 1)


def processor_s(pid: int) -> float:
    """What a process has used of the processor, its own code and the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def verifying_s(laptop: Laptop, compact: bytes) -> float:
    """The library's seconds for one signature."""
    said = compact.rpartition(b".")[0]
    key, times = laptop.key.public_key(), 2_000
    signature = laptop.key.sign(said, ECDSA(SHA256()))
    began = time.process_time()
    for _ in range(times):
        key.verify(signature, said, ECDSA(SHA256()))
    return (time.process_time() - began) / times
