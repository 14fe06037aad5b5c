from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2
import pytest
from tests.identity.workload_terms import terms
from tests.web.conftest import ORIGIN, House

from limen.clock import DAY
from limen.identity import workloads
from limen.policy.decision import Named
from limen.web import authzen

ANA, VIEW, WIKI = {"type": "person", "id": "ana@harbor.example"}, {"name": "view"}, {"type": "app", "id": "wiki"}


class Program:
    """A service that asks."""

    def __init__(self, house: House, token: str) -> None:
        self.house = house
        self.token = token
        transport = httpx2.ASGITransport(app=house.limen.asgi, client=("192.0.2.9", 50_000))
        self.client = httpx2.AsyncClient(transport=transport, base_url=ORIGIN)
        house.closing.push_async_callback(self.client.aclose)

    async def post(self, path: str, sent: Any, **headers: str) -> httpx2.Response:
        given = {"authorization": f"Bearer {self.token}", **headers}
        return await self.client.post(f"/access/v1/{path}", json=sent, headers=given)

    async def ask(self, **sent: Any) -> dict[str, Any]:
        """One question about Ana and the wiki, unless said otherwise."""
        response = await self.post("evaluation", {"subject": ANA, "action": VIEW, "resource": WIKI, **sent})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer


async def program_of(house: House, *apps: str, name: str = "batch", days: int = 90) -> Program:
    database, now = house.limen.database, house.clock.now()
    issued = workloads.add(database, name, apps or ("wiki", "payroll"), [], days, now, terms=terms(now), by="server")
    await house.limen.identity.ports.settled(database.read(lambda snapshot: snapshot.seq))
    return Program(house, issued.secret)


@pytest.fixture
async def program(house: House) -> Program:
    await house.member(house.browser(), "Ana", "staff")
    return await program_of(house)


async def test_what_the_api_answers_is_what_it_declares(program: Program) -> None:
    for route in authzen.PAGES:
        other = "POST" if route.method == "GET" else "GET"
        refused = await program.client.request(other, route.path)
        assert (refused.status_code, refused.headers["allow"]) == (405, route.method)
        assert (await program.client.request(route.method, f"{route.path}x")).status_code == 404


async def test_about_a_person_alone_nothing_is_proved(house: House, program: Program) -> None:
    answer = await program.ask()
    assert answer["decision"] is False
    assert answer["context"] == {"reason": Named.NOTHING_PERMITS, "id": answer["context"]["id"]}
    house.limen.journal.flush()
    event = house.limen.journal.find(answer["context"]["id"])
    assert event is not None
    record = event.decision
    assert record is not None
    assert (record.door, record.app, record.action, record.host) == ("authzen", "wiki", "view", "workload:batch")
    assert event.actor == house.id_of("ana@harbor.example")
    by_id = await program.ask(subject={"type": "user", "id": house.id_of("ana@harbor.example")})
    assert by_id["decision"] is False
    assert by_id["context"]["reason"] == Named.NOTHING_PERMITS


async def test_with_a_live_session_its_facts_count(house: House) -> None:
    browser = house.browser()
    await house.member(browser, "Ana", "staff")
    await house.into(browser, "wiki")
    program = await program_of(house)
    (session,) = [one for one in house.limen.known.sessions.values() if one.app == "wiki"]
    alias = house.limen.enforcement.said.alias(session, house.limen.known.apps["wiki"])
    before = house.limen.known.last_used(session.parent)
    answer = await program.ask(context={"session": alias})
    assert answer == {"decision": True, "context": {"reason": "staff-work", "id": answer["context"]["id"]}}
    assert house.limen.known.last_used(session.parent) == before  # to be asked about is no use of a session
    assert (await program.ask(context={"session": alias}, resource={"type": "app", "id": "payroll"}))["context"] == {
        "reason": "session-unknown"
    }
    await house.limen.identity.sessions.end(session.parent)
    assert (await program.ask(context={"session": alias}))["decision"] is False


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"subject": {"type": "person", "id": ""}}, "unknown-subject"),
        ({"subject": {"type": "robot", "id": "ana@harbor.example"}}, "unknown-subject"),
        ({"resource": {"type": "app", "id": "nothing"}}, "unknown-resource"),
        ({"resource": {"type": "app", "id": "limen"}}, "unknown-resource"),
        ({"resource": {"type": "document", "id": "wiki"}}, "unknown-resource"),
        ({"action": {"name": "destroy"}}, "unknown-action"),
        ({"context": {"session": "made-up"}}, "session-unknown"),
        (
            {"subject": {"type": "person", "id": "x@harbor.example"}, "context": {"session": "made-up"}},
            "session-unknown",
        ),
    ],
)
async def test_what_is_not_known_is_a_no_with_its_reason(program: Program, sent: dict[str, Any], reason: str) -> None:
    assert await program.ask(**sent) == {"decision": False, "context": {"reason": reason}}


