"""Keys are made, published before they sign, and kept until nothing that they signed counts."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.clock import DAY, HOUR, SetClock
from limen.sso.oidc.keys import AHEAD, KEPT, LIVES, Keys, kept_keys, kept_pairwise_secret
from limen.storage import Database, Keyring


class Kept:
    def __init__(self, folder: Path) -> None:
        self.clock = SetClock(1_700_000_000_000)
        self.database = Database.open(folder / "limen.db", clock=self.clock)
        self.keyring = Keyring.open(self.database, secrets.token_bytes(32), clock=self.clock)

    def keys(self) -> Keys:
        return self.database.write(lambda t: kept_keys(t, self.keyring, self.clock.now()))

    def ids(self) -> list[str]:
        return [one["kid"] for one in self.keys().published()["keys"]]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path)
    yield made
    made.database.close()


def test_keys_are_made_once_and_published_without_their_secret(kept: Kept) -> None:
    assert len(kept.ids()) == 2
    assert kept.ids() == kept.ids()
    for one in kept.keys().published()["keys"]:
        assert not {"d", "p", "q", "k"} & set(one)
        assert one["use"] == "sig"


def test_a_new_key_is_published_before_it_signs_and_the_old_one_stays_for_a_while(kept: Kept) -> None:
    before = kept.ids()
    signed = kept.keys().sign({"a": 1}, "ES256", kept.clock.now())
    kept.clock.forward(LIVES - AHEAD)
    renewed = kept.keys()
    assert len(kept.ids()) == 4
    now = kept.clock.now()
    assert renewed.claims(renewed.sign({"a": 2}, "ES256", now), "JWT") == {"a": 2}
    assert all(one in kept.ids() for one in before)
    kept.clock.forward(AHEAD + HOUR)
    assert kept.keys().claims(signed, "JWT") == {"a": 1}
    kept.clock.forward(KEPT + DAY)
    assert not set(before) & set(kept.ids())
    assert kept.keys().claims(signed, "JWT") is None


def test_a_token_of_another_type_or_key_is_none(kept: Kept) -> None:
    keys = kept.keys()
    token = keys.sign({"a": 1}, "RS256", kept.clock.now(), "at+jwt")
    assert keys.claims(token, "at+jwt") == {"a": 1}
    assert keys.claims(token, "JWT") is None
    assert keys.claims("a.b.c", "JWT") is None


def test_the_secret_of_pairwise_names_never_changes(kept: Kept) -> None:
    def secret() -> bytes:
        return kept.database.write(lambda t: kept_pairwise_secret(t, kept.keyring, kept.clock.now()))

    first = secret()
    kept.clock.forward(LIVES * 3)
    assert (secret(), len(first)) == (first, 32)
    assert len(kept.ids()) >= 2
