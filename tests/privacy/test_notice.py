"""The notices follow what is in force: a figure that changes there changes here, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.privacy.test_notice_facts import harbor

from limen.clock import DAY
from limen.events import KINDS
from limen.events.kinds import families
from limen.messages import Language, Words
from limen.monitor.monitor_rules import LogSource, MonitorRules, Way
from limen.monitor.response.model import Doing
from limen.monitor.response.rules import Playbook
from limen.privacy.notice import Audience, as_markdown, notice
from limen.privacy.notice_facts import LOOKING, Readers, notice_facts
from limen.settings import settings_model

COMPANY = harbor()


def text(audience: Audience, language: Language, **sections: dict[str, object]) -> str:
    written = COMPANY.settings.model_dump()
    for section, values in sections.items():
        written[section] = {**written[section], **values}
    written["mail"].pop("sender", None)
    settings = settings_model().model_validate(written)
    return as_markdown(notice(audience, language, notice_facts(settings, COMPANY.engine(), ["Wiki", "Payroll"], [])))


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("language", Language)
def test_settings_and_policies_are_what_it_says(audience: Audience, language: Language) -> None:
    said = text(
        audience, language, storage={"journal_days": 37}, retention={"people_days": 41}, help={"contact": "noor@x"}
    )
    for word in ("37 ", "41 ", "noor@x", "- Wiki", "/records", COMPANY.settings.name):
        assert word in said
    assert COMPANY.settings.groups["administrators"] in said
    never = text(audience, language, retention={"people_days": 0, "invited_days": 0}, backup={"keep": 0})
    assert " 0 Tage" not in never
    assert " 0 days" not in never
    assert "{" not in said + never


def test_numbers_are_said_as_people_say_them() -> None:
    one = {"storage": {"journal_days": 1}, "sessions": {"absolute_hours": 1.5}}
    english, german = (text(Audience.WORKS_COUNCIL, language, **one) for language in Language)
    assert ": 1 day, then" in english
    assert ": 1 Tag, dann" in german
    assert "up to 1 hour 30 minutes" in english
    assert "bis zu 1 Stunde 30 Minuten" in german
    readers = Readers("audit", (("Administrators", 1), ("{title} [a](b)", 2)), ("auditors-read",))
    now = replace(notice_facts(COMPANY.settings, COMPANY.engine(), [], []), readers=(readers,))
    said = as_markdown(notice(Audience.EMPLOYEES, Language.ENGLISH, now))
    assert r"Administrators (1 person), {title} \[a](b) (2 people), anyone named by policy auditors-read" in said


@pytest.mark.parametrize("language", Language)
def test_every_audience_action_and_family_of_events_has_words(language: Language) -> None:
    words = Words(language, COMPANY.settings.zone)
    keys = [f"title.{audience}" for audience in Audience] + [f"may.{action}" for action in LOOKING]
    assert [key for key in keys if not words.has(f"notice.{key}")] == []
    assert [family for family in families() if not words.catalogue.can_say(family.title)] == []


def test_a_name_stays_a_text_in_markdown() -> None:
    now = notice_facts(COMPANY.settings, COMPANY.engine(), ["<img src=x>[a](javascript:b)"], [])
    said = as_markdown(notice(Audience.EMPLOYEES, Language.ENGLISH, now))
    assert r"- \<img src=x>\[a](javascript:b)" in said


@pytest.mark.parametrize("language", Language)
def test_the_works_council_is_told_every_kind_and_whether_the_wire_is_encrypted(language: Language) -> None:
    said = text(Audience.WORKS_COUNCIL, language)
    assert all(kind in said for kind in KINDS)
    is_plain = COMPANY.settings.public_url.startswith("http:")
    assert ("NOT" in said or "NICHT" in said) == is_plain
    assert "KINDS" not in said


@pytest.mark.parametrize("language", Language)
def test_what_is_watched_is_said_where_something_is(language: Language) -> None:
    def said(rules: MonitorRules | None) -> str:
        now = notice_facts(COMPANY.settings, COMPANY.engine(), [], [], rules)
        return as_markdown(notice(Audience.EMPLOYEES, language, now))

    sources = {"mail-logs": LogSource("m365", Way.ASKED, keep_ms=33 * DAY)}
    heading = Words(language, COMPANY.settings.zone).gettext("What is watched")
    assert heading not in said(None)
    assert heading not in said(MonitorRules(watch=False, sources=sources))
    plain = said(MonitorRules(sources=sources))
    for word in (heading, "mail-logs", "33 ", "57 "):
        assert word in plain
    playbook = Playbook(name="end-sessions", does=Doing.END_SESSIONS, lasts_ms=DAY)
    assert said(MonitorRules(sources=sources, playbooks=(playbook,))) != plain
    assert "{" not in plain


def test_every_measure_has_words() -> None:
    playbooks = tuple(Playbook(name=one, does=one, lasts_ms=DAY) for one in Doing)
    now = notice_facts(COMPANY.settings, COMPANY.engine(), [], [], MonitorRules(playbooks=playbooks))
    assert as_markdown(notice(Audience.WORKS_COUNCIL, Language.GERMAN, now)).count("öffnet nichts mehr") == 2
