"""Hostile choices of a language, and hostile texts in the places of translated ones."""

from __future__ import annotations

import re

import pytest
from tests.web import conftest as web
from tests.web.conftest import Browser, House

from limen.enforcement.plain_page import plain_page
from limen.facts import Person
from limen.front.outage import outage_page
from limen.identity.invitation import written
from limen.identity.notifications import Occasion, told
from limen.mail import Message
from limen.messages import Language, catalogue

house, browser = web.house, web.browser
VALUE = "{0.__class__} {app.__init__.__globals__} {name} %(x)s <b>&{{"
"""A name that would be a message, a format and markup, if it were read as any of them."""

HOSTILE = (
    "../../../../etc/passwd",
    "..%2f..%2fde",
    "de\x00",
    '"><script>alert(1)</script>',
    "de-" + "x" * 4_000,
    "zz" * 3_000,
    ",".join(["xx;q=0.9"] * 900),
    "de;q=" + "9" * 2_000,
)


async def test_a_hostile_language_is_no_language_and_is_never_repeated(house: House, browser: Browser) -> None:
    for hostile in HOSTILE:
        cookie = f"__Host-limen-language={hostile.replace(';', '')}"  # what stands behind a `;` is another cookie
        for headers in ({"accept-language": hostile}, {"cookie": cookie}):
            page = await browser.client.get("/sign-in", headers=headers)
            assert page.status_code == 200, headers
            assert '<html lang="en">' in page.text
            assert page.headers["content-language"] == "en"
            assert not any(part in page.text for part in ("passwd", "alert(1)", "zzzz", "xxxx"))


async def test_nothing_that_is_chosen_gets_into_a_header(house: House, browser: Browser) -> None:
    await browser.get("/sign-in")
    for to in ("/\r\nset-cookie: a=b", "//evil.example", "https://evil.example", "/%0d%0aset-cookie:a=b"):
        done = await browser.post("/language", language="de", to=to)
        assert done.status_code == 303
        assert done.headers.get_list("set-cookie")[0].startswith("__Host-limen-language=de;")
        assert "evil" not in done.headers["location"]
        assert "a=b" not in "".join(done.headers.get_list("set-cookie"))


@pytest.mark.parametrize("language", ["en", "de"])
async def test_names_with_markup_stay_text_in_every_language(house: House, browser: Browser, language: str) -> None:
    link = await house.limen.identity.people.invite("<b>Eve</b> %(x)s {y}", "eve@harbor.example", ("staff",), by="")
    await browser.get("/enrol")
    page = await browser.post("/enrol", token=link.token.reveal(), language=language)
    assert page.status_code == 200
    assert "<b>Eve" not in page.text
    assert "&lt;b&gt;Eve&lt;/b&gt; %(x)s {y}" in page.text


@pytest.mark.parametrize("language", Language)
def test_what_fills_a_message_is_never_read_as_one(language: Language) -> None:
    words = catalogue(language)
    filled = 0
    for message, forms in words.messages.items():
        places = set(re.findall(r"\{(\w+)\}", "".join((message, *forms))))
        if places:
            said = words.gettext(message, **dict.fromkeys(places, VALUE))
            assert said.count(VALUE) == len(re.findall(r"\{\w+\}", forms[0])), message
            filled += 1
    assert filled > 50


@pytest.mark.parametrize("language", Language)
async def test_names_in_mails_and_on_plain_pages_are_only_names(house: House, language: Language) -> None:
    ports = house.limen.identity.ports
    issued = await house.limen.identity.people.invite("Eve", "eve@harbor.example", ("staff",), by="")
    eve = Person("p_1", VALUE, "eve@harbor.example")
    mails = [written(eve, VALUE, issued, ports, language)]
    mails += [told(eve, news, 0, ports, language) for news in Occasion]
    for mail in mails:
        assert isinstance(mail, Message)
        assert VALUE in mail.text
        assert "<b>" not in mail.html
    pages = (
        plain_page("{app} is taking too long to respond", "Limen didn't follow it.", app=VALUE).decode(),
        outage_page(VALUE, VALUE),
    )
    for page in pages:
        assert page.count("{0.__class__} {app.__init__.__globals__} {name} %(x)s &lt;b&gt;&amp;{{") >= 3
        assert "<b>" not in page


@pytest.mark.parametrize("name", ["Eve\r\nBcc: all@harbor.example", "Eve\u2028x", "Eve\x00"])
async def test_a_name_of_several_lines_gets_into_no_subject(house: House, name: str) -> None:
    issued = await house.limen.identity.people.invite("Eve", "eve@harbor.example", ("staff",), by="")
    with pytest.raises(ValueError, match="subject"):
        written(Person("p_1", "Eve", "eve@harbor.example"), name, issued, house.limen.identity.ports, "de")
