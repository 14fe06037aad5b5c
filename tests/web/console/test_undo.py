"""Taking a change back: what is remembered, for whom, how long; and that an address can't fill it in."""

from __future__ import annotations

from tests.web.console.conftest import Console

from limen.web.console.undo import KEPT_MS, MOST_KEPT, Undo

STAFF = frozenset({"staff"})


def test_it_is_remembered_for_one_session_one_person_and_some_minutes() -> None:
    undo = Undo()
    undo.remember("s1", "p1", STAFF, 1_000)
    assert undo.groups("s1", "p1", 1_000) == STAFF
    assert undo.groups("s2", "p1", 1_000) is None
    assert undo.groups("s1", "p2", 1_000) is None
    assert undo.groups("s1", "p1", 1_000 + KEPT_MS) is None


def test_only_so_many_are_remembered() -> None:
    undo = Undo()
    for number in range(MOST_KEPT + 1):
        undo.remember("s", f"p{number}", STAFF, 0)
    assert undo.groups("s", "p0", 0) is None
    assert undo.groups("s", "p1", 0) == STAFF


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
    assert known.people[tom].groups == STAFF


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
