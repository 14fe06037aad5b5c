"""One issuer as it is called: what is kept of it, for how long, and how it does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from tests.sso.issuer import CLIENT, FakeIssuer, issuer_at_work

from limen.clock import DAY, HOUR, MINUTE, SECOND, SetClock, from_iso
from limen.enforcement.resolving import Resolver
from limen.facts import Issuer
from limen.sso.upstream.fetching import Fetching, IssuerError
from limen.sso.upstream.issuer_client import IssuerClient, Proof, basic
from limen.sso.upstream.metadata import Metadata
from limen.sso.upstream.tokens import Expected, UnknownKeyError

CONFIGURATION, KEYS = "/.well-known/openid-configuration", "/keys"


@dataclass
class Here:
    there: FakeIssuer
    clock: SetClock
    client: IssuerClient

    def asked(self, path: str) -> int:
        return [one for one, _, _ in self.there.asked].count(path)


@pytest.fixture
async def here() -> AsyncIterator[Here]:
    with issuer_at_work() as there:
        clock = SetClock(from_iso("2026-11-24T09:00:00Z"))
        there.clock = clock

        async def prove(_metadata: Metadata) -> Proof:
            return basic(CLIENT, "s:e c")

        issuer = Issuer("there", "There", there.url, CLIENT)
        client = IssuerClient(issuer, Fetching(there.url, Resolver), clock, prove)
        yield Here(there, clock, client)
        await client.close()


async def test_what_it_publishes_is_read_once_an_hour(here: Here) -> None:
    for _ in range(3):
        await here.client.keys()
    assert (here.asked(CONFIGURATION), here.asked(KEYS)) == (1, 1)
    assert here.client.key_names == ("first",)
    here.clock.forward(HOUR)
    await here.client.keys()
    assert (here.asked(CONFIGURATION), here.asked(KEYS)) == (2, 2)


async def test_an_unknown_key_is_looked_for_at_most_once_a_minute(here: Here) -> None:
    await here.client.keys()
    here.there.header = {"kid": "unknown"}
    token = here.there.id_token("n")
    for seconds, times in ((0, 1), (61, 2), (0, 2), (61, 3)):
        here.clock.forward(seconds * SECOND)
        with pytest.raises(UnknownKeyError):
            await here.client.id_token(token, Expected("n"))
        assert here.asked(KEYS) == times


async def test_how_it_does_is_known(here: Here) -> None:
    assert here.client.health.is_well
    here.there.answers[CONFIGURATION] = lambda handler: handler.reply(503, {})  # type: ignore[attr-defined]
    with pytest.raises(IssuerError):
        await here.client.metadata()
    assert (here.client.health.is_well, here.client.health.word) == (False, "refused")
    here.there.answers.clear()
    here.clock.forward(MINUTE)
    await here.client.metadata()
    assert here.client.health.is_well


async def test_what_was_read_counts_for_a_day_while_it_is_down(here: Here) -> None:
    await here.client.keys()
    for path in (CONFIGURATION, KEYS):
        here.there.answers[path] = lambda handler: handler.reply(503, {})  # type: ignore[attr-defined]
    here.clock.forward(DAY - HOUR)
    assert await here.client.keys()
    here.clock.forward(2 * HOUR)
    with pytest.raises(IssuerError):
        await here.client.keys()


async def test_a_code_is_redeemed_with_its_proofs(here: Here) -> None:
    with pytest.raises(IssuerError):
        await here.client.redeem("code", "verifier", "https://limen.example/back")
    path, form, head = here.there.asked[-1]
    assert path == "/token"
    assert form == {
        "grant_type": "authorization_code",
        "code": "code",
        "code_verifier": "verifier",
        "redirect_uri": "https://limen.example/back",
    }
    assert head["authorization"] == "Basic bGltZW4tYXQtaGFyYm9yOnMlM0FlJTIwYw=="


@pytest.mark.parametrize("keys", [[], "x", [7], [{"kty": "oct", "k": "x"}]], ids=str)
async def test_keys_that_are_none(here: Here, keys: object) -> None:
    here.there.keys = lambda: {"keys": keys}  # type: ignore[method-assign]
    with pytest.raises(IssuerError) as refused:
        await here.client.keys()
    assert refused.value.word == "garbage"


async def test_userinfo_is_of_the_same_person_or_nothing(here: Here) -> None:
    here.there.person = {"sub": "mia", "email": "mia@harbor.example"}
    assert (await here.client.userinfo("token", "mia"))["email"] == "mia@harbor.example"
    assert here.there.asked[-1][2]["authorization"] == "Bearer token"
    assert await here.client.userinfo("token", "tom") == {}
    assert await here.client.userinfo("to\nken", "mia") == {}
