from __future__ import annotations

from tests.web.console.conftest import Console

from limen.company import store
from limen.company.authors import CONSOLE
from limen.company.publish import publish
from limen.company.states import in_state
from limen.policy import State
from limen.web.console.revision import told_of

POLICY = "administration-on-managed-devices"


def enforce(console: Console) -> store.Revision:
    """Ada publishes one change, with what was predicted of it."""
    limen = console.house.limen
    assert limen.in_force.company is not None
    after = in_state(limen.in_force.company, POLICY, State.OFF)
    whom = {"person": console.ada_id, "app": "wiki", "action": "view"}
    turned = {**whom, "turn": "gains", "count": 12, "examples": ["x-1"]}
    return publish(
        limen.database,
        after,
        console.ada_id,
        "Too many <false> alarms",
        limen.clock.now(),
        via=CONSOLE,
        effect={"replayed": 90, "turned": [turned], "reach": [f"⟨{console.ada_id}⟩ gains Wiki · view"]},
    )


async def test_a_revision_tells_what_changed_who_why_and_what_was_proved_and_predicted(console: Console) -> None:
    revision = enforce(console)
    page = (await console.ada.get(f"/console/revisions/{revision.seq}")).text
    assert "Too many &lt;false&gt; alarms" in page
    assert "Ada Harbor in the console" in page
    assert "In force" in page
    assert f"policy {POLICY} changed: from report-only to off" in page
    assert "@state(&#34;report-only&#34;)" in page
    assert f"{revision.beside.tests} policy tests passed" in page
    assert "Ada Harbor can still administer Limen with a passkey" in page
    assert "from 90 past requests" in page
    assert "<strong>Ada Harbor</strong> gains: view on Wiki" in page
    assert "<li>Ada Harbor gains Wiki · view.</li>" in page
    assert 'href="/console/decisions/x-1"' in page


async def test_the_first_revision_and_the_list_lead_to_each_other(console: Console) -> None:
    enforce(console)
    page = (await console.ada.get("/console/revisions")).text
    assert 'href="/console/revisions/1"' in page
    first = (await console.ada.get("/console/revisions/1")).text
    assert "the server&#39;s operator" in first
    assert "policy staff-work added" in first
    assert "Revert to this" in first
    assert "there was nothing to compare with" in first


async def test_what_is_no_revision_is_not_found_and_nobody_else_sees_one(console: Console) -> None:
    for number in ("0", "99", "-1", "1x", "9" * 40, "%31%32"):
        assert (await console.ada.get(f"/console/revisions/{number}")).status_code == 404
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    assert (await eve.get("/console/revisions/1")).status_code == 303


async def test_what_another_limen_wrote_is_shown_as_far_as_it_can_be(console: Console) -> None:
    revision = enforce(console)
    database = console.house.limen.database
    database.write(lambda one: one.connection.exec_driver_sql("update revisions set content = '{}' where seq = 1"))
    told = database.read(lambda one: told_of(one, revision.seq))
    assert told is not None
    assert told.changes is None
    assert "different version of Limen" in (await console.ada.get(f"/console/revisions/{revision.seq}")).text
