"""The tutorial is run as it stands: commands in a fresh folder, outputs looked for, steps in a browser done.

What is put in place of the page's own words is declared here, and nothing else is:

- `PORTS`: each of the page's ports, a free one (so that the tests of two people can run at once).
- a command in `STAYING` goes on in the background, as it would in the reader's other terminal.
- `ID`: the decision that the last refused page named.
- a command that looks for mails waits until both are there: the server sends them, a moment later.
- "…" in an output stands for anything; a line of it must come after the one before.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.ports import free_ports

from limen.demo.browser import Network
from limen.demo.employees import Colleague, Employee

HERE = Path(__file__).resolve().parents[2]
PAGE = HERE / "docs" / "tutorial" / "first-app-in-ten-minutes.md"
PORTS = ("8080", "8081", "9000")
STAYING = ("limen serve", "python3 -m http.server")
PATIENCE_SECONDS = 120
STEP = re.compile(r"^```(?P<kind>sh|text)\n(?P<text>.*?)^```$|^<!-- (?P<told>.*?) -->$", re.MULTILINE | re.DOTALL)
ENROLS = re.compile(
    r"browser: (?P<name>[\w ]+) <(?P<email>\S+)> enrols with the link of (?P<where>limen serve|(?:her|his) mail)"
)
OPENS = re.compile(r'browser: (?P<name>\w+) opens (?P<url>\S+) and sees "(?P<sees>[^"]+)"')
LINK = re.compile(r"http://\S+/enrol#\S+")


class Words(HTMLParser):
    """What a person reads of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.said += data.split()

    def __str__(self) -> str:
        return " ".join(self.said)


class Reader:
    """Somebody who does what the page says, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        self.running: list[subprocess.Popen[bytes]] = []
        self.people: dict[str, Employee] = {}
        self.decision = ""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "COLUMNS": "120", "PYTHONUNBUFFERED": "1"}

    def here(self, text: str) -> str:
        """The page's words with what this run puts in their place."""
        for theirs, ours in self.ports.items():
            text = re.sub(rf"(?<=:){theirs}\b|(?<=http\.server ){theirs}\b", ours, text)
        return re.sub(r"\bID\b", self.decision, text)

    def run(self, commands: str) -> str:
        """Run a block of commands to its end, or leave its last one running. Returns what it said."""
        lines = self.here(commands).splitlines()
        staying = lines.pop().removesuffix(" &") if lines[-1].startswith(STAYING) else ""
        until = time.monotonic() + PATIENCE_SECONDS
        while "outbox" in commands and len(self.mails()) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        done = self.done("\n".join(lines))
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        if "limen init" in commands:
            self.move_ports()
        return self.stay(staying) if staying else done.stdout

    def done(self, script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-e", "-u", "-o", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

    def move_ports(self) -> None:
        """Write this run's ports into the new folder, where the page's own are what is usual."""
        settings = self.folder / "harbor" / "limen.toml"
        text = re.sub(r"^# (address|check) = ", r"\1 = ", settings.read_text("utf-8"), flags=re.MULTILINE)
        settings.write_text(self.here(text), "utf-8")

    def stay(self, command: str) -> str:
        said = self.folder / f"said-{len(self.running)}"
        with said.open("wb") as out:
            started = subprocess.Popen(command.split(), cwd=self.folder, env=self.environment, stdout=out, stderr=out)
        self.running.append(started)
        port = self.ports["9000" if "http.server" in command else "8080"]
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and started.poll() is None:
            text = said.read_text("utf-8")
            if answers(int(port)) and ("http.server" in command or LINK.search(text)):
                return text
            time.sleep(0.05)
        raise AssertionError(f"{command} does not answer:\n{said.read_text('utf-8')}")

    async def browse(self, told: str, network: Network) -> None:
        """Do what a person does in the browser, with a passkey made of software."""
        if enrols := ENROLS.fullmatch(told):
            name, email = enrols["name"], enrols["email"]
            home = self.here("http://limen.harbor.localhost:8080")
            who = Colleague(email, name, email, "", (), "passkey")
            person = Employee(who, network.browser("127.0.0.1"), home, lambda: time.time_ns() // 1_000_000)
            await person.enrol(self.link_for(email, enrols["where"]))
            self.people[name.split()[0]] = person
            return
        opens = OPENS.fullmatch(told)
        assert opens, f"nobody can do this: {told}"
        page = await self.people[opens["name"]].browser.open(self.here(opens["url"]))
        words = str(Words(page.text))
        assert opens["sees"] in words
        if found := re.search(r"Decision ([0-9a-f]{16,}-\d+)", words):
            self.decision = found[1]

    def link_for(self, email: str, where: str) -> str:
        if where == "limen serve":
            return LINK.findall((self.folder / "said-1").read_text("utf-8"))[-1]
        (mail,) = (mail for mail in self.mails() if f"To: {email}" in mail)
        return LINK.findall(mail)[0]

    def mails(self) -> list[str]:
        outbox = self.folder / "harbor" / "data" / "outbox"
        return [path.read_text("utf-8") for path in sorted(outbox.glob("*.eml"))]

    def end(self) -> None:
        for one in self.running:
            one.send_signal(signal.SIGINT)
        for one in self.running:
            one.wait(PATIENCE_SECONDS)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path)
    yield reader
    reader.end()


def answers(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def steps(page: str) -> Iterator[tuple[str, str]]:
    """What the page has done, in its order: `run`, `said` or `browser`, and its text."""
    is_left_out = False
    for found in STEP.finditer(page):
        told = found["told"] or ""
        if told:
            assert told.startswith(("browser: ", "not run: ")), told
            is_left_out = told.startswith("not run: ")
            if not is_left_out:
                yield "browser", told
        elif found["kind"] == "sh" and not is_left_out:
            yield "run", found["text"]
        elif found["kind"] == "text":
            yield "said", found["text"]
        if not told:
            is_left_out = False


def expect(lines: str, said: str) -> None:
    """Each line of `lines` stands in `said`, in this order; "…" is anything in between."""
    at = 0
    for line in lines.strip().splitlines():
        pattern = r"[^\n]*".join(re.escape(part.strip()).replace(r"\ ", r"\s+") for part in line.split("…"))
        found = re.compile(pattern).search(said, at)
        assert found, f"not said, or not in this place: {line}\n{said}"
        at = found.end()


async def test_the_page_does_what_it_says(reader: Reader) -> None:
    page, said, done = PAGE.read_text("utf-8"), "", []
    async with Network() as network:
        for kind, text in steps(page):
            if kind == "run":
                said = reader.run(text)
            elif kind == "said":
                expect(reader.here(text), said)
            else:
                await reader.browse(text, network)
            done.append(kind)
    assert done.count("run") > 8
    assert done.count("browser") == 7
    assert reader.decision


def test_the_page_shows_what_its_browsers_are_to_see() -> None:
    prose = STEP.sub("", PAGE.read_text("utf-8"))
    for kind, text in steps(PAGE.read_text("utf-8")):
        if kind == "browser" and (opens := OPENS.fullmatch(text)):
            assert opens["sees"] in prose
            assert opens["url"] in prose


@pytest.mark.parametrize("line", ["no such line", "second … third"])
def test_an_output_that_does_not_come_is_noticed(line: str) -> None:
    with pytest.raises(AssertionError, match="not said"):
        expect(f"first\n{line}", "second first\nthird\n")
