from __future__ import annotations

import ast
import hashlib
import re
from base64 import b64encode
from pathlib import Path
from types import ModuleType

from tests.enforcement.house import apps

from limen.enforcement import answers, app_login, gateway, upstreams
from limen.enforcement.plain_page import STYLE_SOURCE, plain_page
from limen.messages import Language, catalogue

WIKI = apps()[0]


def test_it_says_everything_in_both_languages_and_runs_nothing() -> None:
    page = plain_page("You are signed out", "From this app and all others.", link="/?a=1&b=2", label="Sign in").decode()
    assert page.count("<h1>") == 2
    assert '<section lang="de"><h1>Sie sind abgemeldet</h1>' in page
    assert page.count('href="/?a=1&amp;b=2"') == 2
    assert "<script" not in page


def test_what_it_is_given_can_be_nothing_but_text() -> None:
    page = plain_page(
        "{app} is taking too long to respond", "<i>", app='<b>"', link='/"><script>', label="<u>"
    ).decode()
    assert "<b>" not in page
    assert "<i>" not in page
    assert "<script" not in page
    assert "&lt;b&gt;" in page


def test_a_name_with_braces_is_only_a_name() -> None:
    page = plain_page("{app} is taking too long to respond", "x", app="{app} {0.__class__}").decode()
    assert "{app} {0.__class__} is taking too long" in page


def test_the_policy_lets_exactly_this_style_count() -> None:
    style = re.search("<style>(.*)</style>", plain_page("a", "b").decode())
    assert style is not None
    assert f"'sha256-{b64encode(hashlib.sha256(style[1].encode()).digest()).decode()}'" == STYLE_SOURCE
    assert STYLE_SOURCE.encode() in dict(answers.PAGE_HEADERS)[b"content-security-policy"]


def _written(module: ModuleType, callers: set[str]) -> list[str]:
    """The texts that are written out in calls of these names: what has a space or begins with a capital."""
    calls = [one for one in ast.walk(ast.parse(Path(str(module.__file__)).read_text())) if isinstance(one, ast.Call)]
    called = [one for one in calls if ast.unparse(one.func).rpartition(".")[2] in callers]
    inside = [part for one in called for part in ast.walk(one) if isinstance(part, ast.Constant)]
    return [part.value for part in inside if isinstance(part.value, str) and re.match(r"[A-Z]|.* ", part.value)]


def test_nothing_that_these_pages_say_lacks_a_language() -> None:
    said = [text for module in (answers, app_login, gateway, upstreams) for text in _written(module, {"gettext_noop"})]
    assert len(said) > 30
    for language in Language:
        assert [each for each in said if not catalogue(language).can_say(each)] == []


def test_what_one_language_cannot_say_is_said_in_the_others() -> None:
    page = plain_page("Signed out of {app} by the moon", "Limen didn't follow it.", app="Wiki").decode()
    assert 'lang="en"' in page
    assert 'lang="de"' not in page
