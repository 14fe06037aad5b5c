"""What a page says of an app elsewhere that signs people in by SAML, as far as it is Limen's side: its entry is put
into a company, the app asks as it would, and is told what the page says. The vendor's side is not tried.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.docs.test_recipes import ENTRY, HOW_TO, RUN_BY
from tests.sso.saml.certificates import key_pair
from tests.sso.saml.client import A, Wiki, answered
from tests.web.conftest import ORIGIN, Browser, House, move_in

from limen.sso.saml import names

PAGES = [
    page
    for page in sorted(HOW_TO.glob("sign-in-*.md"))
    if "protocol: saml" in page.read_text("utf-8") and page.stem != "sign-in-with-saml"
]
TRIED_HERE = [page for page in PAGES if RUN_BY.search(page.read_text("utf-8"))]
HEADINGS = ("## Before you enforce it", "## A way in when Limen is down", "## What a session there still can")
KEYS = key_pair("recipe")
POLICY = """
@id("staff-use-what-is-elsewhere")
@title("Staff use the apps elsewhere")
@reason("They need them for their work.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource is App)
when {{ context.auth.strength >= 2 && ({apps}) }};
"""


def written(folder: Path) -> None:
    """Harbor with all of them."""
    entries = [ENTRY.findall(page.read_text("utf-8"))[0] for page in PAGES]
    text = "\n".join(entries).replace("YOUR.DOMAIN", "harbor.example").replace("THE-CERTIFICATE", KEYS.bare)
    apps = folder / "apps.yaml"
    apps.write_text(f"{apps.read_text('utf-8').rstrip()}\n\n{text}", "utf-8")
    ids = re.findall(r"^- id: (\S+)", text, re.MULTILINE)
    policy = POLICY.format(apps=" || ".join(f'resource == App::"{one}"' for one in ids))
    (folder / "policies" / "68-elsewhere.cedar").write_text(policy, "utf-8")


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[tuple[House, Browser]]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", written)
        mia = house.browser()
        await house.member(mia, "Mia", "staff")
        yield house, mia


def test_there_are_such_pages_and_each_says_what_its_reader_risks() -> None:
    assert len(PAGES) >= 6
    for page in PAGES:
        text = page.read_text("utf-8")
        assert page in TRIED_HERE or all(f"\n{heading}\n" in text for heading in HEADINGS), page.stem


async def test_each_app_is_answered_as_its_page_says(both: tuple[House, Browser]) -> None:
    house, mia = both
    person = house.limen.known.people[house.id_of("mia@harbor.example")]
    values = {"email": person.email, "name": person.name, "id": person.id}
    for page in PAGES:
        app_id = re.findall(r"^- id: (\S+)", page.read_text("utf-8"), re.MULTILINE)[0]
        app = house.limen.known.apps[app_id].saml
        assert app is not None
        asking = Wiki(house, app.entity_id, KEYS if app.signs_requests else None)
        found = answered(await asking.asks(mia))
        assert (found.url, found.statuses) == (app.consumers[0].url, ["Success"]), app_id
        name = found.assertion.find(f"{A}Subject/{A}NameID")
        assert name is not None
        assert name.get("Format") == names.FORMATS[app.name_id], app_id
        assert name.text == person.email or app.name_id == "persistent", app_id
        told = {
            str(one.get("Name")): found.attribute(str(one.get("Name"))) for one in found.assertion.iter(f"{A}Attribute")
        }
        assert told == {name: [values[what]] for name, what in app.attributes}, app_id
        assert found.text("saml:Issuer") == f"{ORIGIN}/saml/metadata"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_names_what_its_entry_tells(page: Path) -> None:
    """What somebody learns of their people there stands in words as well."""
    text = page.read_text("utf-8")
    entry, prose = ENTRY.findall(text)[0], ENTRY.sub("", text)
    told = re.search(r"attributes: \{(.*)\}", entry)
    assert told is not None
    for name in re.findall(r'"?([\w.:/]+)"?: (?:email|name|id|groups)\b', told[1]):
        assert f"`{name}`" in prose, name
    assert "`NameID`" in prose
    assert "`https://limen.YOUR.DOMAIN/saml/metadata`" in prose
    assert "`https://limen.YOUR.DOMAIN/saml/sign-in`" in prose or "metadata` gives" in prose
