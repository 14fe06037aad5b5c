"""How fast Limen starts and how much memory it keeps, with 500 people and 50 apps, a session each.

`start_s`: from starting the process to the first answered request, at the gateway, the median of several cold starts of
an existing installation. `first_start_s`: the same with an empty database, so that the folder is parsed, checked and
published first. `rss_mb`: resident memory of the process and its children, after pages, passkey
sign-in options and requests through the gateway; `watching_rss_mb`: of the process that watches what happens, which
`monitor.yaml` turns off. Beside it, in the same run: a bare Python that imports nothing, and one that imports what
Limen is built on (`fastapi`, `sqlalchemy`, `cedarpy`). All run from compiled bytecode, as installed packages do.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

PEOPLE, APPS, ROUNDS = 500, 50, 5
IMPORTS = "import fastapi, sqlalchemy, cedarpy"
COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment without what would have Python compile everything at each start."""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="one line, an object")
    chosen = options.parse_args()
    with TemporaryDirectory(prefix="footprint-") as folder:
        root, port = Path(folder) / "company", free_port()
        company(root, port)
        first = Started(root, port)
        first_start = first.seconds
        first.stop()
        fill(root)
        starts, resident, watching = [], 0.0, 0.0
        for _ in range(ROUNDS):
            running = Started(root, port)
            starts.append(running.seconds)
            use(port)
            resident, watching = max(resident, running.resident_mb()), max(watching, running.watching_mb())
            running.stop()
    bare = statistics.median(timed([sys.executable, "-c", ""]) for _ in range(ROUNDS))
    imports = statistics.median(timed([sys.executable, "-c", IMPORTS]) for _ in range(ROUNDS))
    found = {
        "start_s": round(statistics.median(starts), 2),
        "start_s_min": round(min(starts), 2),
        "start_s_max": round(max(starts), 2),
        "first_start_s": round(first_start, 2),
        "bare_python_s": round(bare, 3),
        "bare_imports_s": round(imports, 2),
        "rss_mb": round(resident, 1),
        "watching_rss_mb": round(watching, 1),
        "people": PEOPLE,
        "apps": APPS,
    }
    if chosen.json:
        print(json.dumps(found))
    else:
        print(f"Limen with {PEOPLE} people, {APPS} apps and {PEOPLE} sessions; {ROUNDS} cold starts")
        print(
            f"  start to first answer   {found['start_s']:>7} s   ({min(starts):.2f} to {max(starts):.2f}; target 1.5)"
        )
        print(f"  first start of all      {found['first_start_s']:>7} s   (parses, checks and publishes the folder)")
        print(f"  a Python doing nothing  {found['bare_python_s']:>7} s")
        print(f"  importing what it uses  {found['bare_imports_s']:>7} s   (fastapi, sqlalchemy, cedarpy)")
        print(f"  resident memory         {found['rss_mb']:>7} MB  (target 140)")
    return 0


class Started:
    """A running `limen serve` and how long it took to its first answer."""

    def __init__(
        self,
        root: Path,
        port: int,
        said: Path = Path(os.devnull),
        python: str = sys.executable,
        app: str = "app0",
        descriptors: int = 0,
    ) -> None:
        """`said` is the file that gets what it prints; `app` one whose host answers once everything stands. Where
        `descriptors` are said, it may have so many open and no more.
        """
        began = time.perf_counter()
        command = [python, "-m", "limen.cli.main", "serve", str(root)]
        with said.open("wb") as out:
            self.process = subprocess.Popen(
                ["prlimit", f"--nofile={descriptors}:{descriptors}", *command] if descriptors else command,
                stdout=out,
                env=COMPILED,
            )
        while not answers(port, app):
            if self.process.poll() is not None:
                raise SystemExit("limen serve ended; its own words are above")
            time.sleep(0.01)
        self.seconds = time.perf_counter() - began

    def resident_mb(self) -> float:
        """What the server and its children hold now, without the one that watches."""
        return sum(_megabytes(pid, "VmRSS") for pid in self.processes())

    def watching_mb(self) -> float:
        """What the process that watches holds now, which runs where `monitor.yaml` says so."""
        return sum(_megabytes(pid, "VmRSS") for pid in self.every_process() if _watches(pid))

    def highest_mb(self) -> float:
        """What the server alone held at its highest."""
        return _megabytes(self.process.pid, "VmHWM")

    def wait_for_children(self) -> None:
        while len(self.processes()) > 1:
            time.sleep(0.1)

    def processes(self) -> list[int]:
        return [pid for pid in self.every_process() if not _watches(pid)]

    def every_process(self) -> list[int]:
        pids = [self.process.pid]
        for pid in pids:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                pids += [int(child) for child in task.read_text().split()]
        return pids

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)


def _megabytes(pid: int, word: str) -> float:
    found = re.search(rf"{word}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def answers(port: int, app: str = "app0") -> bool:
    """Whether a request to an app's host is answered: by a decision, so nothing less than all of Limen stands."""
    try:
        return asked(port, f"{app}.harbor.localhost", "/")[0] == 401
    except OSError:
        return False


def asked(port: int, host: str, path: str, method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path, headers={"Host": f"{host}:{port}"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def use(port: int) -> None:
    """What a morning does: pages, and requests to every app."""
    for round_ in range(3):
        for path in ("/", "/sign-in", "/enrol", "/console", "/favicon.ico"):
            asked(port, "limen.harbor.localhost", path)
        for number in range(APPS):
            asked(port, f"app{number}.harbor.localhost", f"/{round_}")


def _watches(pid: int) -> bool:
    try:
        return b"limen.monitor.process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def company(root: Path, port: int, apps: int = APPS) -> None:
    """A company folder with the baseline and so many apps."""
    subprocess.run(
        [sys.executable, "-m", "limen.cli.main", "init", str(root), "--name", "Harbor", "--domain", "harbor.localhost"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    listen_on(root, port)
    labels = ("public", "internal", "confidential", "restricted")
    listed = [
        f"- id: app{n}\n  name: App {n}\n  host: app{n}.harbor.localhost\n  upstream: http://127.0.0.1:{9000 + n}\n"
        f"  label: {labels[n % 4]}\n  owner: staff\n  actions:\n    view: [GET /**]\n    edit: [POST /**, PUT /**]\n"
        for n in range(apps)
    ]
    (root / "apps.yaml").write_text("\n".join(listed))
    (root / "policies" / "tests.yaml").write_text("")


def listen_on(root: Path, port: int) -> None:
    """Have the company's server answer on this port of this machine."""
    toml = root / "limen.toml"
    text = re.sub(r"^url = .*$", f'url = "http://limen.harbor.localhost:{port}"', toml.read_text(), flags=re.MULTILINE)
    text = re.sub(r"^(address|check) = .*\n", "", text, flags=re.MULTILINE)
    listen = f'[listen]\naddress = "127.0.0.1:{port}"\ncheck = "127.0.0.1:{free_port()}"'
    toml.write_text(text.replace("[listen]", listen))


def fill(root: Path, many: int = PEOPLE) -> None:
    """So many people with a session each, written as identity's own store writes them."""
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
        for number in range(many):
            who = Person(
                f"p_{number}", f"Person {number}", f"p{number}@harbor.example", frozenset({"staff"}), active=True
            )
            session = Session(f"s_{number}", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR)
            people.add(transaction.connection, who, PersonStatus.ACTIVE, now)
            sessions.add(transaction.connection, session, secrets.token_bytes(32), proofs)

    database = Database.open(database_url(root, load_settings(root)))
    database.write(work)
    database.close()


def timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, env=COMPILED)
    return time.perf_counter() - began


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
