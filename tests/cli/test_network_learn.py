"""`limen learn`: from logs to flows that can be pasted, and to what a network.yaml would have cut."""

from __future__ import annotations

import gzip
import json
import socket
import sys
import threading
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave
from tests.golden import Expected
from tests.network.learning.formats.test_netflow import version_5
from tests.ports import free_port

from limen.cli import network_learn
from limen.clock import SystemClock
from limen.network.learning import store
from limen.network.learning.counting import Contact, Tally
from limen.storage import Database

__all__ = ["folder"]
NETWORK = """
zones:
  office: {kind: workstation, prefixes: [10.10.0.0/24]}
  servers: {kind: server, prefixes: [10.20.0.0/24]}
  backup: {kind: backup, prefixes: [10.60.0.0/24]}
hosts:
  files: {zone: servers, addresses: [10.20.0.10]}
  vault: {zone: backup, addresses: [10.60.0.2]}
flows:
  - {id: mail, from: office, to: internet, service: submission, owner: it@harbor.example, purpose: mail,
     review: 2028-01-01}
"""


def tracked(source: str, destination: str, port: int, at: int = 0) -> str:
    seconds = at or SystemClock().now() // 1_000
    return (
        f"[{seconds}.000000]\t    [NEW] ipv4     2 tcp      6 120 SYN_SENT src={source} dst={destination} "
        f"sport=44444 dport={port} [UNREPLIED] src={destination} dst={source} sport={port} dport=44444"
    )


@pytest.fixture
def company(folder: Path) -> Path:
    (folder / "network.yaml").write_text(NETWORK, "utf-8")
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Path:
    lines = [tracked(f"10.10.0.{number}", "10.20.0.10", 445) for number in range(10, 30)]
    lines += [tracked("10.10.0.10", "10.60.0.2", 22)] * 3 + [tracked("10.10.0.10", "1.1.1.1", 587)] * 2
    lines += [tracked("10.10.0.66", f"10.20.0.{number}", 3_389) for number in range(100, 160)] + ["what is this"]
    file = tmp_path / "conntrack.log.gz"
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    return file


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def kept(company: Path) -> dict[Contact, Tally]:
    database = Database.open(company / "data" / "limen.db")
    found = database.read(lambda s: store.since(s.connection, 0))
    database.close()
    return found


