"""The question of what-if: whom somebody means, and the forms that ask it from elsewhere."""

from __future__ import annotations

import re
from urllib.parse import quote

from tests.web.conftest import House

from limen.web.console.what_if_question import Chosen, people_called

TUESDAY = "2026-11-24T10:00"


async def test_a_whole_name_comes_before_a_word_of_one(house: House) -> None:
    for name in ("Ina", "Inas", "Bo"):
        await house.member(house.browser(), name, "staff")
    known = house.limen.known
    await house.limen.identity.people.rename(house.id_of("inas@harbor.example"), "Ina Bo Lund", by="")

    def named(typed: str) -> set[str]:
        return {one.email.partition("@")[0] for one in people_called(known, typed)}

    assert named("ina") == {"ina"}
    assert named("BO") == {"bo"}
    assert named("lund") == {"inas"}
    assert named("ina bo lund") == {"inas"}
    assert named("bo@harbor.example") == {"bo"}
    assert named("in") == named("") == named("ina bo") == set()


def test_the_address_holds_what_differs_from_the_usual() -> None:
    assert Chosen().link() == "/console/what-if"
    assert Chosen(person="p_1", strength="2").link(app="wiki") == "/console/what-if?person=p_1&app=wiki&strength=2"


async def test_the_forms_of_a_person_and_an_app_ask_here(house: House) -> None:
    maren = await house.member(house.browser(), "Maren", "staff", "finance")
    ada = house.browser()
    await house.administrator(ada)
    for at, fixed in (("/console/apps/accounting", "app"), (f"/console/people/{maren}", "person")):
        form = re.search(
            r'<form class="filter supposed" method="get" action="/console/what-if".*?</form>',
            (await ada.get(at)).text,
            re.DOTALL,
        )
        assert form is not None
        assert f'type="hidden" name="{fixed}"' in form[0]
        assert {"strength", "proved", "device", "network", "at"} <= {*re.findall(r'name="(\w+)"', form[0])}
    answers = {
        who: (await ada.get(f"/console/what-if?app=accounting&who={quote(who)}&at={TUESDAY}")).text
        for who in ("Maren", "MAREN", "maren@harbor.example", maren, "ada", "Nobody Here", "<b>")
    }
    for who in ("Maren", "MAREN", "maren@harbor.example", maren):
        assert 'class="card verdict permit"' in answers[who], who
    assert 'id="nobody"' in answers["Nobody Here"]
    assert "&lt;b&gt;" in answers["<b>"]
    assert "Maren" not in answers["ada"].partition('id="answer"')[2]
