"""Two privacy notices, for employees and for a works council, each in English and German.

They are templates: true of this Limen, and to be looked over by whoever answers for them. No legal advice is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from limen.messages.catalogue import catalogue
from limen.policy.saying import Language
from limen.privacy import english, german
from limen.privacy.notice_facts import NoticeFacts, Readers


class Audience(StrEnum):
    """Whom a notice is for."""

    EMPLOYEES = "employees"
    WORKS_COUNCIL = "works-council"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs, then a list."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice, for a page or a file."""

    language: Language
    title: str
    lead: str
    sections: tuple[Section, ...]


def notice(audience: Audience, language: Language, now: NoticeFacts) -> Notice:
    """The notice that states these facts, for this audience in this language."""
    words = german if language is Language.GERMAN else english
    settings, keeping = now.settings, now.settings.retention
    backups = settings.backup.keep if settings.backup.is_on else 0
    sections = [
        Section(words.PURPOSE, (words.purpose(settings.name, len(now.apps)),), now.apps),
        Section(words.RECORDED, (words.RECORDED_LEAD,), words.RECORDED_ITEMS),
        Section(words.NOT_RECORDED, (), words.NOT_RECORDED_ITEMS),
        Section(
            words.KEPT,
            (),
            words.kept(
                settings.storage.journal_days,
                keeping.people_days,
                keeping.invited_days,
                keeping.links_days,
                keeping.mails_days,
                settings.sessions.absolute_hours,
                backups,
            ),
        ),
        Section(words.READERS, (words.READERS_LEAD,), tuple(_said(one, language) for one in now.readers)),
    ]
    rights = Section(words.RIGHTS, (), words.rights(f"{settings.public_url}/records", settings.help.contact))
    if audience is Audience.EMPLOYEES:
        sections.append(rights)
    else:
        say = catalogue(language).gettext
        kinds = tuple(f"{say(family.title)}: {', '.join(names)}" for family, names in now.kinds.items())
        sections += [
            Section(words.KINDS, (words.KINDS_LEAD,), kinds),
            Section(words.FIELDS, (words.FIELDS_LEAD,), words.FIELD_ITEMS),
            Section(words.MONITORING, words.MONITORING_SAID),
            Section(words.MEASURES, (), words.measures(is_https=settings.public_url.startswith("https:"))),
            rights,
            Section(words.CHANGES, (words.changes(now.revision[:12], now.people),)),
        ]
    return Notice(language, words.TITLES[audience.value].format(company=settings.name), words.LEAD, tuple(sections))


def as_markdown(one: Notice) -> str:
    """The notice as Markdown. Names of apps and groups are escaped: they can't add markup."""
    lines = [f"# {_plain(one.title)}", "", f"*{one.lead}*"]
    for section in one.sections:
        lines += ["", f"## {section.heading}"]
        for paragraph in section.paragraphs:
            lines += ["", _plain(paragraph)]
        if section.items:
            lines += ["", *(f"- {_plain(item)}" for item in section.items)]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    return text.replace("<", r"\<").replace("[", r"\[")


def _said(readers: Readers, language: Language) -> str:
    say = german if language is Language.GERMAN else english
    groups = [say.group(title, count) for title, count in readers.groups]
    groups += [say.by_policy(policy) for policy in readers.others]
    return f"{say.ACTIONS[readers.action]}: {', '.join(groups) or say.NOBODY}"
