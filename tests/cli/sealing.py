"""A company with recovery keys, and a browser in which somebody confirms, with Limen behind it."""

from __future__ import annotations

import threading
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import pytest
from tests.cli.workloads import add_workload
from tests.company.small_folder import small_folder

from limen.cli.open_company import opened
from limen.clock import HOUR, SystemClock
from limen.data.sealing import header, sealing_keys, wire
from limen.data.sealing.age_keys import Identity, Recipient
from limen.data.sealing.files import document_id
from limen.data.sealing.manifest import Certificate, certify
from limen.data.sealing.sealing_keys import Company
from limen.data.sealing.wire import Allowed, Opened, OpenedFile
from limen.facts import Label

LIMEN = "https://limen.harbor.example"
PAPER, SAFE = Identity(b"\1" * 32), Identity(b"\2" * 32)


@dataclass
class Confirming:
    """Answers each page that a command opens. `other` replaces what it brings back, `changed` what Limen says."""

    root: Path
    other: dict[str, str] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def browse(self, address: str) -> None:
        threading.Thread(target=self._confirm, args=(address,), daemon=True).start()

    def _confirm(self, address: str) -> None:
        page, fields = urlsplit(address).path, {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
        self.asked.append(page)
        said = self._allowed(fields) if page == "/data/seal" else self._opened(fields)
        told = {"state": fields["state"], "said": wire.packed(said), **self.other}
        with suppress(HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{fields['port']}/?{urlencode(told)}", timeout=10).close()

    def _allowed(self, fields: dict[str, str]) -> Allowed:
        now, label = SystemClock().now(), Label[fields["label"].upper()]
        with opened(self.root) as here:
            company = Company.of(here.settings, here.keyring())
            key = here.database.write(lambda tx: sealing_keys.key_now(tx, company, label, now))
        certificate = Certificate(company.tenant, "p_ida", fields["key"], now - 1, now + HOUR)
        verifying = tuple(one.hex() for one in company.verifying)
        certified = certify(certificate, company.signing)
        return Allowed(certified, label.word, key.id, key.period, key.recipient, key.recovery, verifying)

    def _opened(self, fields: dict[str, str]) -> Opened:
        files = []
        with opened(self.root) as here:
            company = Company.of(here.settings, here.keyring())
            keys = {key.id: key for key in here.database.read(sealing_keys.every)}
        for asked in wire.asked_in(fields["files"]) or ():
            key = keys[asked.key]
            found = header.unwrap([asked.stanza], [sealing_keys.opened(company, key)])
            assert found is not None
            stanza = header.wrap(found[0], Recipient(bytes.fromhex(fields["key"]))).raw.hex()
            file = OpenedFile(key.label.word, key.period, document_id(found[0]), stanza)
            files.append(msgspec.structs.replace(file, **self.changed))
        return Opened(tuple(files), tuple(one.hex() for one in company.verifying))


def company_folder(where: Path) -> Path:
    """A company with two recovery keys, and its database."""
    root = small_folder(where)
    settings = root / "limen.toml"
    keys = f'recovery = ["{PAPER.recipient.text}", "{SAFE.recipient.text}"]'
    settings.write_text(f"{settings.read_text()}\n[data.sealing]\n{keys}\n")
    add_workload(root, "batch", "--apps", "wiki")  # which makes the database
    return root


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    found = company_folder(tmp_path / "server")
    capsys.readouterr()
    return found


@pytest.fixture
def browser(root: Path, monkeypatch: pytest.MonkeyPatch) -> Confirming:
    made = Confirming(root)
    monkeypatch.setattr("webbrowser.open", made.browse)
    return made


@pytest.fixture
def salaries(tmp_path: Path) -> Path:
    path = tmp_path / "salaries.csv"
    path.write_text("salaries")
    return path
