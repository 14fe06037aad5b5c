from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select
from tests.attacks.test_lost_devices import second
from tests.web.console.conftest import Console
from tests.web.portal.test_sign_in import _with_password

from limen.clock import MINUTE
from limen.mail.store import mails
from limen.policy import Effect


async def test_a_person_is_shown_with_factors_sessions_and_decisions(console: Console) -> None:
    eve = console.house.browser()
    eve_id = await console.house.member(eve, "Eve", "staff")
    await console.ask(eve, "wiki")
    page = (await console.ada.get(f"/console/people/{eve_id}")).text
    assert "Firefox on Linux" in page
    assert "Passkey, added" in page
    assert "Staff use public and internal apps" in page
    assert (await console.ada.get("/console/people/p_nobody")).status_code == 404


async def test_ending_one_session_is_felt_at_the_next_request(console: Console) -> None:
    eve = console.house.browser()
    eve_id = await console.house.member(eve, "Eve", "staff")
    (row,) = console.house.limen.identity.sessions.of_person(eve_id)
    await console.ada.get(f"/console/people/{eve_id}")
    done = await console.ada.post(f"/console/people/{eve_id}/sessions/{row.session.id}/end")
    assert done.headers["location"].endswith("?done=one-ended")
    assert (await eve.get("/")).headers["location"].startswith("/sign-in")


async def test_ending_all_sessions_needs_no_new_proof_since_it_must_be_quick(console: Console) -> None:
    eve = console.house.browser()
    eve_id = await console.house.member(eve, "Eve", "staff")
    await console.ada.get(f"/console/people/{eve_id}")
    console.house.clock.forward(11 * MINUTE)
    await console.ada.post(f"/console/people/{eve_id}/sessions/end")
    assert console.house.limen.identity.sessions.of_person(eve_id) == []


async def test_a_session_of_somebody_else_is_not_ended_by_this_address(console: Console) -> None:
    eve_id = await console.house.member(console.house.browser(), "Eve", "staff")
    (own,) = console.house.limen.identity.sessions.of_person(console.ada_id)
    await console.ada.get(f"/console/people/{eve_id}")
    await console.ada.post(f"/console/people/{eve_id}/sessions/{own.session.id}/end")
    assert len(console.house.limen.identity.sessions.of_person(console.ada_id)) == 1


