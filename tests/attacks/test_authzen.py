"""Programs that want to know more than they may, or to be believed: each try is refused, and journaled."""

from __future__ import annotations

import json

import pytest
from tests.web.conftest import MovableClock, house as web_house
from tests.web.test_authzen import ANA, VIEW, WIKI, Program, program_of

from limen.clock import DAY
from limen.identity import workloads
from limen.policy.decision import Named
from limen.web.authzen import MOST_AT_ONCE, QUESTIONS_PER_SECOND

house = web_house
ASKED = {"subject": ANA, "action": VIEW, "resource": WIKI}


async def settled(house) -> None:
    await house.limen.identity.ports.settled(house.limen.database.read(lambda snapshot: snapshot.seq))


async def test_no_token_no_answer(house) -> None:
    program = await program_of(house)
    path = "/access/v1/evaluation"
    refused = [
        await program.client.post(path, json=ASKED),
        await program.client.post(f"{path}?access_token={program.token}", json=ASKED),
        await program.client.post(path, json=ASKED, headers={"cookie": f"__Host-limen={program.token}"}),
        await program.client.post(path, json=ASKED, headers={"authorization": f"Basic {program.token}"}),
        await program.client.post(path, json=ASKED, headers={"authorization": program.token}),
        await program.client.post(path, json=ASKED, headers={"authorization": f"Bearer {program.token}x"}),
        await program.client.post(path, json=ASKED, headers={"authorization": "Bearer " + "a" * 5_000}),
        await program.client.post(
            path,
            json=ASKED,
            headers=[("authorization", f"Bearer {program.token}"), ("authorization", f"Bearer {program.token}")],
        ),
    ]
    for response in refused:
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert program.token not in response.text
    told = house.events("workload.refused")
    assert len(told) == len(refused)
    assert program.token not in str(told)


async def test_a_persons_session_is_no_token(house) -> None:
    browser = house.browser()
    await house.member(browser, "Ana", "staff")
    response = await browser.client.post("/access/v1/evaluation", json=ASKED)
    assert response.status_code == 401
    (cookie,) = [value for name, value in browser.client.cookies.items() if name == "__Host-limen"] or [""]
    given = {"authorization": f"Bearer {cookie or 'x'}"}
    assert (await browser.client.post("/access/v1/evaluation", json=ASKED, headers=given)).status_code == 401


async def test_a_token_that_is_revoked_or_over_is_none(house) -> None:
    first, second = await program_of(house), await program_of(house, name="other", days=1)
    assert (await first.post("evaluation", ASKED)).status_code == 200
    workloads.revoke(house.limen.database, "batch", house.clock.now(), by="server")
    await settled(house)
    assert (await first.post("evaluation", ASKED)).status_code == 401
    assert (await second.post("evaluation", ASKED)).status_code == 200
    clock: MovableClock = house.clock
    clock.forward(DAY)
    assert (await second.post("evaluation", ASKED)).status_code == 401


async def test_a_program_learns_nothing_of_apps_that_are_not_its(house) -> None:
    await house.member(house.browser(), "Ana", "staff")
    program = await program_of(house, "wiki")
    other = await program.ask(resource={"type": "app", "id": "payroll"})
    none = await program.ask(resource={"type": "app", "id": "no-such-app"})
    limen = await program.ask(resource={"type": "app", "id": "limen"}, action={"name": "administer"})
    assert other == none == limen == {"decision": False, "context": {"reason": "unknown-resource"}}


@pytest.mark.parametrize("claimed", [3, "3"])
async def test_a_program_is_not_believed_about_anybody(house, claimed: object) -> None:
    await house.member(house.browser(), "Ana", "staff")
    program = await program_of(house)
    claims = {
        "auth": {"strength": claimed, "at": 9_999_999_999_999},
        "strength": claimed,
        "device": {"known": True, "compliance": "compliant"},
        "acr": "urn:limen:strength:3",
    }
    answer = await program.ask(
        context=claims,
        subject={**ANA, "properties": {"groups": ["administrators"], "active": True}},
        action={**VIEW, "properties": {"method": "GET"}},
        resource={**WIKI, "properties": {"label": "public", "sensitivity": 0}},
    )
    assert answer["decision"] is False
    assert answer["context"]["reason"] == Named.NOTHING_PERMITS


async def test_somebody_elses_session_says_nothing_of_ana(house) -> None:
    bens = house.browser()
    await house.member(house.browser(), "Ana", "staff")
    await house.member(bens, "Ben", "staff")
    await house.into(bens, "wiki")
    program = await program_of(house)
    (session,) = [one for one in house.limen.known.sessions.values() if one.app == "wiki"]
    alias = house.limen.enforcement.said.alias(session, house.limen.known.apps["wiki"])
    for name in (alias, session.id, session.parent, alias + "x"):
        assert await program.ask(context={"session": name}) == {
            "decision": False,
            "context": {"reason": "session-unknown"},
        }


