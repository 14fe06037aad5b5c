"""A real `limen serve --workers N` with one app, people who are signed in to it, and whoever ends their sessions."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import psutil

from limen.clock import HOUR, SystemClock
from limen.company.load import load_settings
from limen.company.places import database_of
from limen.facts import Factor, FactStore, Person, Session
from limen.identity.model import PersonStatus, auth_of
from limen.identity.sessions import end_session
from limen.identity.store import people as people_store, sessions
from limen.storage import Database, Feed, Transaction

APP, HOST = "wiki", "wiki.harbor.localhost"
PEOPLE = 400
IN_TESTS = Path(__file__).with_name("in_tests")
SECONDS = 120
"""So long a start may take on a machine with many times its work."""


def token_of(number: int) -> str:
    return sha256(f"session {number}".encode()).hexdigest()[:43]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass
class Company:
    """The folder, and what runs over it. `said` is the file with what it prints."""

    root: Path
    port: int
    check: int
    workers: int
    said: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    def make(cls, root: Path, app_port: int, workers: int, database: str = "") -> Company:
        made = cls(root, free_port(), free_port(), workers, root.with_name("said"))
        command = [sys.executable, "-m", "limen.cli.main", "init", str(root)]
        subprocess.run([*command, "--name", "Harbor", "--domain", "harbor.localhost"], check=True, capture_output=True)
        toml = root / "limen.toml"
        url = f'url = "http://limen.harbor.localhost:{made.port}"'
        text = re.sub(r"^url = .*$", url, toml.read_text(), flags=re.MULTILINE)
        text = re.sub(r"^(address|check) = .*\n", "", text, flags=re.MULTILINE)
        listen = f'[listen]\naddress = "127.0.0.1:{made.port}"\ncheck = "127.0.0.1:{made.check}"'
        text = text.replace("[listen]", f'{listen}\ntrusted_proxies = ["127.0.0.1/32"]', 1)
        toml.write_text(text.replace("[database]", f'[database]\nurl = "{database}"', 1) if database else text)
        (root / "monitor.yaml").write_text("watch: false\n")
        (root / "apps.yaml").write_text(
            f"- id: {APP}\n  host: {HOST}\n  upstream: http://127.0.0.1:{app_port}\n  label: internal\n  owner: staff\n"
            "  actions:\n    view: [GET /**]\n  streams: [/ws]\n"
        )
        (root / "policies" / "tests.yaml").write_text("")
        return made

    @property
    def process(self) -> subprocess.Popen[bytes]:
        return self.processes[-1]

    def start(self, *, is_patient: bool = False) -> None:
        """`is_patient`: whoever is not given time for seconds decides all the same; see in_tests/sitecustomize.py."""
        path = [str(IN_TESTS), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}
        with self.said.open("ab") as said:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "limen.cli.main", "serve", str(self.root), "--workers", str(self.workers)],
                    stdout=said,
                    stderr=said,
                    stdin=subprocess.DEVNULL,
                    env=environment | ({"LIMEN_IS_PATIENT": "1"} if is_patient else {}),
                )
            )

    def times_said(self, text: str) -> int:
        return self.said.read_text().count(text) if self.said.exists() else 0

    async def until_said(self, text: str, times: int = 1) -> None:
        ends_at = time.monotonic() + SECONDS
        while self.times_said(text) < times:
            assert self.process.poll() is None, self.said.read_text()
            assert time.monotonic() < ends_at, self.said.read_text()
            await asyncio.sleep(0.05)

    def pids(self) -> list[int]:
        """The workers that run now."""
        try:
            children = psutil.Process(self.process.pid).children()
            return [one.pid for one in children if "limen.cli.worker" in " ".join(one.cmdline())]
        except psutil.Error:
            return []

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(40)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def database(self) -> Database:
        return Database.open(database_of(self.root, load_settings(self.root)))

    def ask(self, number: int) -> bytes:
        """What nginx asks for a request of this person."""
        return (
            f"GET /check HTTP/1.1\r\nHost: check\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Host: {HOST}\r\n"
            f"X-Forwarded-Uri: /\r\nX-Forwarded-For: 203.0.113.7\r\nUser-Agent: curl/8\r\n"
            f"Cookie: __Host-limen-app={token_of(number)}\r\n\r\n"
        ).encode()


def sign_in(transaction: Transaction, people: range) -> None:
    """People with a session each, and one that hangs on it at the app, as identity's own store writes them."""
    now, proofs = SystemClock().now(), {Factor.PASSKEY: SystemClock().now()}
    for n in people:
        who = Person(f"p_{n}", f"Person {n}", f"p{n}@harbor.example", frozenset({"staff"}), active=True)
        own = Session(f"s_{n}", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR)
        at_app = Session(f"a_{n}", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR, app=APP, parent=own.id)
        people_store.add(transaction.connection, who, PersonStatus.ACTIVE, now)
        sessions.add(transaction.connection, own, sha256(f"own {n}".encode()).digest(), proofs)
        sessions.add(transaction.connection, at_app, sha256(token_of(n).encode()).digest(), proofs)
        for kind, key in (("person", who.id), ("session", own.id), ("session", at_app.id)):
            transaction.changed(kind, key)


class Revoker:
    """Ends sessions as a worker does: commits, and waits for all workers. It decides nothing itself."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.feed = Feed(database, FactStore())

    async def end_session(self, number: int) -> None:
        def work(transaction: Transaction) -> int:
            assert end_session(transaction, f"s_{number}", SystemClock().now(), "", "ended-by-administrator", "")
            return transaction.changed_seq

        await self.feed.settled(await self.database.writing(work))


@asynccontextmanager
async def revoker(database: Database) -> AsyncIterator[Revoker]:
    one = Revoker(database)
    database.claim()
    await one.feed.start()
    try:
        yield one
    finally:
        await one.feed.stop()


async def answer(port: int, request: bytes, seconds: float = 10) -> bytes:
    """The status line's beginning on a new connection; b"" where nobody answers."""
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            said = await reader.readline()
            writer.close()
            return said[9:12]
    except (OSError, TimeoutError):
        return b""


def kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
