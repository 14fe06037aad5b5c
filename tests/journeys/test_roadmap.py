"""The roadmap in a real browser: the picture, one control, an exception from its row to its end."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import DESK, PHONE, heading, into_the_console
from tests.web.roadmap.controls import control, measured, people, unknown, with_days

from limen.roadmap.looking import RoadmapJob
from limen.roadmap.model import Part, Phase, Row

AT = "/console/roadmap"


@pytest.fixture
def harbor(own_harbor: Any) -> Any:
    return own_harbor


@pytest.fixture
def ada(harbor: Any, browse: Any) -> Any:
    browser = browse()
    harbor.open(browser)
    into_the_console(browser, harbor.origin)
    return browser


def hang_up(harbor: Any) -> None:
    """A roadmap in all its colours, as if it had just been measured."""
    devices = tuple(Row(f"d_{n}", f"laptop-{n}", n > 3, "" if n > 3 else "not encrypted") for n in range(40))
    controls = (
        control("I1", people("Rohan", "Mia", "Tom", met=3), title="Everybody is known"),
        control("I2", people("Rohan", "Mia", "Tom", met=1), title="Two factors for everybody"),
        control("I3", people("Rohan", "Mia", "Tom", met=2, at_least=0.8), title="Phishing-resistant first"),
        control("D4", Part("laptops", devices, 0.95), phase=Phase.DEVICES, title="Encrypted storage"),
        control("N1", unknown(), phase=Phase.NETWORK, title="Zones exist and are used"),
        control("N6", unknown("scan the zones"), phase=Phase.NETWORK, title="Blast radius"),
        control("P7", Part("alerts", (Row("a", "Alert", True),)), phase=Phase.DATA, is_must=False, title="Alerts"),
    )
    limen = harbor.limen
    limen.core.offers.take(RoadmapJob).newest = measured(limen.clock.now(), controls, kept=with_days("I1", "I2", "I3"))


def test_a_row_is_excepted_and_the_picture_hangs_on_every_wall(harbor: Any, ada: Any) -> None:
    hang_up(harbor)
    ada.page.goto(harbor.origin + AT)
    expect(heading(ada)).to_have_text("Roadmap")
    expect(ada.page.locator(".phase")).to_have_count(4)
    expect(ada.page.locator("#N1")).to_contain_text("Unknown")
    boxes = [one.bounding_box() for one in ada.page.locator(".phase").all()]
    assert len({round(box["y"]) for box in boxes}) == 1, "side by side"
    clean_everywhere(ada)
    ada.page.set_viewport_size(PHONE["viewport"])
    boxes = [one.bounding_box() for one in ada.page.locator(".phase").all()]
    assert len({round(box["x"]) for box in boxes}) == 1, "one above the other"
    ada.at_the_desk()

    ada.page.locator("#I2 a").click()
    expect(heading(ada)).to_contain_text("Two factors for everybody")
    clean_everywhere(ada)
    ada.page.get_by_role("link", name="Except Mia").click()
    ada.page.get_by_label("Reason").fill("She is on a ship until spring")
    ada.page.get_by_label("What is done in its place").fill("Her account is suspended meanwhile")
    clean_everywhere(ada)
    ada.page.get_by_role("button", name="Except it").click()
    expect(ada.page.get_by_role("status").first).to_be_visible()
    expect(ada.page.locator("#part-1")).to_contain_text("Excepted until")
    clean_everywhere(ada)
    ada.page.goto(harbor.origin + AT)
    expect(ada.page.locator("#I2")).to_contain_text("1 excepted")
    ada.page.goto(f"{harbor.origin}{AT}/I2")
    ada.page.get_by_role("button", name="End the exception of Mia").click()
    expect(ada.page.locator("#part-1")).not_to_contain_text("Excepted until")

    ada.page.goto(harbor.origin + AT)
    harbor.limen.core.offers.take(RoadmapJob).newest = None
    ada.page.get_by_role("button", name="Measure now").click()
    expect(ada.page.get_by_role("status")).to_be_visible()
    clean_everywhere(ada)


def test_a_question_of_an_insurer_leads_to_the_rows_behind_its_answer(harbor: Any, ada: Any) -> None:
    hang_up(harbor)
    ada.page.goto(harbor.origin + AT)
    ada.page.get_by_role("link", name="Frameworks").click()
    clean_everywhere(ada)
    ada.page.get_by_role("link", name="Usual questions of cyber insurers").click()
    expect(heading(ada)).to_have_text("Usual questions of cyber insurers")
    clean_everywhere(ada)
    ada.page.get_by_role("navigation", name="Which answers").get_by_role("link", name="Partly").click()
    ada.page.locator("#encrypted-devices").get_by_role("link").click()
    expect(heading(ada)).to_contain_text("Encrypted storage")
    ada.page.goto(f"{harbor.origin}{AT}/frameworks/cisa-ztmm")
    clean_everywhere(ada)
    ada.page.goto(f"{harbor.origin}{AT}/frameworks/insurer?show=yes")
    expect(ada.page.locator(".empty")).to_be_visible()
    clean_everywhere(ada)


def clean_everywhere(ada: Any) -> None:
    """In the light and in the dark, at a desk and on a phone."""
    for scheme in ("light", "dark"):
        ada.page.emulate_media(color_scheme=scheme)
        for size in (DESK, PHONE["viewport"]):
            ada.page.set_viewport_size(size)
            ada.clean()
    ada.at_the_desk()
