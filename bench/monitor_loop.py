"""From a line of a log to a refusal: `limen serve` with everything real, over loopback, and what the process
that watches holds meanwhile. `monitor.py` asks for it.

A person who is signed in uses an app, request after request, as a front asks. A program sends one line of JSON over
HTTP that names them; a rule of the company's finds it, their risk rises, and the next request is refused by the
baseline's policy. What is taken is the time from sending the line to the first refusal that is received, each of many
people once. Beside Limen's own rules 2,500 others are in force, those of `monitor_detect.py`. `disk_ms_p50`, in the
same run: how long a write of that line and an fsync take, twice of which are waited for on the way.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from bench.footprint import Started, company, free_port  # noqa: E402 -- its folder is found above
from bench.sigma_cases import Cases  # noqa: E402

RULES = 2_500
APP = "app1.harbor.localhost"
READY_SECONDS, REFUSED_SECONDS = 120.0, 60.0
BETWEEN_SECONDS = 0.002
MONITOR = "watch: true\nsources:\n  payroll: {kind: json, comes: http}\ndetections:\n  folders: [sigma]\n"
RULE = """title: Payroll is copied
id: 6f0e4e32-2f4f-4c1d-9d35-1a4cf5a5b001
logsource: {product: payroll}
detection:
  selection: {kind: export}
  condition: selection
level: critical
custom:
  limen: {confidence: 95, entity: person, sentence: "{who} copied pay slips.", next_step: Ask them.}
"""


def loop(people: int = 60) -> dict[str, float]:
    """`event_to_refusal_ms_…` over so many people, and `rss_mb` of the process that watches with all rules."""
    with _running(people) as (limen, port, check_port, token):
        _wait_until_it_sees(port, check_port, token, people)
        taken = [_taken(port, check_port, token, number) for number in range(people)]
        resident = _resident_mb(limen)
        disk = _disk_ms(people)
    return {
        "event_to_refusal_ms_p50": round(statistics.median(taken), 1),
        "event_to_refusal_ms_p95": round(statistics.quantiles(taken, n=20)[-1], 1),
        "event_to_refusal_ms_max": round(max(taken), 1),
        "disk_ms_p50": round(disk, 2),
        "rss_mb": round(resident, 1),
        "rules_in_force_beside_own": RULES,
    }


def _wait_until_it_sees(port: int, check_port: int, token: str, last: int) -> None:
    """The rules are read first, which takes some seconds, and compiled when something comes that they look at: so
    events of all sorts come first, and then people who are not counted are refused.
    """
    until = time.monotonic() + READY_SECONDS
    while _asked(check_port, last) != 200:
        _within(until, "nobody is let in")
    while _sent(port, token, last) != 200:
        _within(until, "no log is taken")
    for lines in _of_an_office():
        _post(port, token, lines)
    _sent(port, token, last + 1)
    while _asked(check_port, last + 1) == 200:
        _within(until, "nobody is refused")


def _within(until: float, what: str) -> None:
    if time.monotonic() > until:
        raise SystemExit(f"{what} within {READY_SECONDS:.0f} s")
    time.sleep(1)


def _taken(port: int, check_port: int, token: str, number: int) -> float:
    """Milliseconds from sending the line to the first refusal."""
    if _asked(check_port, number) != 200:
        raise SystemExit("somebody is refused before anything happened")
    began = time.perf_counter()
    if _sent(port, token, number) != 200:
        raise SystemExit("the line was not taken")
    while _asked(check_port, number) == 200:
        if time.perf_counter() - began > REFUSED_SECONDS:
            raise SystemExit("nobody is refused")
        time.sleep(BETWEEN_SECONDS)
    return (time.perf_counter() - began) * 1_000


def _sent(port: int, token: str, number: int) -> int:
    """What a program sends, on a connection of its own."""
    line = f'{{"id": "{time.time_ns()}", "product": "payroll", "kind": "export", "user": "p{number}@harbor.example"}}'
    return _post(port, token, line.encode())


def _post(port: int, token: str, lines: bytes) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Host": f"limen.harbor.localhost:{port}", "Authorization": f"Bearer {token}"}
    try:
        connection.request("POST", "/logs", lines, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _of_an_office() -> Iterator[bytes]:
    """Events of all log sources that there are rules for, a thousand a request."""
    cases = Cases(8)
    events = [*cases.mixed(8_000), *cases.processes(2_000)]
    for at in range(0, len(events), 1_000):
        yield b"\n".join(
            json.dumps(
                {
                    **one.fields,
                    "id": one.uid,
                    "product": one.product,
                    "logsource.category": one.category,
                    "logsource.service": one.service,
                }
            ).encode()
            for one in events[at : at + 1_000]
        )


def _asked(check_port: int, number: int) -> int:
    """What a front asks about one request of this person's, and the status of the answer."""
    headers = {
        "Host": "check",
        "Connection": "close",
        "X-Forwarded-Method": "GET",
        "X-Forwarded-Host": APP,
        "X-Forwarded-Uri": "/",
        "X-Forwarded-For": "203.0.113.7",
        "Cookie": f"__Host-limen-app={_cookie(number)}",
    }
    request = "GET /check HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    with socket.create_connection(("127.0.0.1", check_port), 10) as asking:
        asking.sendall(request.encode())
        return int(asking.recv(65_536).split(b" ", 2)[1])


