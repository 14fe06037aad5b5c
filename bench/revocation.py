"""What somebody can do to others: held doors, memory and a journal filled by strangers. One function for each figure.

`strangers_p99_ratio`: the check server's 99th percentile while 1,050 requests are held unfinished (a form's head and no
body), by plain HTTP/1.1 from one address, against the same server idle. Limen may have 1,024 descriptors open, so that
it counts what is held, not what the machine has. `sign_in_ms_p99` is that of the sign-in page meanwhile.
`memory_ratio`: resident memory after 210,000 requests with unique paths and addresses, against before.
`stranger_mb_a_day`: what the journal is written in a day when strangers cause all they can, with the longest texts.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import selectors
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from footprint import Started, company, free_port
from limen.admission.descriptors import raise_limit
from revocation_streams import fronts, gateway

HELD, DESCRIPTORS = 1_050, 1_024
TOKEN = "t" * 43
APP = "app1.harbor.localhost"
ROUNDS, ASKED = 9, 600


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="one line, an object")
    options.add_argument("--only", choices=[figure.__name__ for figure in FIGURES], help="one of the figures")
    chosen = options.parse_args()
    raise_limit()
    found: dict[str, float] = {}
    for figure in FIGURES:
        if chosen.only in (None, figure.__name__):
            found |= figure()
    if chosen.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:28}{value:>12}")
    return 0


# Held doors


def strangers() -> dict[str, float]:
    with running(DESCRIPTORS) as (_, port, check_port):
        idle, held, pages = [], [], []
        for _ in range(ROUNDS):
            idle.append(p99(lambda: check(check_port)))
            with held_open(port):
                held.append(p99(lambda: check(check_port)))
                pages.append(p99(lambda: sign_in_page(port)))
    before, under = statistics.median(idle), statistics.median(held)
    return {
        "check_idle_ms_p99": round(before, 3),
        "check_held_ms_p99": round(under, 3),
        "strangers_p99_ratio": round(under / before, 2),
        "sign_in_ms_p99": round(statistics.median(pages), 2),
    }


@contextlib.contextmanager
def held_open(port: int) -> Iterator[None]:
    """So many forms whose heads were sent, and nothing of their bodies."""
    head = (
        f"POST /sign-in HTTP/1.1\r\nHost: limen.harbor.localhost:{port}\r\n"
        "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
    ).encode()
    held = []
    for _ in range(HELD):
        one = socket.create_connection(("127.0.0.1", port), 10)
        one.sendall(head)
        held.append(one)
    wait_until_quiet(held)
    try:
        yield
    finally:
        for one in held:
            one.close()
        time.sleep(0.5)


def wait_until_quiet(held: list[socket.socket]) -> None:
    """Until Limen has answered whichever of these it answers at all: what is measured is holding, not arriving."""
    answered = -1
    with selectors.DefaultSelector() as looking:
        for one in held:
            looking.register(one, selectors.EVENT_READ)
        while (now := len(looking.select(0))) > answered:
            answered = now
            time.sleep(0.5)


def check(port: int) -> Iterator[float]:
    """Milliseconds of one check after the other, on a kept connection, each permitted."""
    request = (
        f"GET /check HTTP/1.1\r\nHost: check\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Host: {APP}\r\n"
        f"X-Forwarded-Uri: /\r\nX-Forwarded-For: 203.0.113.7\r\nCookie: __Host-limen-app={TOKEN}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", port), 10) as asking:
        asking.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(ASKED):
            began = time.perf_counter()
            asking.sendall(request)
            said = asking.recv(65_536)
            yield (time.perf_counter() - began) * 1_000
            if not said.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"a check was refused: {said[:200]!r}")


def sign_in_page(port: int) -> Iterator[float]:
    """Milliseconds of a sign-in page, each on a connection of its own."""
    request = f"GET /sign-in HTTP/1.1\r\nHost: limen.harbor.localhost:{port}\r\nConnection: close\r\n\r\n".encode()
    for _ in range(ASKED // 20):
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port), 10) as asking:
            asking.sendall(request)
            said = b"".join(iter(lambda: asking.recv(65_536), b""))
        yield (time.perf_counter() - began) * 1_000
        if not said.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"the sign-in page was refused: {said[:200]!r}")


def p99(measured: Callable[[], Iterator[float]]) -> float:
    return statistics.quantiles(measured(), n=100)[-1]


# Memory


def memory() -> dict[str, float]:
    with running() as (limen, port, check_port):
        as_strangers(check_port, WARM, range(WARM_UP))
        gateway_strangers(port, range(WARM_UP // 10))
        time.sleep(1)
        before = limen.resident_mb()
        as_strangers(check_port, FLOOD, range(UNIQUE))
        gateway_strangers(port, range(UNIQUE_AT_THE_GATEWAY))
        time.sleep(1)
        after = limen.resident_mb()
    return {
        "memory_before_mb": round(before, 1),
        "memory_after_mb": round(after, 1),
        "memory_ratio": round(after / before, 2),
    }


WARM, FLOOD = "2001:db8:1", "2001:db8:2"
WARM_UP, UNIQUE, UNIQUE_AT_THE_GATEWAY, AT_ONCE = 2_000, 200_000, 10_000, 100


def as_strangers(port: int, network: str, numbers: range) -> None:
    """Checks of nobody signed in, each of a path and from an address of its own."""
    with socket.create_connection(("127.0.0.1", port), 60) as asking:
        for first in range(numbers.start, numbers.stop, AT_ONCE):
            some = range(first, min(first + AT_ONCE, numbers.stop))
            asking.sendall(
                b"".join(
                    (
                        "GET /check HTTP/1.1\r\nHost: check\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Host: "
                        f"app{n % 50}.harbor.localhost\r\nX-Forwarded-Uri: /a/{n}\r\n"
                        f"X-Forwarded-For: {network}:{n >> 16:x}:{n & 0xFFFF:x}::1\r\n\r\n"
                    ).encode()
                    for n in some
                )
            )
            read_answers(asking, len(some))


def gateway_strangers(port: int, numbers: range) -> None:
    with socket.create_connection(("127.0.0.1", port), 60) as asking:
        for first in range(numbers.start, numbers.stop, AT_ONCE):
            some = range(first, min(first + AT_ONCE, numbers.stop))
            for n in some:
                host = f"app{n % 50}.harbor.localhost:{port}"
                asking.sendall(f"GET /b/{n} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                read_answers(asking, 1)


def read_answers(asking: socket.socket, number: int) -> None:
    said = b""
    while said.count(b"HTTP/1.1 401 ") < number or not said.endswith(b"}"):
        more = asking.recv(1 << 20)
        if not more:
            raise SystemExit(f"not every stranger was refused: {said[-300:]!r}")
        said += more


# What strangers have written


def journal() -> dict[str, float]:
    """A day of everything that strangers can cause, faster than it could come, in six parts of four hours."""
    from limen.clock import HOUR, SetClock, SystemClock
    from limen.events import KINDS, Event
    from limen.storage.journal import Journal
    from limen.storage.journal.segment import Segment

    written, append = 0, Segment.append

    def counted(segment: Segment, bodies: Sequence[bytes]) -> None:
        nonlocal written
        before = segment.size
        append(segment, bodies)
        written += segment.size - before

    clock = SetClock(SystemClock().now() // HOUR * HOUR)
    kinds = [kind.name for kind in KINDS.values() if kind.by_strangers and kind.name != "decision"]
    with TemporaryDirectory(prefix="revocation-") as folder, patch.object(Segment, "append", counted):
        kept = Journal.open(Path(folder), (b"k" * 32,), clock=clock)
        for part in range(6):
            for number in range(FLOODED if part == 0 else FLOODED // 2):
                address = f"2001:db8:{part}:{number:x}::1"
                for decision in decided_about_strangers(address, clock.now()):
                    kept.decided("gateway", decision, "", address, 1.0)
                for kind in kinds:
                    details = {"door": "gateway", "host": "h" * 253, "detail": "d" * 100, "left_out": number}
                    kept.record(Event(at=clock.now(), kind=kind, address=address, reason="r" * 32, details=details))
                if number % 500 == 0:
                    kept.flush()
            for event in kept.strangers.left_out(clock.now()):
                kept.record(event)
            kept.flush()
            clock.forward(4 * HOUR)
        left_out = kept.strangers.totals.total()
        kept.close()
    return {"stranger_mb_a_day": round(written / 1e6, 1), "stranger_events_counted_alone": left_out}


FLOODED = 12_000


def decided_about_strangers(address: str, now: int) -> Iterator[Any]:
    """A refusal and a permit (of a public route) of somebody who is not signed in, as the policies decide them."""
    from limen.enforcement.reasons import named
    from limen.facts import App, Facts, Label, Place, Upstream
    from limen.policy.decision import Effect, Named, Request

    upstream = Upstream("http://127.0.0.1:9000")
    app = App("app1", "App 1", APP, upstream, Label.INTERNAL, "staff")
    request = Request(action="view", method="GET", route="/**", host=APP)
    facts = Facts(app=app, place=Place(address))
    yield named(Named.NOT_SIGNED_IN, Effect.CHALLENGE, request, facts, now)
    yield named(Named.PUBLIC_ROUTE, Effect.PERMIT, request, facts, now)


# A running company


@contextlib.contextmanager
def running(descriptors: int = 0) -> Iterator[tuple[Started, int, int]]:
    """`limen serve` over a company with one person who is signed in; its ports for browsers and for fronts."""
    with TemporaryDirectory(prefix="revocation-") as folder:
        root, port = Path(folder) / "company", free_port()
        company(root, port)
        Started(root, port).stop()
        sign_in(root)
        lines = (root / "limen.toml").read_text().splitlines()
        check_port = next(int(line.rpartition(":")[2].strip('"')) for line in lines if line.startswith("check = "))
        limen = Started(root, port, descriptors=descriptors)
        try:
            yield limen, port, check_port
        finally:
            limen.stop()


def sign_in(root: Path) -> None:
    """A person with a session, and one that hangs on it at an app, written as identity's own store writes them."""
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
        who = Person("p_1", "Ana", "ana@harbor.example", frozenset({"staff"}), active=True)
        root_session = Session("s_1", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR)
        of_app = Session("s_2", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR, app="app1", parent="s_1")
        people.add(transaction.connection, who, PersonStatus.ACTIVE, now)
        sessions.add(transaction.connection, root_session, b"r" * 32, proofs)
        sessions.add(transaction.connection, of_app, sha256(TOKEN.encode()).digest(), proofs)

    database = Database.open(database_url(root, load_settings(root)))
    database.write(work)
    database.close()


FIGURES = (strangers, memory, journal, gateway, fronts)

if __name__ == "__main__":
    sys.exit(main())
