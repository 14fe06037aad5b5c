"""What a token hangs on: somebody's sign-in, a workload's, or both."""

from __future__ import annotations

from tests.sso.client import Grafana
from tests.sso.program import workload
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import HOUR, SECOND
from limen.sso.oidc.held_tokens import Held, held
from limen.sso.oidc.provider import Provider


def of(house: House, token: str, ahead: int = 0, issuer: str = ORIGIN) -> Held:
    keys, now = house.limen.core.offers.take(Provider).keys, house.clock.now() + ahead
    return house.limen.database.read(lambda snapshot: held(snapshot, keys, issuer, token, now))


async def test_each_sort_of_token_hangs_on_what_it_was_issued_for(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens, batch = await grafana.tokens(mia), await workload(house)
    own, acting = await batch.token(), (await batch.acts(tokens["access_token"])).json()["access_token"]
    found = [of(house, one) for one in (tokens["refresh_token"], tokens["access_token"], own, acting)]
    assert [(one.sign_in is not None, one.workload is not None) for one in found] == [
        (True, False),
        (True, False),
        (False, True),
        (True, True),
    ]
    assert [one.refresh is not None for one in found] == [True, False, False, False]
    assert 0 <= house.clock.now() - found[2].issued_at < 60 * SECOND
    for token in (tokens["access_token"], own, acting):
        assert of(house, token, ahead=HOUR) == of(house, token, issuer="https://another.example") == Held()


async def test_what_is_spent_ended_or_of_another_sort_hangs_on_nothing(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    code = await grafana.code(mia)
    tokens = (await grafana.redeem(code)).json()
    assert of(house, code) == of(house, tokens["id_token"]) == of(house, "") == Held()
    await grafana.refresh(tokens["refresh_token"])
    assert of(house, tokens["refresh_token"]) == Held()
    await grafana.post("/oidc/revoke", token=tokens["access_token"])
    assert of(house, tokens["access_token"]) == Held()
