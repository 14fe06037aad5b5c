"""One password is tried on everybody and is right for one: whoever tried it is out, and its owner is asked.

And somebody who really is far away: their passkey on their own laptop explains it.
"""

from __future__ import annotations

from tests.attacks.test_devices import prove
from tests.devices.laptops import Ida, agent, ida, laptop
from tests.devices.software_agent import SoftwareAgent
from tests.monitor.over_harbor import score
from tests.monitor.stories.story import (
    ABROAD,
    HOME,
    add_passkey,
    alerted,
    asked_for_passkey,
    case_of,
    code,
    enrolled_with_password,
    forward,
    harbor,
    is_let_in,
    sign_in_with_password,
    within,
)
from tests.web.conftest import House

from limen.clock import MINUTE
from limen.monitor.response.model import Doing

__all__ = ["agent", "harbor", "ida", "laptop"]
WEAK = "Winter in Vienna 2026"


async def test_a_spray_that_succeeds_puts_the_thief_out_and_asks_its_victim(harbor: House) -> None:
    await harbor.administrator(harbor.browser())
    for name in ("Ann", "Bob", "Cat", "Dan"):
        await enrolled_with_password(harbor, harbor.browser(), name, f"{name} has another password")
    eve = harbor.browser(address=HOME)
    seed = await enrolled_with_password(harbor, eve, "Eve", WEAK)
    await add_passkey(eve)
    at_the_wiki = await harbor.into(eve, "wiki")
    await forward(harbor, MINUTE)
    assert await is_let_in(at_the_wiki)

    thief = harbor.browser(address=ABROAD)
    for name in ("ann", "bob", "cat", "dan"):
        assert await sign_in_with_password(thief, f"{name}@harbor.example", WEAK) == 400
    assert await sign_in_with_password(thief, "eve@harbor.example", WEAK, code(harbor, seed)) == 303

    async def is_out() -> bool:
        return (await thief.get("/sessions")).status_code != 200

    await within("from the thief's sign-in to its end", is_out)
    alert = await alerted(harbor, "limen/spray-then-success.yml")
    eve_id = harbor.id_of("eve@harbor.example")
    assert (alert.person_id, alert.says["src_ip"]) == (eve_id, ABROAD)
    case = await case_of(harbor, alert)
    does = {Doing.END_SESSIONS: ("session", alert.session), Doing.STEP_UP: ("person", eve_id)}
    assert {one.kind: (one.subject_kind, one.subject_id) for one in case.responses} == does

    await alerted(harbor, "travel")
    raised, is_known = score(harbor, eve_id)
    assert (40 <= raised < 70, is_known) == (True, True)
    await forward(harbor, 16 * MINUTE)

    async def is_asked() -> bool:
        return await asked_for_passkey(at_the_wiki)

    await within("she is asked for her passkey", is_asked)
    await eve.step_up("wiki")
    assert await is_let_in(await harbor.into(eve, "wiki"))


async def test_a_passkey_on_her_own_laptop_explains_that_she_is_far_away(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    abroad = harbor.browser(address=ABROAD)
    abroad.passkey = ida.browser.passkey
    assert (await abroad.sign_in()).status_code == 200
    await alerted(harbor, "travel")
    before = score(harbor, ida.id)[0]
    assert before >= 40
    await prove(abroad, laptop)
    await forward(harbor, 16 * MINUTE)
    there = await harbor.into(abroad, "wiki", address=ABROAD)
    assert await asked_for_passkey(there)
    await laptop.report()
    await prove(abroad, laptop)
    await abroad.step_up("wiki")

    async def is_lower() -> bool:
        return score(harbor, ida.id)[0] <= before / 2

    await within("what she proved counts", is_lower)
