"""What somebody is told whose document was stopped."""

from __future__ import annotations

import json
import re

from limen.enforcement.documents.stopped_page import (
    _GIVEN,
    _LASTING,
    gone_page,
    justified_page,
    page,
    stopped_reply,
)
from limen.enforcement.documents.stops import About, Stopped, StoppedDocument
from limen.messages import Language, catalogue
from limen.pillar.data_checks import RuleWords
from limen.pillars import pillars

ORIGIN, PUBLIC = "https://wiki.harbor.example", "https://limen.harbor.example"
DOCUMENT = StoppedDocument("<b>.csv\x1b", "file", ("Payment card number",), ("sheet <Pay>",))
ABOUT = About("s", "ana", "wiki", "POST", "/up", back="/form?x")
STOPPED = Stopped(
    "i" * 43, ABOUT, True, (DOCUMENT,), ("no-cards",), (RuleWords("No cards", "Law <1>"),), frozenset(), True, "e1", 5
)


def test_the_page_says_what_and_where_in_both_languages_and_asks_why():
    pillars()  # each brings its words
    reply = page(STOPPED, "Wiki", "Finance", public_url=PUBLIC, status=403)
    text = reply.body.decode()
    assert re.findall(r'lang="(\w+)"><h1>', text) == ["en", "de"]
    for kind, sheet in (("Payment card number", "sheet"), ("Kartennummer", "Blatt")):
        assert text.count(f"{kind} ({sheet} &lt;Pay&gt;)") == 1
    assert text.count('action="/.limen/stopped"') == 2
    assert text.count("<strong>No cards</strong>: Law &lt;1&gt;") == 2
    assert text.count(f'<a href="{PUBLIC}/data/label">') == 2
    assert "<b>" not in text
    assert "\x1b" not in text
    assert b"script" not in dict(reply.fields)[b"content-security-policy"]
    assert sorted(re.findall(r'id="(why-\w+)"', text)) == sorted(re.findall(r'for="(why-\w+)"', text))


def test_what_may_not_be_justified_names_whom_to_ask_and_has_no_form():
    from dataclasses import replace

    text = page(
        replace(STOPPED, may_justify=False, is_upload=False), "Wiki", "Finance", public_url=PUBLIC
    ).body.decode()
    assert "<form" not in text
    assert "/data/label" not in text  # of what stayed in the app they have no copy
    assert text.count("Finance") == 2


def test_what_may_be_justified_names_whom_to_ask_as_well():
    assert page(STOPPED, "Wiki", "Finance", public_url=PUBLIC).body.decode().count("Finance") == 2


def test_what_is_not_sensitive_is_not_said_to_pass_once():
    said = {one: justified_page(STOPPED, is_not_sensitive=one).body.decode() for one in (False, True)}
    for language in Language:
        words = catalogue(language)
        assert words.gettext(_GIVEN) in said[False]
        assert words.gettext(_GIVEN) not in said[True]
        assert words.gettext(_LASTING) in said[True]


def test_programs_get_a_problem():
    reply = stopped_reply(STOPPED, "Wiki", "Finance", is_navigation=False, origin=ORIGIN, public_url=PUBLIC)
    assert dict(reply.fields)[b"content-type"] == b"application/problem+json"
    said = json.loads(reply.body)
    assert said["rules"] == ["no-cards"]
    assert said["justify"] == f"{ORIGIN}/.limen/stopped?id={STOPPED.id}"
    assert said["found"][0]["where"] == ["sheet <Pay>"]


def test_the_way_back():
    assert 'href="/form?x"' in justified_page(STOPPED).body.decode()
    assert gone_page().status == 404
