"""From nothing to a protected app, and how Limen is to live with once it is full.

    python bench/first_hour.py [--json] [--rounds N] [--skip-install] [--company DIR]

`install_to_first_request_s`: a fresh clone and an empty environment, `limen init`, `limen add app`, `limen serve`, an
administrator enrols with a passkey, and the app's page is answered through the gateway. Packages may come from the
package client's cache. Then a company of 500 people, 50 apps and a million journaled decisions (see
`large_company.py`): `pages_ms_p95` over every page of the console, signed in, over HTTP, one request after the other;
`page_kb_max`, the heaviest of them over the wire with its styles and scripts; `rss_mb`, resident memory of the server
and its children afterwards; `restore_s`, bringing a backup of all that into an empty folder.

Beside them, in the same run: a Python that starts and ends, the smallest answer of the same server, and unpacking the
same backup without looking at anything.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import http.client
import http.server
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from footprint import APPS, PEOPLE, Started, free_port, listen_on, timed
from large_company import DECISIONS, make
from limen.demo.browser import Network
from limen.demo.employees import Colleague, Employee

REPOSITORY = Path(__file__).resolve().parent.parent
NOOR = Colleague("", "Noor Bakker", "noor@harbor.example", "IT lead", ("administrators", "staff"), "passkey")
PAGES = (
    "/console",
    "/console/decisions",
    "/console/decisions?effect=refused",
    "/console/decisions/{old}",
    "/console/decisions/{new}",
    "/console/policies",
    "/console/policies/{policy}",
    "/console/what-if",
    "/console/what-if?person={person}&app=app7&action=view",
    "/console/people",
    "/console/people?q=person%204",
    "/console/people?show=without-passkey",
    "/console/people/{person}",
    "/console/people/mail",
    "/console/people/invite",
    "/console/people/import",
    "/console/apps",
    "/console/apps/app7",
    "/console/apps/app7/rules/new",
    "/console/add-app",
    "/console/rules/new",
    "/console/levels",
    "/console/revisions",
    "/console/revisions/1",
    "/console/workloads",
    "/console/doctor",
    "/console/backups",
)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="one line, an object")
    options.add_argument("--rounds", type=int, default=10, help="how often each page is asked for")
    options.add_argument("--skip-install", action="store_true", help="measure the large company alone")
    options.add_argument("--company", type=Path, help="where the large company is kept, or made to be kept")
    chosen = options.parse_args()
    found: dict[str, object] = {}
    with TemporaryDirectory(prefix="first-hour-") as folder:
        place = Path(folder)
        if not chosen.skip_install:
            found |= installed(place)
        kept, root = chosen.company or place / "made", place / "company"
        if not kept.exists():
            make(kept, free_port(), DECISIONS)
        shutil.copytree(kept, root)
        found |= asyncio.run(lived_in(root, place, chosen.rounds))
        found |= restored(root, place)
    found["bare_python_s"] = round(statistics.median(timed([sys.executable, "-c", ""]) for _ in range(5)), 3)
    print(json.dumps(found) if chosen.json else "\n".join(table(found)))
    return 0


# From nothing to a protected app


def installed(place: Path) -> dict[str, object]:
    """Everything that somebody does in their first minutes, timed as a whole and step by step."""
    clone, root, port, steps = place / "limen", place / "harbor", free_port(), Steps()
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SSL_CERT_FILE") if name in os.environ}
    clean |= {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))}

    def run(*command: str | Path) -> None:
        subprocess.run([str(word) for word in command], check=True, env=clean, cwd=place, stdout=subprocess.DEVNULL)

    with upstream() as url:
        with steps.timed("clone"):
            run("git", "clone", "--quiet", REPOSITORY, clone)
        with steps.timed("install"):
            code = "import do; do.install(do.RUNTIME)"
            subprocess.run([sys.executable, "-c", code], check=True, env=clean, cwd=clone, stdout=subprocess.DEVNULL)
        with steps.timed("init and add app"):
            limen = clone / ".venv" / "bin" / "limen"
            run(limen, "init", root, "--name", "Harbor", "--domain", "harbor.localhost", "--https", "here")
            listen_on(root, port)
            run(limen, "add", "app", "wiki", url, root, "--for", "staff")
        with steps.timed("start"):
            said = place / "said"
            running = Started(root, port, said, python=str(clone / ".venv" / "bin" / "python"), app="wiki")
        with steps.timed("enrol and open the app"):
            asyncio.run(first_request(said, port))
        running.stop()
    return {"install_to_first_request_s": round(steps.seconds, 1), "install_steps_s": steps.each}


@dataclass(slots=True)
class Steps:
    each: dict[str, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return sum(self.each.values())

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.each[name] = round(time.perf_counter() - began, 2)


async def first_request(said: Path, port: int) -> None:
    """The first administrator enrols from the printed link and opens the app; anything but its page is a failure."""
    async with Network() as network:
        noor = await enrolled(network, said, port)
        page = await noor.browser.open(f"http://wiki.harbor.localhost:{port}/")
        if page.status != 200 or "the wiki's own page" not in page.text:
            raise SystemExit(f"the app was not reached: {page.status} at {page.url}")


async def enrolled(network: Network, said: Path, port: int) -> Employee:
    home = f"http://limen.harbor.localhost:{port}"
    noor = Employee(NOOR, network.browser("127.0.0.1"), home, lambda: time.time_ns() // 1_000_000)
    await noor.enrol(await asyncio.to_thread(printed_link, said))
    return noor


def printed_link(said: Path) -> str:
    for _ in range(200):
        if found := re.search(r"https?://\S+/enrol#\S+", said.read_text()):
            return found[0]
        time.sleep(0.05)
    raise SystemExit(f"no link for the first administrator was printed: {said.read_text()}")


@contextmanager
def upstream() -> Iterator[str]:
    """An app that has never heard of Limen."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<title>Wiki</title>the wiki's own page"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