async def test_what_is_too_large_too_deep_or_no_json_is_refused(house) -> None:
    program = await program_of(house)
    given = {"authorization": f"Bearer {program.token}", "content-type": "application/json"}

    async def sent(body: bytes, **headers: str) -> int:
        response = await program.client.post("/access/v1/evaluations", content=body, headers={**given, **headers})
        return response.status_code

    async def in_chunks():
        for _ in range(80):
            yield b" " * 1_000

    assert await sent(b" " * 70_000) == 413
    chunked = await program.client.post("/access/v1/evaluations", content=in_chunks(), headers=given)
    assert chunked.status_code == 413
    assert await sent(b"[" * 60_000) == 400
    assert await sent(b'{"context":' * 5_000 + b"1" + b"}" * 5_000) == 400
    assert await sent(b'{"x":' * 5_000 + b"1" + b"}" * 5_000) == 400
    assert await sent(b"\xff") == 400
    assert await sent(b"") == 400
    assert await sent(json.dumps({**ASKED, "evaluations": [{}] * 101}).encode()) == 400
    assert await sent(b"{}", **{"content-type": "text/plain"}) == 415


async def test_pages_of_other_origins_get_no_leave_to_read(house) -> None:
    program: Program = await program_of(house)
    response = await program.post("evaluation", ASKED, origin="https://evil.example")
    assert not [name for name in response.headers if name.startswith("access-control")]
    preflight = await program.client.options(
        "/access/v1/evaluation", headers={"origin": "https://evil.example", "access-control-request-method": "POST"}
    )
    assert preflight.status_code == 405
    assert not [name for name in preflight.headers if name.startswith("access-control")]


async def test_a_flood_of_questions_ends_at_its_bound(house) -> None:
    program, other = await program_of(house), await program_of(house, name="other")
    statuses = []
    for _ in range(MOST_AT_ONCE // 100 + 1):
        response = await program.post("evaluations", {**ASKED, "evaluations": [{}] * 100})
        statuses.append(response.status_code)
    assert statuses == [200] * (MOST_AT_ONCE // 100) + [429]
    assert response.headers["retry-after"] == "1"
    house.clock.forward(1_000)
    again = [
        (await program.post("evaluations", {**ASKED, "evaluations": [{}] * 100})).status_code
        for _ in range(QUESTIONS_PER_SECOND // 100 + 1)
    ]
    assert again == [200] * (QUESTIONS_PER_SECOND // 100) + [429]
    assert (await other.post("evaluation", ASKED)).status_code == 200


async def test_equal_questions_are_one_event_so_a_loop_does_not_fill_the_disk(house) -> None:
    await house.member(house.browser(), "Ana", "staff")
    program = await program_of(house)
    house.limen.journal.flush()
    for subject in (ANA, {"type": "person", "id": "nobody@harbor.example"}):
        response = await program.post("evaluations", {**ASKED, "subject": subject, "evaluations": [{}] * 100})
        ids = {one["context"]["id"].rpartition("-")[0] for one in response.json()["evaluations"]}
        house.limen.journal.flush()
        events = [house.limen.journal.find(one) for one in ids]
        assert sum(event.count for event in events) == 100
        assert len(events) <= 3  # a batch may be written in between


async def test_no_address_tells_whether_somebody_works_here(house) -> None:
    await house.member(house.browser(), "Ana", "staff")
    await house.member(house.browser(), "Cem", "contractors")
    program = await program_of(house)
    names = ["ana@harbor.example", "cem@harbor.example", "nobody@harbor.example", "no-one@harbor.example"]
    for more in ({}, {"action": {"name": "administer"}}, {"resource": {"type": "app", "id": "payroll"}}):
        told = [await program.ask(subject={"type": "person", "id": name}, **more) for name in names]
        bases = [one["context"].pop("id").rpartition("-") for one in told]
        assert {base[2] for base in bases} == {"1"}
        assert len({base[0] for base in bases}) == len(names)
        assert told == [{"decision": False, "context": {"reason": Named.NOTHING_PERMITS}}] * len(names)
    made_up = [await program.ask(subject={"type": "person", "id": one}, context={"session": "x"}) for one in names]
    assert made_up == [{"decision": False, "context": {"reason": "session-unknown"}}] * len(names)


async def test_apps_hosts_have_no_such_door(house) -> None:
    program = await program_of(house)
    wiki = house.browser(f"https://{house.limen.known.apps['wiki'].host}")
    given = {"authorization": f"Bearer {program.token}"}
    response = await wiki.client.post("/access/v1/evaluation", json=ASKED, headers=given)
    assert response.status_code in {401, 403}
    assert "decision" not in response.json() or response.json()["decision"] is not True