async def test_a_change_of_the_person_counts_at_once(house: House, program: Program) -> None:
    before = house.limen.known.people[house.id_of("ana@harbor.example")]
    await program.ask()
    house.limen.known.people.put(replace(before, groups=frozenset({"contractors"})))
    answer = await program.ask()
    house.limen.journal.flush()
    event = house.limen.journal.find(answer["context"]["id"])
    assert event is not None
    facts = house.limen.journal.facts_of(event)
    assert facts is not None
    assert facts.person.groups == frozenset({"contractors"})


async def test_several_questions_at_once(program: Program) -> None:
    some = [{"action": {"name": "edit"}}, {"resource": {"type": "app", "id": "x"}}, {"subject": None}]
    response = await program.post(
        "evaluations", {"subject": ANA, "action": VIEW, "resource": WIKI, "evaluations": some}
    )
    assert [one["context"]["reason"] for one in response.json()["evaluations"]] == [
        Named.NOTHING_PERMITS,
        "unknown-resource",
        Named.NOTHING_PERMITS,
    ]
    stopped = {"options": {"evaluations_semantic": "deny_on_first_deny"}, "evaluations": [*some, {}]}
    response = await program.post("evaluations", {"action": VIEW, **stopped})
    assert response.json() == {
        "evaluations": [
            {
                "decision": False,
                "context": {
                    "reason": "malformed",
                    "error": {"status": 400, "message": "subject, action or resource is missing"},
                },
            }
        ]
    }
    response = await program.post("evaluations", {"subject": ANA, "action": VIEW, "resource": WIKI})
    assert response.json()["decision"] is False


async def test_the_id_of_a_request_is_given_back(program: Program) -> None:
    asked = {"subject": ANA, "action": VIEW, "resource": WIKI}
    assert (await program.post("evaluation", asked, **{"x-request-id": "abc-1"})).headers["x-request-id"] == "abc-1"
    assert "x-request-id" not in (await program.post("evaluation", asked, **{"x-request-id": "a b"})).headers
    assert (await program.post("evaluation", [], **{"x-request-id": "abc-1"})).headers["x-request-id"] == "abc-1"


async def test_where_to_ask_is_published(house: House) -> None:
    client = house.browser().client
    told = (await client.get("/.well-known/authzen-configuration")).json()
    assert told["access_evaluation_endpoint"] == f"{ORIGIN}/access/v1/evaluation"
    described = (await client.get("/access/v1/openapi.json")).json()
    assert set(described["paths"]) == {
        "/access/v1/evaluation",
        "/access/v1/evaluations",
        "/.well-known/authzen-configuration",
    }
    assert (await client.get("/access/v1/evaluation")).status_code == 405
    assert (await client.get("/access/v1/other")).status_code == 404


async def test_a_workload_that_has_reached_its_end_is_answered_nothing(house: House) -> None:
    await house.member(house.browser(), "Ana", "staff")
    database, now = house.limen.database, house.clock.now()
    issued = workloads.add(database, "batch", ["wiki"], [], 90, now, terms=terms(now, days=2), by="server")
    await house.limen.identity.ports.settled(database.read(lambda snapshot: snapshot.seq))
    program = Program(house, issued.secret)
    asked = {"subject": {"type": "user", "id": "ana@harbor.example"}, "action": {"name": "view"}}
    asked |= {"resource": {"type": "app", "id": "wiki"}}
    at = "/access/v1/evaluation"
    before = await program.client.post(at, json=asked, headers={"authorization": f"Bearer {issued.secret}"})
    house.clock.forward(2 * DAY)
    after = await program.client.post(at, json=asked, headers={"authorization": f"Bearer {issued.secret}"})
    assert (before.status_code, after.status_code) == (200, 401)