# A full company


async def lived_in(root: Path, place: Path, rounds: int) -> dict[str, object]:
    port, said = free_port(), place / "said-large"
    listen_on(root, port)
    running = Started(root, port, said)
    try:
        async with Network() as network:
            noor = await enrolled(network, said, port)
            cookies = noor.browser.cookies_for(f"limen.harbor.localhost:{port}")
        await asyncio.to_thread(running.wait_for_children)  # the last hour is being sealed, in a process of its own
        asked = Asked(port, cookies)
        await asyncio.to_thread(asked.every_page, root, rounds)
        resident, highest = running.resident_mb(), running.highest_mb()
    finally:
        running.stop()
    slowest = max(asked.ms, key=lambda page: statistics.median(asked.ms[page]))
    heaviest = max(asked.sizes, key=lambda page: asked.sizes[page])
    return {
        "pages_ms_p95": p95([each for times in asked.ms.values() for each in times]),
        "pages_ms_p95_of_slowest": p95(asked.ms[slowest]),
        "slowest_page": slowest,
        "pages": len(asked.ms),
        "smallest_answer_ms_p95": p95(asked.smallest),
        "page_kb_max": round(asked.sizes[heaviest] / 1_000, 1),
        "heaviest_page": heaviest,
        "rss_mb": round(resident, 1),
        "rss_mb_highest": round(highest, 1),
        "start_s": round(running.seconds, 2),
    }


class Asked:
    """What each page of the console took, and what it weighs with everything it links to, as sent."""

    def __init__(self, port: int, cookies: str) -> None:
        self.ms: dict[str, list[float]] = {}
        self.sizes: dict[str, int] = {}
        self.smallest: list[float] = []
        self._wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._fields = {"Host": f"limen.harbor.localhost:{port}", "Cookie": cookies, "Accept-Encoding": "gzip"}

    def every_page(self, root: Path, rounds: int) -> None:
        known = {"person": "p_7", "old": oldest(root)}  # takes longer than an idle connection is kept open
        known["policy"] = self._first(r"/console/policies/([\w-]+)\"", "/console/policies")
        known["new"] = self._first(r"/console/decisions/([0-9a-f]{24})\"", "/console/decisions")
        weights: dict[str, int] = {}
        for number in range(rounds):
            for pattern in PAGES:
                page = pattern.format(**known)
                milliseconds, status, body = self.asked(page)
                if status != 200:
                    raise SystemExit(f"{page} answered {status}")
                self.ms.setdefault(pattern, []).append(milliseconds)
                if number == 0:
                    self.sizes[pattern] = len(body) + sum(self._weight(one, weights) for one in linked(plain(body)))
            self.smallest.append(self.asked("/favicon.ico")[0])

    def _weight(self, address: str, weights: dict[str, int]) -> int:
        if address not in weights:
            weights[address] = len(self.asked(address)[2])
        return weights[address]

    def _first(self, pattern: str, page: str) -> str:
        found = re.search(pattern, plain(self.asked(page)[2]).decode())
        if found is None:
            raise SystemExit(f"{page} shows nothing to look at")
        return found[1]

    def asked(self, path: str) -> tuple[float, int, bytes]:
        began = time.perf_counter()
        self._wire.request("GET", path, headers=self._fields)
        response = self._wire.getresponse()
        body = response.read()
        return (time.perf_counter() - began) * 1_000, response.status, body


