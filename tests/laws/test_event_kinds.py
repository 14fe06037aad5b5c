"""One declaration is enough: a kind of event that a part brings is everywhere at once, with nothing else edited."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.privacy.test_notice_facts import harbor
from tests.web import conftest as web
from tests.web.conftest import Browser, House
from tools import reference

from limen.events import Event, Family, Filter, Kind, Owner, Topic, from_ocsf, to_ocsf
from limen.messages import Language
from limen.messages.catalogue import po_of
from limen.pillar import Declarations, Pillar
from limen.pillars import PILLARS, using
from limen.privacy.notice import Audience, as_markdown, notice
from limen.privacy.notice_facts import notice_facts
from limen.storage.journal.erasable_bodies import is_erasable

house, browser = web.house, web.browser

DEVICES = Topic(
    Family("Lamps and their health"),
    Owner.PERSON,
    "Your lamps",
    "A lamp of yours",
    (Filter("lamps", "Lamps"),),
)
LOST = Kind(
    "lamp.lost",
    "A lamp was lost",
    DEVICES,
    5001,
    3,
    acknowledged=True,
    app_filters=(Filter("lamps", "Lamps"),),
    shown=("where",),
    told={"where=train": "A lamp of yours was left on a train"},
)
GERMAN = {
    "Lamps and their health": "Geräte und ihr Zustand",
    "Your lamps": "Ihre Geräte",
    "A lamp of yours": "Ein Gerät von Ihnen",
    "A lamp of yours was left on a train": "Ein Gerät von Ihnen blieb im Zug",
}


@pytest.fixture(autouse=True)
def a_part_with_a_kind(tmp_path: Path) -> Iterator[None]:
    lines = [f'msgid "{text}"\nmsgstr "{said}"\n' for text, said in GERMAN.items()]
    po_of(Language.GERMAN, tmp_path).write_text("\n".join(lines))
    lamps = Pillar(name="lamps", declarations=lambda: Declarations(events=(LOST,), messages=tmp_path))
    with using((*PILLARS, lamps)):
        yield


def test_it_goes_to_ocsf_and_back() -> None:
    event = Event(id="x", at=5, kind="lamp.lost", actor="p_mia", details={"where": "train"})
    written = to_ocsf(event)
    assert (written["class_uid"], written["activity_id"]) == (5001, 3)
    assert from_ocsf(written) == event


def test_both_notices_list_it_under_its_family() -> None:
    company = harbor()
    now = notice_facts(company.settings, company.engine(), [], [])
    for language, title in (
        (Language.ENGLISH, "Lamps and their health"),
        (Language.GERMAN, "Geräte und ihr Zustand"),
    ):
        assert f"- {title}: lamp.lost\n" in as_markdown(notice(Audience.WORKS_COUNCIL, language, now))


def test_it_goes_when_its_person_is_erased() -> None:
    assert is_erasable(Event(at=1, kind="lamp.lost", actor="p_mia"), {"p_mia"})
    assert not is_erasable(Event(at=1, kind="lamp.lost", actor="p_mia", subject="p_ada"), {"p_mia", "p_ada"})


def test_the_reference_describes_it() -> None:
    page = reference.events_page()
    assert "## Lamps and their health" in page
    assert "| `lamp.lost` | A lamp was lost | person | 5001 | 3 | waited for |" in page


async def test_timelines_and_the_employees_own_pages_show_it(house: House, browser: Browser) -> None:
    ada = house.browser()
    await house.administrator(ada)
    mia = await house.member(browser, "Mia", "staff")
    for where in ("train", "office"):
        details: dict[str, str | int | bool] = {"where": where, "app": "wiki", "lamp_id": "d_1"}
        house.limen.journal.record(
            Event(at=house.clock.now(), kind="lamp.lost", actor=mia, subject=mia, details=details)
        )
    house.limen.journal.flush()
    for at in (f"/console/people/{mia}", "/console/apps/wiki"):
        everything = (await ada.get(f"{at}/timeline")).text
        filtered = (await ada.get(f"{at}/timeline?show=lamps")).text
        assert "A lamp was lost" in everything
        assert re.search(r'show=lamps" aria-current="true">Lamps<', filtered)
        assert "A lamp was lost" in filtered
        assert "· train" in filtered
        assert "d_1" not in filtered
        assert "Signed in" not in filtered
    for language, many, one, train in (
        ("en", "Your lamps", "A lamp of yours", "A lamp of yours was left on a train"),
        ("de", "Ihre Geräte", "Ein Gerät von Ihnen", "Ein Gerät von Ihnen blieb im Zug"),
    ):
        await browser.post("/language", language=language, to="/records")
        page = (await browser.get("/records")).text
        assert f"<dt>{many}</dt>" in page
        assert f"<strong>{one}</strong>" in page
        assert f"<strong>{train}</strong>" in page
        assert f"<strong>{train}</strong>" in (await browser.get("/account")).text