def _cookie(number: int) -> str:
    return f"{number:043d}"


def _disk_ms(rounds: int) -> float:
    """What the disk of temporary files takes to have a line for good, the median."""
    taken = []
    with TemporaryDirectory() as folder, (Path(folder) / "lines").open("ab", buffering=0) as file:
        for _ in range(rounds):
            began = time.perf_counter()
            file.write(b"x" * 200)
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - began) * 1_000)
    return statistics.median(taken)


def _resident_mb(limen: Started) -> float:
    """Of the process that watches alone."""
    for pid in limen.every_process():
        if b"limen.monitor.process" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4_096 / (1 << 20)
    raise SystemExit("there is no process that watches")


# The company


@contextmanager
def _running(people: int) -> Iterator[tuple[Started, int, int, str]]:
    """`limen serve` over a company with so many people who are signed in, and two more; a token for logs."""
    with TemporaryDirectory(prefix="monitor-loop-") as folder:
        root, port = Path(folder) / "company", free_port()
        company(root, port)
        (root / "monitor.yaml").write_text(MONITOR)
        (root / "sigma").mkdir()
        for name, text in Cases(7).rules(RULES).items():
            (root / "sigma" / name).write_text(text)
        (root / "detections").mkdir(exist_ok=True)
        (root / "detections" / "payroll.yml").write_text(RULE)
        apply = [sys.executable, "-m", "limen.cli.main", "apply", str(root), "-m", "Watch payroll"]
        subprocess.run(apply, check=True, stdout=subprocess.DEVNULL)
        token = _sign_in(root, people + 2)
        lines = (root / "limen.toml").read_text().splitlines()
        check_port = next(int(line.rpartition(":")[2].strip('"')) for line in lines if line.startswith("check = "))
        limen = Started(root, port)
        try:
            yield limen, port, check_port, token
        finally:
            limen.stop()


def _sign_in(root: Path, people_: int) -> str:
    """People with a session each at an app, and a sender of logs, written as their own stores write them."""
    from limen.clock import HOUR, SystemClock
    from limen.company.load import load_settings
    from limen.company.places import database_url
    from limen.facts import Factor, Person, Session
    from limen.identity.model import PersonStatus, auth_of
    from limen.identity.store import people, sessions
    from limen.monitor.monitor_rules import LogSource, Way
    from limen.monitor.sources.proofs import make_token
    from limen.storage import Database, Transaction

    now = SystemClock().now()
    proofs = {Factor.PASSKEY: now}

    def work(transaction: Transaction) -> str:
        for n in range(people_):
            who = Person(f"p_{n}", f"Person {n}", f"p{n}@harbor.example", frozenset({"staff"}), active=True)
            first = Session(f"s_{n}", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR)
            of_app = Session(
                f"a_{n}", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR, app="app1", parent=f"s_{n}"
            )
            people.add(transaction.connection, who, PersonStatus.ACTIVE, now)
            sessions.add(transaction.connection, first, sha256(b"%d" % n).digest(), proofs)
            sessions.add(transaction.connection, of_app, sha256(_cookie(n).encode()).digest(), proofs)
        return make_token(transaction, "payroll", LogSource("json", Way.HTTP), "program", now, "server")

    database = Database.open(database_url(root, load_settings(root)))
    token = database.write(work)
    database.close()
    return token


if __name__ == "__main__":
    print(loop())
