"""Publications that must not happen: from a page that others overtook, and by somebody who may no longer publish."""

from __future__ import annotations

import asyncio
import threading

import pytest
from tests.web import conftest as web
from tests.web.conftest import Browser, House
from tests.web.portal.test_break_glass import glass_of, issue, opened

from limen.company import store
from limen.web.console import changes
from limen.web.console.drafts import MOST_EACH

house, browser = web.house, web.browser

POLICY = "guests-read"
AT = f"/console/policies/{POLICY}"
FORM = {
    "effect": "permit",
    "back": AT,
    "groups": "guests",
    "apps": "wiki",
    "actions": "view",
    "w0_auth_strength": "1",
    "title": "Guests read",
    "state": "enforce",
}


def text_in_force(house: House) -> str:
    company = house.limen.in_force.company
    assert company is not None
    return company.policies.sources[POLICY].text


async def publish(browser: Browser, change: str, why: str):
    while "refresh" in (await browser.get(change)).headers:
        pass
    return await browser.post(f"{change}/publish", reason=why)


async def bea_hardens(house: House) -> None:
    """Another administrator publishes that guests' reading ends."""
    bea = house.browser()
    await house.member(bea, "Bea", "administrators", "staff")
    await bea.get(f"{AT}/edit?as=text")
    before = text_in_force(house)
    ends = 'context.auth.strength >= 1 && context.now < datetime("2027-06-01T00:00:00Z")'
    hard = before.replace("context.auth.strength >= 1", ends)
    assert hard != before
    begun = await bea.post(f"{AT}/text", text=hard, do="")
    done = await publish(bea, begun.headers["location"], "guests end in June")
    assert done.headers["location"].endswith("done=published"), done.text
    assert "2027" in text_in_force(house)


