"""One laptop with the real agent, at a Limen in a process of its own: this machine, in namespaces of its own.

Mounts and network are private (`in_private`): `/etc` is a copy, the folder of what anti-malware found an empty one, and
only loopback is there. So a real file is changed, a real clamd finds EICAR, and this machine is left as it is.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import psutil

from devices_fleet import processor_s

AGENT: Final = Path(__file__).resolve().parent.parent / "agent" / "src"
OWNER: Final = "ana@harbor.example"
ROOT_TOKEN, APP_TOKEN = "r" * 43, "t" * 43
APP: Final = "app1.harbor.localhost"
PRIVATE: Final = "LIMEN_BENCH_PRIVATE"
SPOOL: Final = Path("/var/spool/limen-agent/threats")
RULES: Final = """report_within: 15m
report_every: 5m
checks:
  os: {asked: false}
  updates: {asked: false}
  auto_updates: {asked: false}
  disk_encryption: {asked: false}
  screen_lock: {asked: false}
  firewall: {asked: false}
  anti_malware: {asked: false}
  secure_boot: {asked: false}
  administrators: {severity: restrict, at_most: 1}
  threats: {severity: restrict}
"""
POLICY: Final = """@id("app1-needs-a-healthy-device")
@title("App 1 only from a healthy device")
@reason("It is what is measured.")
forbid (principal, action, resource == App::"app1")
unless { context.device.compliance == "compliant" };
"""
EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""In two halves, so that no scanner takes this file for it."""
MORE_ROOTS: Final = "".join(f"root{number}:x:0:0::/root:/bin/sh\n" for number in (1, 2))


