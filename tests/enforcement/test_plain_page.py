from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from pathlib import Path

from tests.enforcement.house import apps

from limen.enforcement import answers, app_login, gateway, upstreams
from limen.enforcement.plain_page import GERMAN, STYLE_SOURCE, plain_page

WIKI = apps()[0]


def test_it_says_everything_in_both_languages_and_runs_nothing() -> None:
    page = plain_page("You are signed out", "On this and every other app.", link="/?a=1&b=2", label="Sign in").decode()
    assert page.count("<h1>") == 2
    assert '<section lang="de"><h1>Sie sind abgemeldet</h1>' in page
    assert page.count('href="/?a=1&amp;b=2"') == 2
    assert "<script" not in page


def test_what_it_is_given_can_be_nothing_but_text() -> None:
    page = plain_page("{app} takes too long to answer", "<i>", app='<b>"', link='/"><script>', label="<u>").decode()
    assert "<b>" not in page
    assert "<i>" not in page
    assert "<script" not in page
    assert "&lt;b&gt;" in page


def test_a_name_with_braces_is_only_a_name() -> None:
    page = plain_page("{app} takes too long to answer", "x", app="{app} {0.__class__}").decode()
    assert "{app} {0.__class__} takes too long" in page


def test_the_policy_lets_exactly_this_style_count() -> None:
    style = re.search("<style>(.*)</style>", plain_page("a", "b").decode())
    assert style is not None
    assert f"'sha256-{b64encode(hashlib.sha256(style[1].encode()).digest()).decode()}'" == STYLE_SOURCE
    assert STYLE_SOURCE.encode() in dict(answers.PAGE_HEADERS)[b"content-security-policy"]


def test_nothing_that_these_pages_say_lacks_german() -> None:
    said = [*upstreams.unreachable(WIKI, "X").unfilled, *upstreams.too_slow(WIKI).unfilled, *upstreams._NOT_BELIEVED]
    for module in (app_login, gateway):
        text = Path(module.__file__).read_text()
        for call in re.findall(r"_page\(\s*\d+,(.*?)\n    ", text, re.DOTALL) + re.findall(r"_say\(\d+,(.*)\)", text):
            said += re.findall(r'(?<==)"([^"/]+)"|(?<=[ (])"([^"/]+)"', call)
    missing = [each for each in map("".join, said) if each not in GERMAN]
    assert len(said) > 15
    assert missing == []
