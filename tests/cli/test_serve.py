"""`limen serve` as somebody starts it: the first link, what it refuses, and that it ends when told to."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.company.company_folder import change

from limen.cli.serve import difference_of, how_to_turn_on, refuse_plain_http
from limen.company.load import load_company
from limen.company.places import database_url
from limen.company.publish import SERVER, publish
from limen.demo.harbor import copy_to
from limen.errors import LimenError
from limen.settings import Settings
from limen.storage import Database

SECONDS = 30


@pytest.fixture
def harbor(tmp_path: Path) -> Path:
    copy_to(tmp_path, prefer_usual_ports=False)
    return tmp_path


def limen(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "limen.cli.main", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said_until(process: subprocess.Popen[str], pattern: str) -> str:
    """What `process` prints up to a line that matches."""
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if re.search(pattern, line):
            return said
    raise AssertionError(said + (process.stderr.read() if process.stderr else ""))


@pytest.fixture
def serving(harbor: Path) -> Iterator[subprocess.Popen[str]]:
    process = limen("serve", str(harbor))
    yield process
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=SECONDS)


def port_of(harbor: Path) -> int:
    found = re.search(r'^address = "127\.0\.0\.1:(\d+)"', (harbor / "limen.toml").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def test_the_first_start_prints_a_link_for_the_first_administrator(
    harbor: Path, serving: subprocess.Popen[str]
) -> None:
    said = said_until(serving, r"/enrol#")
    port = port_of(harbor)
    assert f"http://limen.harbor.localhost:{port}/enrol#" in said
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/sign-in", headers={"Host": f"limen.harbor.localhost:{port}"})
    assert connection.getresponse().status == 200


def test_it_ends_cleanly_when_told_to_and_its_journal_holds(harbor: Path, serving: subprocess.Popen[str]) -> None:
    said_until(serving, r"/enrol#")
    serving.send_signal(signal.SIGTERM)
    rest, _ = serving.communicate(timeout=SECONDS)
    assert rest.endswith("Limen has stopped.\n")
    assert serving.returncode == 0
    assert any(b"limen.stopped" in one.read_bytes() for one in (harbor / "data/journal").rglob("*") if one.is_file())
    verified = limen("journal", "verify", str(harbor), "--json")
    out, _ = verified.communicate(timeout=SECONDS)
    assert verified.returncode == 0, out
    assert '"ok": true' in out


def test_a_port_that_is_taken_is_named_with_what_to_do(harbor: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port_of(harbor)))
        taken.listen()
        process = limen("serve", str(harbor))
        _, wrong = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert f"can't listen on 127.0.0.1:{port_of(harbor)}" in wrong
    assert "limen.toml" in wrong
    assert "Traceback" not in wrong


def test_a_folder_with_a_mistake_is_not_started(harbor: Path) -> None:
    with (harbor / "policies" / "40-harbor.cedar").open("a") as policies:
        policies.write('\n@id("broken")\npermit (principal, action, resource) when { context.nothing };\n')
    process = limen("serve", str(harbor))
    _, wrong = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert "40-harbor.cedar:" in wrong
    assert "Traceback" not in wrong


def test_a_folder_that_differs_from_what_is_in_force_is_said(harbor: Path) -> None:
    company = load_company(harbor)
    database = Database.open(database_url(harbor, company.settings))
    publish(database, company, SERVER, "first", 1_795_510_800_000)
    database.close()
    change(harbor, "limen.toml", 'name = "Harbor', 'name = "New Harbor')
    process = limen("serve", str(harbor))
    try:
        said = said_until(process, "The folder differs")
        assert f"({company.revision[:12]}…); `limen apply {harbor}` publishes it." in said
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def test_only_a_folder_that_differs_is_worth_a_word(harbor: Path) -> None:
    revision = load_company(harbor).revision
    assert difference_of(harbor, revision) == ""
    assert "differs from the revision in force (000000000000…)" in difference_of(harbor, "0" * 32)
    (harbor / "apps.yaml").write_text("- {id: BAD}\n")
    assert f"`limen check {harbor}` lists them" in difference_of(harbor, revision)


def test_two_at_once_over_one_folder_are_refused(harbor: Path, serving: subprocess.Popen[str]) -> None:
    said_until(serving, r"/enrol#")
    second = limen("serve", str(harbor))
    _, wrong = second.communicate(timeout=SECONDS)
    assert second.returncode == 1
    assert f"Limen already runs here (pid {serving.pid})" in wrong
    assert "Traceback" not in wrong


@pytest.mark.parametrize("url", ["http://limen.harbor.example", "http://limen.harbor.localhost.example"])
def test_plain_http_beyond_this_machine_is_refused(url: str) -> None:
    with pytest.raises(LimenError, match="plain http"):
        refuse_plain_http(Settings(name="Harbor", domain="harbor.example", url=url))


@pytest.mark.parametrize("url", ["https://limen.harbor.example", "http://limen.harbor.localhost:8080", ""])
def test_https_and_this_machine_are_fine(url: str) -> None:
    refuse_plain_http(Settings(name="Harbor", domain="harbor.example", url=url))


@pytest.mark.parametrize("address", ["0.0.0.0:8080", "[::]:8080", "192.0.2.7:80"])
def test_plain_http_for_other_machines_is_refused_unless_a_front_is_named(address: str) -> None:
    said = {"name": "Harbor", "domain": "harbor.example", "listen": {"address": address}}
    with pytest.raises(LimenError, match="limen serve --https"):
        refuse_plain_http(Settings.model_validate(said))
    refuse_plain_http(Settings.model_validate({**said, "https": {"mode": "acme"}}))
    said["listen"] = {"address": address, "trusted_proxies": ["192.0.2.1/32"]}
    refuse_plain_http(Settings.model_validate(said))


def test_https_without_a_mode_says_what_to_write() -> None:
    told = str(how_to_turn_on(Settings(name="Harbor", domain="harbor.localhost")))
    assert 'mode = "internal"' in told
    assert "[https]" in told
