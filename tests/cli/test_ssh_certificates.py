"""What `limen ssh` keeps on a computer, and whom it believes that the certificate comes from Limen."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from limen.cli import ssh_certificates
from limen.cli.ssh_certificates import OnThisComputer
from limen.clock import MINUTE, SystemClock
from limen.enforcement.ssh.authorities import AuthorityKey, Purpose
from limen.enforcement.ssh.certificates import PersonCertificate, sign_person
from limen.errors import LimenError
from limen.following.wire import fingerprint, read_key

LIMEN = "https://limen.harbor.example"
HOST = "db1.harbor.example"


class Answering:
    """A browser in which somebody confirms, and Limen behind it. `other` replaces what it brings back."""

    def __init__(self, *, minutes: float = 10, **other: str) -> None:
        self._minutes = minutes
        self._other = other
        self.asked: list[dict[str, list[str]]] = []
        self.statuses: list[int] = []

    def show(self, address: str, *_rest: Any) -> None:
        threading.Thread(target=self._confirm, args=(address,), daemon=True).start()

    def _confirm(self, address: str) -> None:
        asked = parse_qs(urlsplit(address).query, keep_blank_values=True)
        self.asked.append(asked)
        now = SystemClock().now()
        authority = AuthorityKey("ca_1", now, Ed25519PrivateKey.generate().private_bytes_raw(), Purpose.PEOPLE)
        key = read_key(f"ssh-ed25519 {self._other.get('key') or asked['key'][0]}")
        until = now + int(self._minutes * MINUTE)
        said = PersonCertificate(
            serial=1, key_id="k", account=asked["account"][0] or "ida", app="databases", valid_until=until, until=until
        )
        brought = {
            "state": asked["state"][0],
            "account": said.account,
            "certificate": sign_person(authority, key, said, now).split()[1],
            "host": authority.line.split()[1],
            **{name: value for name, value in self._other.items() if name != "key"},
        }
        self.come(asked["port"][0], brought)

    def come(self, port: str, brought: dict[str, str]) -> None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/?{urlencode(brought)}", timeout=60) as answer:
                self.statuses.append(answer.status)
        except urllib.error.HTTPError as error:
            self.statuses.append(error.code)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def wanted(account: str = "", *, is_elevated: bool = False) -> OnThisComputer:
    return OnThisComputer.of(HOST, account, is_elevated=is_elevated)


def test_a_key_and_a_certificate_are_kept_for_nobody_elses_eyes() -> None:
    browser, codes = Answering(), []
    kept = wanted().renewed(LIMEN, lambda address, code: (codes.append(code), browser.show(address)))
    assert (kept.account, kept.is_good(), wanted().is_good()) == ("ida", True, True)
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept.folder.iterdir())
    key = read_key(f"ssh-ed25519 {browser.asked[0]['key'][0]}")
    assert codes == [fingerprint(key)[7:15]]
    assert (kept.folder / "known_hosts").read_text().startswith(f"{HOST} ssh-ed25519 ")


def test_another_is_asked_for_where_it_is_for_less_or_nearly_over() -> None:
    wanted().renewed(LIMEN, Answering().show)
    assert not wanted(is_elevated=True).is_good()
    assert not wanted("deploy").is_good()
    wanted().renewed(LIMEN, Answering(minutes=0.2).show)
    assert not wanted().is_good()


def test_a_certificate_for_another_key_or_account_is_not_taken() -> None:
    other = Ed25519PrivateKey.generate().public_key()
    key = ssh_certificates.line_of(other).split()[1]
    for browser in (
        Answering(key=key),
        Answering(account="root"),
        Answering(certificate="AAAA"),
        Answering(host="A"),
        Answering(host="none"),
    ):
        with pytest.raises(LimenError):
            wanted().renewed(LIMEN, browser.show)
    assert not wanted().is_good()


def test_whoever_does_not_know_the_state_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh_certificates, "WAITS_SECONDS", 1.0)
    stranger = Answering(state="x" * 32)
    with pytest.raises(LimenError):
        wanted().renewed(LIMEN, stranger.show)
    assert stranger.statuses == [404]


@pytest.mark.parametrize("host", ["../x", "-x", "a b", "a/b", "", "A"])
def test_a_hosts_name_is_no_path_and_no_option(host: str) -> None:
    with pytest.raises(LimenError):
        OnThisComputer.of(host, "", is_elevated=False)
