"""Keys change when somebody says so, and are published together while they do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from limen.clock import DAY, SECOND, SetClock
from limen.sso.saml.keys import KEPT, SamlKeys, grouped, kept_keys, new_key
from limen.storage import Database, Keyring


class Kept:
    def __init__(self, folder: Path) -> None:
        self.clock = SetClock(1_700_000_000_000)
        self.database = Database.open(folder / "limen.db", clock=self.clock)
        self.keyring = Keyring.open(self.database, secrets.token_bytes(32), clock=self.clock)

    def keys(self) -> SamlKeys:
        return self.database.write(lambda t: kept_keys(t, self.keyring, self.clock.now(), "Harbor"))

    def add(self, days: int) -> str:
        now = self.clock.now()
        return self.database.write(lambda t: new_key(t, self.keyring, now, now + days * DAY, "Harbor")).id


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path)
    yield made
    made.database.close()


def test_one_is_made_once_and_never_changes_by_itself(kept: Kept) -> None:
    first = kept.keys()
    kept.clock.forward(3_000 * DAY)
    assert (kept.keys().ids, len(first.ids)) == (first.ids, 1)
    assert first.every[0].private not in repr(first.every[0])


def test_its_certificate_holds_the_day_that_it_was_made(kept: Kept) -> None:
    key = kept.keys().every[0]
    certificate = x509.load_pem_x509_certificate(key.certificate.encode())
    made = kept.clock.now() // SECOND
    assert certificate.not_valid_before_utc.timestamp() < made < certificate.not_valid_after_utc.timestamp()
    assert grouped(key.id).replace(":", "").lower() == key.id


def test_the_next_one_waits_for_its_day_and_the_one_before_stays_for_a_while(kept: Kept) -> None:
    (first,) = kept.keys().ids
    second = kept.add(30)
    now = kept.clock.now
    assert kept.keys().ids == (second, first)
    assert kept.keys().signing(now()).id == first
    kept.clock.forward(30 * DAY)
    assert (kept.keys().signing(now()).id, kept.keys().ids) == (second, (second, first))
    kept.clock.forward(KEPT)
    assert kept.keys().ids == (second,)