async def test_groups_are_changed_and_the_next_request_is_decided_by_them(console: Console) -> None:
    eve = console.house.browser()
    eve_id = await console.house.member(eve, "Eve", "staff")
    assert (await console.ask(eve, "payroll")).effect is Effect.DENY
    await console.ada.get(f"/console/people/{eve_id}")
    fields = {"csrf": console.ada.csrf, "groups": ["staff", "finance", "no-such-group"]}
    headers = {"origin": str(console.ada.client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    done = await console.ada.client.post(f"/console/people/{eve_id}/groups", data=fields, headers=headers)
    assert done.headers["location"].endswith("?done=groups")
    assert console.house.limen.known.people[eve_id].groups == {"staff", "finance"}
    assert (await console.ask(eve, "payroll")).effect is Effect.PERMIT


async def test_who_is_let_go_is_out_at_once_and_can_be_taken_back(console: Console) -> None:
    eve = console.house.browser()
    eve_id = await console.house.member(eve, "Eve", "staff")
    await console.ada.get(f"/console/people/{eve_id}")
    await console.ada.post(f"/console/people/{eve_id}/let-go")
    assert (await eve.get("/")).headers["location"].startswith("/sign-in")
    page = (await console.ada.get(f"/console/people/{eve_id}")).text
    assert "Reactivate" in page
    assert "Issue a new link" not in page
    await console.ada.post(f"/console/people/{eve_id}/take-back")
    assert console.house.limen.known.people[eve_id].active


async def test_a_last_day_is_saved_and_what_is_none_is_refused_where_it_was_typed(console: Console) -> None:
    eve_id = await console.house.member(console.house.browser(), "Eve", "staff")
    at = f"/console/people/{eve_id}"
    await console.ada.get(at)
    assert (await console.ada.post(f"{at}/last-day", last_day="2001-01-01")).status_code == 400
    saved = await console.ada.post(f"{at}/last-day", last_day="2027-12-17")
    assert saved.headers["location"].endswith("?done=last-day")
    assert 'value="2027-12-17"' in (await console.ada.get(at)).text
    assert (await console.ada.post(f"{at}/last-day")).headers["location"].endswith("?done=no-last-day")
    assert 'value="2027-12-17"' not in (await console.ada.get(at)).text


async def test_changing_somebodys_access_needs_a_young_proof_and_comes_back_to_them(console: Console) -> None:
    eve_id = await console.house.member(console.house.browser(), "Eve", "staff")
    await console.ada.get(f"/console/people/{eve_id}")
    console.house.clock.forward(11 * MINUTE)
    for what in ("groups", "let-go", "take-back", "invite-again", "last-day"):
        asked = await console.ada.post(f"/console/people/{eve_id}/{what}")
        assert asked.headers["location"].startswith("/step-up?app=limen&to=%2Fgo-on%3Fform%3D")
    assert console.house.limen.known.people[eve_id].active
    assert console.house.limen.known.people[eve_id].groups == {"staff"}


async def test_the_last_administrator_stays_and_the_page_says_why(console: Console) -> None:
    await console.ada.get(f"/console/people/{console.ada_id}")
    page = await console.ada.post(f"/console/people/{console.ada_id}/let-go")
    assert page.status_code == 400
    assert "This is the last active administrator" in page.text


async def test_a_new_link_replaces_the_old_one(console: Console) -> None:
    first = await console.house.invite("Noa", "staff")
    noa_id = console.house.id_of("noa@harbor.example")
    await console.ada.get(f"/console/people/{noa_id}")
    page = await console.ada.post(f"/console/people/{noa_id}/invite-again")
    assert "Older links no longer work" in page.text
    (link,) = await console.house.limen.identity.links.outstanding()
    assert link.id != first.link.id


async def test_groups_are_put_back_with_one_press(console: Console) -> None:
    tom = await console.house.member(console.house.browser(), "Tom", "staff")
    here, known = f"/console/people/{tom}", console.house.limen.known
    await console.ada.get(here)
    changed = await console.ada.post(f"{here}/groups", groups="finance")
    page = (await console.ada.get(changed.headers["location"])).text
    undo = page.partition("data-undo")[2].partition("</form>")[0]
    assert 'name="groups" value="staff"' in undo
    assert "finance" not in undo
    await console.ada.post(f"{here}/groups", groups="staff")
    assert known.people[tom].groups == {"staff"}


async def test_a_link_that_somebody_else_made_offers_no_undo(console: Console) -> None:
    tom = await console.house.member(console.house.browser(), "Tom", "staff")
    page = (await console.ada.get(f"/console/people/{tom}?done=groups&groups=administrators&was=administrators")).text
    assert "data-undo" not in page


async def test_somebody_let_go_by_mistake_is_taken_back_from_the_same_page(console: Console) -> None:
    tom = await console.house.member(console.house.browser(), "Tom", "staff")
    await console.ada.get(f"/console/people/{tom}")
    gone = await console.ada.post(f"/console/people/{tom}/let-go")
    undo = (await console.ada.get(gone.headers["location"])).text.partition("data-undo")[2].partition("</form>")[0]
    assert "Undo" in undo
    await console.ada.post(f"/console/people/{tom}/take-back")
    assert console.house.limen.known.people[tom].active


async def test_an_administrator_removes_a_factor_and_never_the_last_way_in(console: Console) -> None:
    house, eve = console.house, console.house.browser()
    await _with_password(house, eve, await house.invite("Eve", "staff"))
    eve_id = house.id_of("eve@harbor.example")
    at, factors = f"/console/people/{eve_id}", house.limen.identity.factors
    assert f"{at}/factors/password/remove" in (await console.ada.get(at)).text
    refused = await console.ada.post(f"{at}/factors/password/remove")
    assert refused.status_code == 400
    await eve.get("/passkeys")
    options = (await eve.send("/passkeys/options")).json()["options"]
    await eve.send("/passkeys/add", credential=eve.passkey.create(options))
    begun = [row.session.id for row in house.limen.identity.sessions.of_person(eve_id)]
    assert (await console.ada.post(f"{at}/factors/code/remove")).status_code == 400, "a password alone is too weak"
    for factor in ("password", "code"):
        done = await console.ada.post(f"{at}/factors/{factor}/remove")
        assert done.headers["location"].endswith("?done=factor-removed"), factor
    assert begun
    assert house.limen.identity.sessions.of_person(eve_id) == []
    held = await factors.of_person(eve_id)
    assert (held.has_password, held.has_code, len(held.passkeys)) == (False, False, 1)
    for factor in (held.passkeys[0].id, "password", "k_of-somebody-else"):
        assert (await console.ada.post(f"{at}/factors/{factor}/remove")).status_code == 400, factor
    said = [(e.actor, e.details["factor"]) for e in house.events("factor.removed") if e.subject == eve_id]
    assert sorted(said) == [(console.ada_id, "code"), (console.ada_id, "password")]


async def test_a_helper_removes_factors_of_employees_with_a_reason_and_of_nobody_with_a_role(console: Console) -> None:
    house, helper = console.house, console.house.browser()
    eve = console.house.browser()
    eve_id = await house.member(eve, "Eve", "staff")
    await second(eve, house)
    await house.member(helper, "Hal", "staff", "helpdesk")
    held = (await house.limen.identity.factors.of_person(eve_id)).passkeys
    await helper.get(f"/console/people/{eve_id}")
    path = f"/console/people/{eve_id}/factors/{held[0].id}/remove"
    assert (await helper.post(path)).status_code == 400, "it is not said why"
    removed = await helper.post(path, why="She sat before me.")
    assert removed.headers["location"].endswith("?done=factor-removed")
    own = (await house.limen.identity.factors.of_person(console.ada_id)).passkeys
    ada = f"/console/people/{console.ada_id}"
    refused = await helper.post(f"{ada}/factors/{own[0].id}/remove", why="She sat before me.")
    assert "/not-yet?decision=" in refused.headers["location"]
    house.clock.forward(11 * MINUTE)
    late = await helper.post(f"/console/people/{eve_id}/factors/{held[1].id}/remove", why="Again.")
    assert late.headers["location"].startswith("/step-up")
    assert len((await house.limen.identity.factors.of_person(eve_id)).passkeys) == 1


async def test_a_name_and_an_address_are_changed_told_at_both_and_nobody_elses_is_taken(console: Console) -> None:
    eve_id = await console.house.member(console.house.browser(), "Eve", "staff")
    at = f"/console/people/{eve_id}"
    await console.ada.get(at)
    done = await console.ada.post(f"{at}/correct", name="Eva Example", email=" Eva@Harbor.Example ")
    assert done.headers["location"] == f"{at}?done=corrected-address"
    known = console.house.limen.known.people[eve_id]
    assert (known.name, known.email) == ("Eva Example", "eva@harbor.example")
    told = select(mails.c.person_id).where(mails.c.about.startswith("told_"))
    database = console.house.limen.core.database
    assert database.read(lambda one: list(one.connection.scalars(told))) == [eve_id, eve_id]
    journal = console.house.limen.journal
    said = [event.details["change"] for event in journal.recent(9, lambda event: event.kind == "person.changed")]
    assert said == ["email", "name"]
    ada = console.house.limen.known.people[console.ada_id].email
    assert (await console.ada.post(f"{at}/correct", name="Eva", email=ada)).status_code == 400
    assert (await console.ada.post(f"{at}/correct", name="Eva", email="eva@acme")).status_code == 400
    assert console.house.limen.known.people[eve_id] == known
    same = await console.ada.post(f"{at}/correct", name=known.name, email=known.email)
    assert same.headers["location"] == at


async def test_what_was_pressed_before_a_proof_is_not_done_by_it_and_is_done_with_one_press_more(
    console: Console,
) -> None:
    link = await console.house.invite("Noa", "staff")
    at = f"/console/people/{link.link.person_id}"
    await console.ada.get(at)
    console.house.clock.forward(11 * MINUTE)
    asked = await console.ada.post(f"{at}/invite-again", how="show")
    back = parse_qs(urlsplit(asked.headers["location"]).query)["to"][0]
    assert (urlsplit(asked.headers["location"]).path, urlsplit(back).path) == ("/step-up", "/go-on")
    before = await console.house.limen.identity.links.outstanding()
    proved = await console.ada.step_up("limen", back)
    assert proved.json()["location"] == back
    again = await console.ada.get(back)
    assert "Issue a new link: Noa" in again.text
    assert await console.house.limen.identity.links.outstanding() == before
    assert "/enrol#" in (await console.ada.press(again)).text
