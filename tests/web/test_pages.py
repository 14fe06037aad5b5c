"""Templates: everything they are given is escaped, and what they miss is an error, not a blank."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError

from limen.clock import HOUR, from_iso
from limen.facts import Factor
from limen.messages import Language
from limen.web.localizer import Localizer
from limen.web.pages import Pages, browser_name, factor_words, in_code

NOW = from_iso("2026-11-24T09:00:00Z")
ENGLISH = Localizer(Language.ENGLISH, ZoneInfo("UTC"))
BARE = {"here": "/", "tongues": [], "me": None, "csrf": "token", "problem": None, "may_administer": False}


def test_a_hostile_text_comes_out_as_text() -> None:
    pages = Pages("<Harbor>", ZoneInfo("Europe/Berlin"))
    html = pages.render("wrong.html", NOW, {**BARE, "what": "<script>alert(1)</script>", "fix": "a & b"})
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "&lt;Harbor&gt;" in html


def test_a_page_without_what_it_needs_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        Pages("Harbor", ZoneInfo("UTC")).render("wrong.html", NOW, BARE)


def test_every_template_can_be_read() -> None:
    environment = Pages("Harbor", ZoneInfo("UTC"))._environments[Language.ENGLISH]
    names = environment.list_templates()
    assert len(names) > 20
    for name in names:
        environment.get_template(name)


def test_no_template_holds_an_inline_style_or_script() -> None:
    environment = Pages("Harbor", ZoneInfo("UTC"))._environments[Language.ENGLISH]
    for name in environment.list_templates():
        text, _, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
        for forbidden in (" style=", "<style", "javascript:", " onclick=", "|safe", "http://", "https://"):
            assert forbidden not in text, f"{name} holds {forbidden}"
        assert text.count("<script") == text.count('<script type="module" src="{{ asset('), name


def test_every_form_that_posts_carries_the_token() -> None:
    environment = Pages("Harbor", ZoneInfo("UTC"))._environments[Language.ENGLISH]
    for name in environment.list_templates():
        text, _, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
        for form in (rest.split("</form>")[0] for rest in text.split("<form")[1:]):
            if 'action="{{ url }}"' in form:  # it goes to an app or a service, which must never see the token
                assert "csrf" not in form, f"{name}: {form[:120]}"
            elif 'method="post"' in form:
                assert "csrf_field(csrf)" in form, f"{name}: {form[:120]}"


def test_times_are_told_from_now() -> None:
    pages = Pages("Harbor", ZoneInfo("Europe/Berlin"))
    template = pages._environments[Language.ENGLISH].from_string("{{ ago(at) }} {{ ago(0) }}")
    pages._environments[Language.ENGLISH].get_template = lambda _name: template  # type: ignore[method-assign,assignment,misc]
    said = pages.render("any", NOW, {"at": NOW - 3 * HOUR})
    assert ">3 hours ago</time> never" in said
    assert "07:00:00 CET" in said


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ({Factor.PASSKEY}, "passkey"),
        ({Factor.PASSWORD, Factor.CODE}, "authenticator code and password"),
        (set(), "nothing"),
    ],
)
def test_factors_are_named_in_words(factors: set[Factor], said: str) -> None:
    assert factor_words(frozenset(factors), ENGLISH) == said


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit Chrome/150.0 Safari/537.36 Edg/150.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X) Safari/604.1", "Safari on an iPhone"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_as_people_know_it(agent: str, said: str) -> None:
    assert browser_name(agent, ENGLISH) == said


def test_what_stands_between_backticks_is_code_and_nothing_else_is_html() -> None:
    assert in_code("run `limen <x>` & `y`") == "run <code>limen &lt;x&gt;</code> &amp; <code>y</code>"
    assert in_code("one ` alone <b>") == "one ` alone &lt;b&gt;"
