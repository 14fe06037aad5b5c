"""Hostile choices of a language, and hostile texts in the places of translated ones."""

from __future__ import annotations

import pytest
from tests.web import conftest as web
from tests.web.conftest import Browser, House

house, browser = web.house, web.browser

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