def plain(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


def linked(body: bytes) -> set[str]:
    """What a browser fetches for this page: styles, scripts and what they import, fonts and pictures."""
    return {found.decode() for found in re.findall(rb'(?:href|src)="(/static/[^"]+)"', body)}


def oldest(root: Path) -> str:
    """The id of a decision from the first hour that is kept: what a page can only find on the disk."""
    from limen.company.load import load_settings
    from limen.company.places import journal_folder
    from limen.storage.journal import Reader
    from limen.storage.journal.past_decisions import past_decisions

    reader = Reader(journal_folder(root, load_settings(root)))
    return next(f"{one.id}-1" for one in past_decisions(reader, 0, with_facts=False) if one.effect == "deny")


def restored(root: Path, place: Path) -> dict[str, object]:
    """A backup of everything, brought back into an empty folder; beside it the same bytes, only unpacked."""
    file, target, bare = place / "backup.tar.gz", place / "back", place / "unpacked"
    limen = [sys.executable, "-m", "limen.cli.main"]
    backup_s, _ = quietly([*limen, "backup", str(root), "--to", str(file)])
    key = str(root / "data" / "master.key")
    restore_s, restore_cpu_s = quietly([*limen, "restore", str(file), str(target), "--key", key])
    subprocess.run([*limen, "journal", "verify", str(target)], check=True, stdout=subprocess.DEVNULL)
    began = time.perf_counter()
    with tarfile.open(file) as tar:
        tar.extractall(bare, filter="data")
    return {
        "restore_s": round(restore_s, 1),
        "restore_cpu_s": round(restore_cpu_s, 1),
        "unpack_s": round(time.perf_counter() - began, 1),
        "backup_s": round(backup_s, 1),
        "backup_mb": round(file.stat().st_size / 1e6, 1),
    }


def quietly(command: list[str]) -> tuple[float, float]:
    """Seconds by the clock, and of a processor, user and system: other work on the machine changes only the first."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    used = after.children_user - before.children_user + after.children_system - before.children_system
    return time.perf_counter() - began, used


def p95(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=20)[-1], 1)


def table(found: dict[str, object]) -> Iterator[str]:
    def row(name: str, key: str, unit: str, more: str = "") -> str:
        return f"  {name:<40}{found[key]:>8} {unit:<3} {more}"

    if "install_to_first_request_s" in found:
        yield "From nothing to a protected app"
        yield row("clone to first request", "install_to_first_request_s", "s", "(target 300)")
        for name, seconds in found["install_steps_s"].items():
            yield f"    {name:<38}{seconds:>8} s"
    yield f"A company of {PEOPLE} people, {APPS} apps and {DECISIONS:,} journaled decisions"
    yield row("pages of the console, p95", "pages_ms_p95", "ms", f"(target 300; {found['pages']} pages)")
    yield row("the slowest, p95", "pages_ms_p95_of_slowest", "ms", f"({found['slowest_page']})")
    yield row("the smallest answer of this server, p95", "smallest_answer_ms_p95", "ms")
    yield row("the heaviest page, with all it links to", "page_kb_max", "KB", f"(target 150; {found['heaviest_page']})")
    yield row("resident memory", "rss_mb", "MB", f"(target 200; at its highest {found['rss_mb_highest']})")
    yield row("start to first answer", "start_s", "s", f"(a Python doing nothing: {found['bare_python_s']} s)")
    yield row("restore", "restore_s", "s", f"(target 60; only unpacking it: {found['unpack_s']} s)")
    yield row("restore, of one processor", "restore_cpu_s", "s")
    yield row("backup", "backup_s", "s", f"({found['backup_mb']} MB)")


if __name__ == "__main__":
    sys.exit(main())
