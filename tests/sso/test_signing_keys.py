"""The keys of both protocols in one list, renewed before their time, and discarded."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.clock import DAY, HOUR, MINUTE, SetClock
from limen.pillars import pillars
from limen.sso import signing_keys
from limen.sso.oidc import keys as oidc
from limen.sso.saml import keys as saml
from limen.sso.signing_keys import BEFORE, NEXT, OIDC, SAML, SIGNS, ShownKey
from limen.storage import Database, Keyring


class Kept:
    def __init__(self, folder: Path) -> None:
        self.clock = SetClock(1_700_000_000_000)
        self.database = Database.open(folder / "limen.db", clock=self.clock)
        self.keyring = Keyring.open(self.database, secrets.token_bytes(32), clock=self.clock)

    @property
    def oidc(self) -> oidc.Keys:
        return self.database.write(lambda t: oidc.kept_keys(t, self.keyring, self.clock.now()))

    @property
    def saml(self) -> saml.SamlKeys:
        return self.database.write(lambda t: saml.kept_keys(t, self.keyring, self.clock.now(), "Harbor"))

    def shown(self, protocol: str) -> list[ShownKey]:
        return [one for one in signing_keys.shown(self.oidc, self.saml, self.clock.now()) if one.protocol == protocol]

    def states(self, protocol: str) -> list[str]:
        return [one.state for one in self.shown(protocol)]

    def renew(self, protocol: str, days: int = 30) -> bool:
        now = self.clock.now()
        return self.database.write(
            lambda t: signing_keys.renew(t, self.keyring, protocol, now, days, "Harbor", "p_ada")
        )

    def discard(self, protocol: str) -> None:
        now = self.clock.now()
        self.database.write(lambda t: signing_keys.discard(t, self.keyring, protocol, now, "Harbor", "p_ada"))


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    pillars()  # what is journaled is declared by them
    made = Kept(tmp_path)
    yield made
    made.database.close()


def test_what_signs_is_what_is_said_to_sign_all_through_a_change(kept: Kept) -> None:
    for forward in (0, oidc.LIVES - oidc.AHEAD, 30 * MINUTE, oidc.AHEAD, oidc.KEPT - HOUR, 2 * HOUR):
        kept.clock.forward(forward)
        now = kept.clock.now()
        for algorithm in oidc.ALGORITHMS:
            (said,) = [one for one in kept.shown(OIDC) if one.algorithm == algorithm and one.state == SIGNS]
            token = kept.oidc.sign({}, algorithm, now)
            assert said.id in token_header(token)
        published = {one["kid"] for one in kept.oidc.published()["keys"]}
        assert published == {one.id for one in kept.shown(OIDC)}
        for one in kept.shown(OIDC):
            assert one.until > now or one.state != BEFORE


def token_header(token: str) -> str:
    import base64

    part = token.split(".", maxsplit=1)[0]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()


def test_a_key_is_renewed_once_and_the_next_waits(kept: Kept) -> None:
    kept.clock.forward(DAY)
    assert kept.states(OIDC) == [SIGNS, SIGNS]
    kept.clock.forward(2 * HOUR)
    assert kept.renew(OIDC)
    assert not kept.renew(OIDC)
    assert kept.states(OIDC) == [NEXT, SIGNS, NEXT, SIGNS]
    kept.clock.forward(oidc.AHEAD)
    assert kept.states(OIDC) == [SIGNS, BEFORE, SIGNS, BEFORE]

    assert kept.states(SAML) == [SIGNS]
    assert kept.renew(SAML, 10)
    assert not kept.renew(SAML, 5)
    assert kept.states(SAML) == [NEXT, SIGNS]
    following, signing = kept.shown(SAML)
    assert following.signs_at == signing.until == kept.clock.now() + 10 * DAY
    kept.clock.forward(10 * DAY)
    assert kept.states(SAML) == [SIGNS, BEFORE]


def test_what_is_discarded_signs_and_proves_nothing_any_more(kept: Kept) -> None:
    kept.clock.forward(DAY)
    before, token = kept.oidc.ids, kept.oidc.sign({"a": 1}, "RS256", kept.clock.now())
    certificate = kept.saml.every[0].id
    kept.discard(OIDC)
    assert not set(before) & set(kept.oidc.ids)
    assert kept.oidc.claims(token, "JWT") is None
    again = kept.oidc.sign({"a": 2}, "RS256", kept.clock.now())
    assert kept.oidc.claims(again, "JWT") == {"a": 2}  # at once, without waiting to be published
    assert kept.states(OIDC) == [SIGNS, SIGNS]
    assert kept.saml.every[0].id == certificate  # the other protocol keeps its own
    kept.discard(SAML)
    assert [one.id for one in kept.saml.every] != [certificate]
    assert kept.states(SAML) == [SIGNS]
