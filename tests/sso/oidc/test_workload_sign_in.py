"""Each token of a workload is a decision of that moment about it, and about whom it acts for."""

from __future__ import annotations

from joserfc import jwt
from joserfc.jwk import ECKey
from tests.sso.client import Grafana
from tests.sso.program import TOKEN_ENDPOINT, workload
from tests.web.conftest import Browser, House

from limen.clock import HOUR, MINUTE, SECOND
from limen.sso.oidc.workload_sign_in import _session
from limen.sso.oidc.workload_store import WorkloadSignIn


def test_what_is_decided_on_is_one_fact_for_a_minute() -> None:
    held = WorkloadSignIn("g_1", "w_batch", "grafana", "t", "198.51.100.9")
    first, later, next_minute = (_session(held, at) for at in (10 * MINUTE, 11 * MINUTE - 1, 11 * MINUTE))
    assert first == later != next_minute
    assert (first.auth.strength, first.auth.interactive, first.auth.factors) == (1, False, frozenset())
    assert (first.person_id, first.auth.at, first.address) == ("w_batch", 10 * MINUTE, "198.51.100.9")


async def test_each_issue_and_each_introspection_is_a_decision_about_the_workload(
    house: House, grafana: Grafana
) -> None:
    batch = await workload(house)
    token = await batch.token()
    house.clock.forward(MINUTE)
    await grafana.introspect(token)
    about = [event for event in house.events("decision") if batch.client_id in {event.actor, event.subject}]
    assert len(about) == 2


async def test_a_workload_that_works_all_day_is_not_signed_out_by_time(house: House, grafana: Grafana) -> None:
    batch = await workload(house)
    for _ in range(8):
        house.clock.forward(3 * HOUR)
        assert (await grafana.introspect(await batch.token()))["active"] is True


async def test_who_acts_for_whom_is_in_the_journal_with_both_decisions(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    batch, token = await workload(house), (await grafana.tokens(mia))["access_token"]
    assert (await batch.acts(token)).status_code == 200
    (event,) = house.events("sso.acted_for")
    assert (event.actor, event.subject) == (batch.client_id, house.id_of("mia@harbor.example"))
    assert event.details["decision"] != event.details["decision_about_workload"]


async def test_a_token_is_bound_to_the_key_that_is_proved(house: House, grafana: Grafana) -> None:
    batch, key = await workload(house), ECKey.generate_key("P-256")
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    told = {"jti": "1", "htm": "POST", "htu": TOKEN_ENDPOINT, "iat": house.clock.now() // SECOND}
    given = (await batch.asks(fields={"dpop": jwt.encode(header, told, key, algorithms=["ES256"])})).json()
    assert given["token_type"] == "DPoP"
    assert (await grafana.introspect(given["access_token"]))["cnf"] == {"jkt": key.thumbprint()}