async def test_a_stale_text_undoes_nobody_elses_publication_unseen(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    await browser.get(f"{AT}/edit?as=text")
    typed = text_in_force(house).replace('@title("', '@title("New: ', 1)
    await bea_hardens(house)
    answered = await browser.post(f"{AT}/text", text=typed, do="")
    assert answered.status_code == 409
    assert "by Bea, because “guests end in June”" in answered.text
    assert "New: " in answered.text, "what was typed is kept"
    assert "2027" in answered.text, "and what is in force stands beside it"
    again = await browser.get(f"{AT}/edit?as=text")
    assert "2027" in again.text
    begun = await browser.post(f"{AT}/text", text=text_in_force(house).replace('@title("', '@title("New: ', 1), do="")
    await publish(browser, begun.headers["location"], "a better title")
    assert "2027" in text_in_force(house)
    assert "New: " in text_in_force(house)


@pytest.mark.parametrize(
    ("page", "to", "sent"),
    [
        (AT, f"{AT}/state", {"state": "off"}),
        (f"{AT}/edit", f"{AT}/remove", {}),
        ("/console/levels", "/console/levels", {"level": "strict"}),
        (f"{AT}/edit", f"{AT}/edit", FORM),
        (f"{AT}/edit", "/console/rules", FORM),
    ],
)
async def test_no_stale_page_begins_a_change(
    house: House, browser: Browser, page: str, to: str, sent: dict[str, str]
) -> None:
    await house.administrator(browser)
    assert (await browser.get(page)).status_code == 200
    assert browser.base
    await bea_hardens(house)
    answered = await browser.post(to, do="plan", **sent)
    assert answered.status_code == 409, answered.headers
    assert "guests end in June" in answered.text


async def test_a_page_that_names_no_revision_or_an_invented_one_begins_nothing(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    await browser.get(AT)
    for base in ("", "0" * 64, "x" * 500, "%", "a\x1bb"):
        answered = await browser.post(f"{AT}/state", state="off", base=base)
        assert answered.status_code == 409, base


async def test_undo_from_a_stale_list_undoes_only_what_it_showed(house: House, browser: Browser) -> None:
    await house.administrator(browser)
    await browser.get("/console/revisions")
    company = house.limen.in_force.company
    assert company is not None
    await bea_hardens(house)
    answered = await browser.post(f"/console/revisions/{company.revision}/revert")
    assert answered.status_code == 409


async def drafted(browser: Browser, house: House, title: str) -> str:
    """A change of the policy's title alone, begun and not published."""
    await browser.get(f"{AT}/edit?as=text")
    text = text_in_force(house).replace('@title("', f'@title("{title} ', 1)
    return (await browser.post(f"{AT}/text", text=text, do="")).headers["location"]


class Slow:
    """Predicting that waits in its thread until it is let on, and says that it has begun."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.let_on = threading.Event(), threading.Event()
        self.at_work = 0
        real = changes.predict

        def predict(*given, **named):
            self.at_work += 1
            self.begun.set()
            assert self.let_on.wait(60)
            return real(*given, **named)

        monkeypatch.setattr(changes, "predict", predict)

    async def has_begun(self) -> None:
        assert await asyncio.to_thread(self.begun.wait, 60)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch):
    slow = Slow(monkeypatch)
    yield slow
    slow.let_on.set()


async def test_somebody_let_go_while_it_is_foretold_publishes_nothing(
    house: House, browser: Browser, slow: Slow
) -> None:
    ada = await house.administrator(browser)
    bea_browser = house.browser()
    bea = await house.member(bea_browser, "Bea", "administrators", "staff")
    before = text_in_force(house)
    change = await drafted(bea_browser, house, "Evil")
    publishing = asyncio.create_task(bea_browser.post(f"{change}/publish", reason="evil"))
    await slow.has_begun()
    await house.limen.identity.people.deactivate(bea, by=ada)
    slow.let_on.set()
    answered = await publishing
    assert answered.headers["location"].startswith("/sign-in")
    assert text_in_force(house) == before


async def test_a_proof_that_grew_old_while_it_is_foretold_is_asked_for_again(
    house: House, browser: Browser, slow: Slow
) -> None:
    await house.administrator(browser)
    before = text_in_force(house)
    change = await drafted(browser, house, "Later")
    publishing = asyncio.create_task(browser.post(f"{change}/publish", reason="later"))
    await slow.has_begun()
    house.clock.forward(11 * 60_000)
    slow.let_on.set()
    assert (await publishing).headers["location"].startswith("/step-up")
    assert text_in_force(house) == before


async def test_many_changes_being_foretold_leave_the_threads_of_sign_in_alone(
    house: House, browser: Browser, slow: Slow
) -> None:
    await house.administrator(browser)
    drafts = [await drafted(browser, house, f"t{number}") for number in range(MOST_EACH)]
    looking = [asyncio.create_task(browser.get(one)) for one in drafts]
    await slow.has_begun()
    for _ in range(40):  # more than the pool that everything else shares has threads
        await asyncio.to_thread(int)
    assert slow.at_work <= changes.PREDICTED_AT_ONCE
    for one in drafts:
        assert (await browser.post(f"{one}/drop")).status_code == 303
    slow.let_on.set()
    assert {answer.status_code for answer in await asyncio.gather(*looking)} <= {200, 404}
    assert slow.at_work <= changes.PREDICTED_AT_ONCE, "what was dropped is not begun any more"


async def test_what_is_published_under_break_glass_says_so(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    inside = house.browser()
    await opened(house, inside, issue(house, ada))
    done = await publish(inside, await drafted(inside, house, "Emergency"), "nobody can get in")
    assert done.headers["location"].endswith("done=published")
    state = glass_of(house).state()
    assert state is not None
    newest = house.limen.database.read(store.newest)
    assert newest is not None
    assert newest.via == "breakglass"
    await house.limen.journal.settled()
    (event,) = [one for one in house.events("revision.published") if one.subject == newest.id]
    assert (event.session, event.details["via"]) == (state.session, "breakglass")
    assert "Ada Harbor under break-glass" in (await browser.get("/console/revisions")).text
    assert "Ada Harbor under break-glass" in (await browser.get(f"/console/revisions/{newest.seq}")).text