def in_private(arguments: list[str]) -> int | None:
    """Run this program once more where mounts and network are its own; None where it is there already."""
    if os.environ.get(PRIVATE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return None
    if os.geteuid() != 0 or not shutil.which("clamd"):
        raise SystemExit("this has to be root, and clamd has to be installed")
    command = ["unshare", "--net", "--mount", "--propagation", "private", sys.executable, *arguments]
    return subprocess.run(command, check=False, env={**os.environ, PRIVATE: "1"}).returncode


class Laptop:
    """The agent, enrolled and serving, with a session that sits on its device. `folder` keeps all of it."""

    def __init__(self, folder: Path, root: Path, port: int) -> None:
        self._folder, self._root, self._port = folder, root, port
        self._program = folder / "limen-agent"
        self._program.write_text(
            f'#!/bin/sh\nPYTHONPATH={AGENT} exec {sys.executable} -m limen_agent --state {folder}/state "$@"\n'
        )
        self._program.chmod(0o755)
        self._service: subprocess.Popen[bytes] | None = None
        self.device, self._tie = "", ""

    def prepare(self) -> None:
        """A copy of /etc, and a clamd of its own that tells the agent."""
        copy = self._folder / "etc"
        shutil.copytree("/etc", copy, symlinks=True, ignore_dangling_symlinks=True)
        subprocess.run(["mount", "--bind", str(copy), "/etc"], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", "/var/spool"], check=True)
        SPOOL.mkdir(parents=True)
        database = self._folder / "signatures"
        database.mkdir()
        (database / "eicar.hdb").write_text("44d88612fea8a8f36de82e1278abb02f:68:EICAR\n")
        Path("/etc/clamav/clamd.conf").write_text(
            f"LocalSocket {self._folder}/clamd.ctl\nDatabaseDirectory {database}\nForeground yes\n"
            f"VirusEvent {self._program} threat\n"
        )

    @contextlib.contextmanager
    def scanning(self) -> Iterator[None]:
        quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        clamd = subprocess.Popen(["clamd", "-c", "/etc/clamav/clamd.conf"], **quiet)
        try:
            until((self._folder / "clamd.ctl").exists, "clamd did not start", 60)
            yield
        finally:
            clamd.terminate()
            clamd.wait(30)

    @contextlib.contextmanager
    def enrolled(self) -> Iterator[float]:
        """Enrol by one command and serve; the seconds from its beginning until an app opens on this device."""
        limen = [sys.executable, "-m", "limen.cli.main", "device"]
        made = subprocess.run([*limen, "token", OWNER, str(self._root)], capture_output=True, text=True, check=True)
        token = next(line.strip() for line in made.stdout.splitlines() if re.fullmatch(r" +\S{43}", line))
        began = time.perf_counter()
        address = f"http://limen.harbor.localhost:{self._port}"
        command = [str(self._program), "enrol", address, "--token-file", "-"]
        subprocess.run(command, input=token.encode(), check=True, stdout=subprocess.DEVNULL)
        self._service = subprocess.Popen([str(self._program), "run"], stdout=subprocess.DEVNULL)
        said = json.loads((self._folder / "state" / "enrolment.json").read_text())
        self.device = said["device"]
        try:
            self._tie = sit_on(self._root, self.device)
            until(lambda: self.opens() == 200, "the app did not open", 120)
            yield time.perf_counter() - began
        finally:
            self._service.terminate()
            self._service.wait(30)

    # What it sees

    def opens(self) -> int:
        """The status of what its browser asks of the app."""
        connection = http.client.HTTPConnection("127.0.0.1", self._check_port, timeout=10)
        try:
            connection.request("GET", "/check", headers={**CHECK, "Cookie": f"{CHECK['Cookie']}; {self._tie}"})
            return connection.getresponse().status
        finally:
            connection.close()

    @property
    def _check_port(self) -> int:
        found = re.search(r'^check = "[^"]*:(\d+)"', (self._root / "limen.toml").read_text(), re.MULTILINE)
        assert found is not None
        return int(found[1])

    # What happens to it

    def change_to_refusal_ms(self) -> float:
        """A file of the system is changed; until the next request is refused. It is put back afterwards."""
        file = Path("/etc/passwd")
        before = file.read_bytes()
        began = time.perf_counter()
        file.write_bytes(before + MORE_ROOTS.encode())
        self._until_status(403)
        took = time.perf_counter() - began
        file.write_bytes(before)
        self._until_status(200)
        return took * 1_000

    def eicar_to_refusal_ms(self) -> float:
        """clamd is given EICAR; until the next request is refused. It is cleared afterwards."""
        began = time.perf_counter()
        with socket.socket(socket.AF_UNIX) as there:
            there.connect(str(self._folder / "clamd.ctl"))
            there.sendall(b"zINSTREAM\0" + len(EICAR).to_bytes(4, "big") + EICAR + bytes(4))
            assert b"FOUND" in there.recv(1_000)
        self._until_status(403)
        took = time.perf_counter() - began
        subprocess.run([str(self._program), "threat", "--clear"], check=True, stdout=subprocess.DEVNULL)
        self._until_status(200)
        return took * 1_000

    def check_again_ms(self) -> float:
        """*Check again* is pressed; until the page comes that says what was found: everything is looked at anew."""
        host = {"Host": f"limen.harbor.localhost:{self._port}", "Cookie": f"__Host-limen={ROOT_TOKEN}"}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        connection.request("GET", "/devices", headers=host)
        page = connection.getresponse().read().decode()
        found = re.search(r'name="csrf"[^>]*value="([^"]+)"', page)
        assert found is not None, page[:500]
        form = {**host, "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        began = time.perf_counter()
        connection.request("POST", f"/devices/{self.device}/check", f"csrf={found[1]}", form)
        answer = connection.getresponse()
        took = time.perf_counter() - began
        connection.close()
        if answer.getheader("location", "") == "/devices?done=silent":
            print(f"the device did not look again within {took:.1f} s", file=sys.stderr)
        elif answer.getheader("location", "") != "/devices?done=checked":
            raise SystemExit(f"nobody was asked to look again: {answer.status}")
        return took * 1_000

    def at_rest(self, seconds: float) -> tuple[float, float]:
        """The agent's share of a core while nothing changes, and the megabytes that it holds."""
        assert self._service is not None
        before = processor_s(self._service.pid)
        time.sleep(seconds)
        share = (processor_s(self._service.pid) - before) / seconds
        return share, psutil.Process(self._service.pid).memory_info().rss / 2**20

    def _until_status(self, wanted: int) -> None:
        until(lambda: self.opens() == wanted, f"the app did not answer {wanted}", 30)


CHECK: Final = {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Host": APP,
    "X-Forwarded-Uri": "/",
    "X-Forwarded-For": "203.0.113.7",
    "Cookie": f"__Host-limen-app={APP_TOKEN}",
}


def until(holds: Any, otherwise: str, seconds: float) -> None:
    ends = time.perf_counter() + seconds
    while not holds():
        if time.perf_counter() > ends:
            raise SystemExit(otherwise)
        time.sleep(0.002)


def company_of_one(root: Path) -> None:
    """Rules and a policy that ask for health, and somebody who is signed in, at an app as well."""
    from limen.clock import HOUR, SystemClock
    from limen.company.load import load_settings
    from limen.company.places import database_url
    from limen.facts import Factor, Person, Session
    from limen.identity.model import PersonStatus, auth_of
    from limen.identity.store import people, sessions
    from limen.storage import Database, Transaction

    now = SystemClock().now()
    proofs = {Factor.PASSKEY: now}

    def work(transaction: Transaction) -> None:
        who = Person("p_ana", "Ana", OWNER, frozenset({"staff"}), active=True)
        people.add(transaction.connection, who, PersonStatus.ACTIVE, now)
        for name, token, more in (("s_1", ROOT_TOKEN, {}), ("s_2", APP_TOKEN, {"app": "app1", "parent": "s_1"})):
            session = Session(name, who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR, **more)
            sessions.add(transaction.connection, session, sha256(token.encode()).digest(), proofs)

    database = Database.open(database_url(root, load_settings(root)))
    database.write(work)
    database.close()


def sit_on(root: Path, device_id: str) -> str:
    """Both sessions sit on this device, as its proof on loopback would have it; the cookie that ties the app's."""
    from limen.cli.open_company import opened
    from limen.clock import HOUR, SystemClock
    from limen.identity.sessions import DEVICE_SESSIONS
    from limen.storage import Transaction
    from limen.ties import COOKIE, Ties

    def work(transaction: Transaction) -> None:
        for session in ("s_1", "s_2"):
            DEVICE_SESSIONS.bind(transaction, session, device_id, 1, SystemClock().now() + HOUR)

    with opened(root) as here:
        here.database.write(work)
        tie = Ties(here.keyring().key_for("ties")).give("s_2", SystemClock().now(), HOUR)
    return f"{COOKIE.decode()}={tie}"
