"""How Limen proves itself to an issuer."""

from __future__ import annotations

import base64
from contextlib import AsyncExitStack
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import KeySet
from tests.sso.issuer import CLIENT, SECRET, entry, harbor_with, issuer_at_work, signs_in
from tests.web.conftest import ORIGIN

from limen.clock import HOUR

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def test_by_a_secret_in_the_head_or_in_the_form(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        there = closing.enter_context(issuer_at_work())
        house = await harbor_with(closing, tmp_path / "harbor", [there])
        await signs_in(house.browser(), there)
        _, form, head = next(one for one in there.asked if one[0] == "/token")
        encoded = "the%20secret%20of%20Limen%20at%20the%20issuer"
        assert base64.b64decode(head["authorization"].removeprefix("Basic ")).decode() == f"{CLIENT}:{encoded}"
        assert SECRET not in form.values()
        house.clock.forward(2 * HOUR)
        there.document = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        await signs_in(house.browser(), there)
        _, form, head = [one for one in there.asked if one[0] == "/token"][-1]
        assert (form["client_id"], form["client_secret"], "authorization" in head) == (CLIENT, SECRET, False)


async def test_by_a_signature_that_the_published_keys_verify(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        there = closing.enter_context(issuer_at_work())
        more = "    authentication: private_key_jwt\n"
        house = await harbor_with(closing, tmp_path / "harbor", [there], entry(there, more=more))
        await signs_in(house.browser(), there)
        _, form, head = next(one for one in there.asked if one[0] == "/token")
        assert "authorization" not in head
        assert form["client_assertion_type"] == ASSERTION
        published = (await house.browser().client.get(f"{ORIGIN}/oidc/keys")).json()
        claims = jwt.decode(form["client_assertion"], KeySet.import_key_set(published), algorithms=["RS256"]).claims
        assert (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT, CLIENT, f"{there.url}/token")
        assert 0 < claims["exp"] - claims["iat"] <= 60
        assert claims["jti"]


async def test_without_a_secret_nothing_is_sent(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        there = closing.enter_context(issuer_at_work())
        house = await harbor_with(closing, tmp_path / "harbor", [], entry(there))
        there.clock = house.clock
        assert (await signs_in(house.browser(), there)).status_code == 502
        assert "/token" not in [path for path, _, _ in there.asked]
        assert [event.reason for event in house.events("sso.upstream_failed")] == ["no-secret"]
