"""What a workload asks for, held against what is registered. What it must not get is in tests/attacks."""

from __future__ import annotations

from joserfc.jwk import OKPKey, RSAKey
from tests.sso.client import Grafana
from tests.sso.program import GRAFANA, LEDGER, workload
from tests.web.conftest import ORIGIN, Browser, House

from limen.facts.oidc_client import SCOPES
from limen.sso.oidc.protocol import ISSUED_ACCESS_TOKEN


async def test_a_token_of_its_own_is_for_the_app_that_it_names(house: House, grafana: Grafana) -> None:
    batch = await workload(house)
    for resource, app in ((GRAFANA, "grafana"), (LEDGER, "ledger")):
        told = await grafana.claims(await batch.token(resource))
        assert (told["aud"], told["sub"], told["client_id"]) == ([resource, app], batch.client_id, batch.client_id)
        assert (told["iss"], told["exp"] - told["iat"]) == (ORIGIN, 300)


async def test_every_sort_of_key_proves_a_workload(house: House) -> None:
    ed = await workload(house, "ed", key=OKPKey.generate_key("Ed25519"), algorithm="EdDSA")
    rsa = await workload(house, "rsa", key=RSAKey.generate_key(2_048), algorithm="RS256")
    assert [(await one.asks()).status_code for one in (ed, rsa)] == [200, 200]


async def test_a_token_to_act_with_says_who_acts_for_whom(house: House, mia: Browser, grafana: Grafana) -> None:
    batch, token = await workload(house), (await grafana.tokens(mia))["access_token"]
    given = (await batch.acts(token, audience="grafana")).json()
    assert (given["issued_token_type"], given["scope"]) == (
        ISSUED_ACCESS_TOKEN,
        " ".join(SCOPES),
    )
    told = await grafana.claims(given["access_token"])
    assert (told["sub"], told["act"]["sub"], told["aud"]) == (
        house.id_of("mia@harbor.example"),
        batch.client_id,
        [GRAFANA, "grafana"],
    )