def test_a_log_becomes_flows_and_says_what_must_not_be(
    company: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leave("learn", "read", str(log), str(company), "--json") == 0
    (said,) = lines_of(capsys)
    assert (said["lines"], said["not_understood"], said["connections"]) == (86, 1, 85)
    assert leave("learn", "flows", str(company), "--json") == 0
    found = lines_of(capsys)
    (flow,) = [one for one in found if one["part"] == "flow"]
    assert (flow["from"], flow["to"], flow["service"], flow["count"], flow["slack"]) == (
        ["office"],
        ["files"],
        ["smb"],
        20,
        0.05,
    )
    (forbidden,) = [one for one in found if one["part"] == "forbidden"]
    assert (forbidden["source"], forbidden["destination"], forbidden["count"]) == ("office-10-10-0-10", "vault", 3)
    (scanner,) = [one for one in found if one["part"] == "scanner"]
    assert (scanner["source"], scanner["contacts"]) == ("10.10.0.66", 60)
    assert found[-1]["stated"] == {"mail": 2}


def test_what_would_be_cut_is_told_for_each_pair_of_zones(
    company: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave("learn", "read", str(log), str(company))
    capsys.readouterr()
    assert leave("learn", "would-cut", str(company), "--json") == 0
    found = lines_of(capsys)
    assert [(one["from"], one["to"], one["used"], one["cut"]) for one in found if one["part"] == "pair"] == [
        ("office", "servers", 20, 20),
        ("office", "backup", 3, 3),
        ("office", "internet", 2, 0),
    ]
    assert sum(one["part"] == "cut" for one in found) == 21


def test_people_read_it_in_words(
    company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    at = 1_795_770_000
    file = tmp_path / "conntrack.log"
    file.write_text(
        "\n".join([tracked("10.10.0.10", "10.20.0.10", 22, at)] * 2 + [tracked("10.10.0.10", "10.60.0.2", 22, at)])
    )
    for words in (("read", str(file), str(company)), ("flows", str(company)), ("would-cut", str(company))):
        assert leave("learn", *words, *(() if words[0] == "read" else ("--since", "9999d"))) == 0
        expected(capsys.readouterr().out)


def test_a_flow_that_is_proposed_can_be_pasted(company: Path, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leave("learn", "read", str(log), str(company))
    capsys.readouterr()
    assert leave("learn", "flows", str(company)) == 0
    text = "".join(f"  {line.strip()}\n" for line in capsys.readouterr().out.splitlines() if "- {id" in line)
    (company / "network.yaml").write_text(NETWORK + text, "utf-8")
    assert leave("check", str(company)) == 1
    assert "network.yaml" in capsys.readouterr().out
    filled = text.replace('owner: ""', "owner: it@harbor.example").replace('purpose: ""', "purpose: files")
    (company / "network.yaml").write_text(NETWORK + filled, "utf-8")
    leave("check", str(company))
    assert "network.yaml" not in capsys.readouterr().out


def test_what_is_piped_in_is_read(
    company: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = TextIOWrapper(BytesIO(tracked("10.10.0.10", "10.20.0.10", 22).encode()))
    monkeypatch.setattr(sys, "stdin", piped)
    assert leave("learn", "read", "-", str(company), "--json") == 0
    assert lines_of(capsys)[0]["connections"] == 1


def test_netflow_is_taken_from_who_is_named(
    company: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_learn, "length_of", lambda _text: 1_000)  # in place of the shortest, a minute
    port, is_over = free_port(), threading.Event()

    def export() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exporter:
            while not is_over.wait(0.05):
                exporter.sendto(version_5((44_000, 443, 6, 0)), ("127.0.0.1", port))

    sending = threading.Thread(target=export)
    sending.start()
    options = ("--netflow", f"127.0.0.1:{port}", "--exporter", "127.0.0.1", "--for", "1m", "--json")
    code = leave("learn", "read", *options, str(company))
    is_over.set()
    sending.join()
    assert code == 0
    (said,) = lines_of(capsys)
    assert isinstance(said["datagrams"], int)
    assert said["datagrams"] > 0
    assert [(one.port, one.destination & 0xFF) for one in kept(company)] == [(443, 10)]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("learn", "nothing"), 1),
        (("learn", "read"), 2),
        (("learn", "flows", "log.gz"), 2),
        (("learn", "read", "--netflow", "127.0.0.1:1"), 2),
        (("learn", "read", "--netflow", "here", "--exporter", "127.0.0.1"), 2),
        (("learn", "read", "--netflow", "127.0.0.1:99999", "--exporter", "127.0.0.1"), 1),
        (("learn", "read", "no-such-file"), 1),
        (("learn", "flows", "--since", "soon"), 2),
    ],
)
def test_a_wrong_call_is_refused(
    words: tuple[str, ...], code: int, company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(company)
    assert leave(*words) == code


def test_without_zones_nothing_can_be_learned(folder: Path, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "network.yaml").unlink(missing_ok=True)
    assert leave("learn", "read", str(log), str(folder)) == 1
    assert "network.yaml" in capsys.readouterr().err


def test_what_nobody_stated_is_named(company: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "conntrack.log"
    log.write_text("\n".join([tracked("10.60.0.9", "10.20.0.10", 22), tracked("10.60.0.2", "10.20.0.10", 22)]))
    assert leave("learn", "read", str(log), str(company)) == 0
    capsys.readouterr()
    assert leave("learn", "unplanned", str(company), "--json") == 0
    (one,) = lines_of(capsys)
    said = (one["part"], one["zone"], one["address"], one["spoke_to"])
    assert said == ("unplanned", "backup", "10.60.0.9", ["files by ssh"])
    assert leave("learn", "unplanned", str(company)) == 0
    assert "10.60.0.9" in capsys.readouterr().out
