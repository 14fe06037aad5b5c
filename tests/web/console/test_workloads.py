from __future__ import annotations

from joserfc.jwk import ECKey
from tests.identity.workload_terms import terms
from tests.sso.program import workload
from tests.web.conftest import House

from limen.clock import DAY
from limen.identity import workloads
from limen.sso.oidc import workload_keys
from limen.sso.oidc.public_keys import read_jwk


async def test_who_may_ask_is_listed_without_any_token(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    assert "No services yet" in (await ada.get("/console/workloads")).text
    database, now = house.limen.database, house.clock.now()
    issued = [
        workloads.add(database, name, ["wiki"], ["staff"], 1, at, terms=terms(at), by="server")
        for name, at in (("batch", now), ("stale", now - 2 * DAY), ("gone", now))
    ]
    workloads.revoke(database, "gone", now, by="server")
    text = (await ada.get("/console/workloads")).text
    words = ("<strong>batch", "<strong>stale", "Revoked", "valid until", "No valid token")
    assert [text.count(word) for word in words] == [1] * 5
    assert text.count("/console/network/blast?from=workload:") == 2
    assert all(one.secret not in text for one in issued)
    assert "No services yet" not in text


async def test_by_which_keys_they_get_tokens_is_listed(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    program, key = await workload(house), read_jwk(ECKey.generate_key("P-256").as_dict(private=False))
    long_ago = house.clock.now() - 2 * DAY
    house.limen.database.write(lambda t: workload_keys.add(t, program.client_id, key, 1, long_ago, by="server"))
    text = (await ada.get("/console/workloads")).text
    assert [text.count(one) for one in (program.key.thumbprint(), key.thumbprint)] == [1, 0]


async def test_only_administrators_see_them(house: House) -> None:
    tom = house.browser()
    await house.member(tom, "Tom", "staff")
    assert (await tom.get("/console/workloads")).headers["location"].startswith("/not-yet")


async def test_its_terms_are_said_and_an_end_is_put_off(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    database, now = house.limen.database, house.clock.now()
    workloads.add(database, "batch", ["wiki"], [], 90, now, terms=terms(now, days=1), by="server")
    house.clock.forward(2 * DAY)
    await ada.sign_in()
    page = (await ada.get("/console/workloads")).text
    assert "Ended" in page
    email = next(iter(house.limen.core.known.people.values())).email
    ends = workloads.last_day(house.clock.now() + 90 * DAY, house.limen.core.settings.zone)
    at = "/console/workloads/batch/terms"
    for wrong in ({"owner": "nobody@harbor.example"}, {"purpose": ""}, {"ends": "soon"}, {"ends": "2099-01-01"}):
        answer = await ada.post(at, **{"owner": email, "purpose": "Nightly <b>", "ends": ends, **wrong})
        assert "data-problem" in answer.text
    done = await ada.post(at, owner=email, purpose="Nightly <b>", ends=ends)
    assert done.headers["location"] == "/console/workloads?done=described"
    page = (await ada.get("/console/workloads")).text
    assert ("Nightly &lt;b&gt;" in page, ends in page, "Ended" in page) == (True, True, False)
