"""Two privacy notices, for employees and for a works council, each in every language.

They are templates: true of this Limen, and to be looked over by whoever answers for them. No legal advice is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from limen.clock import DAY, HOUR
from limen.messages import Language, Words
from limen.privacy.notice_facts import NoticeFacts, Readers
from limen.privacy.notice_section import Section
from limen.privacy.notice_watching import watched
from limen.settings import Settings


class Audience(StrEnum):
    """Whom a notice is for."""

    EMPLOYEES = "employees"
    WORKS_COUNCIL = "works-council"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice, for a page or a file."""

    language: Language
    title: str
    lead: str
    sections: tuple[Section, ...]


def notice(audience: Audience, language: Language, now: NoticeFacts) -> Notice:
    """The notice that states these facts, for this audience in this language."""
    words = Words(language, now.settings.zone)
    sections = [
        _purpose(words, now),
        _recorded(words),
        _not_recorded(words),
        Section(words.gettext("How long it is kept"), (), _kept(words, now.settings)),
        _readers(words, now.readers),
    ]
    if now.watching is not None:
        sections.insert(3, watched(words, now.watching))
    if audience is Audience.EMPLOYEES:
        sections.append(_rights(words, now.settings))
    else:
        is_https = now.settings.public_url.startswith("https:")
        sections += [
            _kinds(words, now),
            _fields(words),
            _monitoring(words),
            Section(words.gettext("Technical measures"), (), _measures(words, is_https=is_https)),
            _rights(words, now.settings),
            _changes(words, now),
        ]
    lead = words.gettext(
        "A template, filled in from the settings and policies in force. Have it checked by the person "
        "responsible for data protection before you hand it out; it is not legal advice."
    )
    title = words.say(f"notice.title.{audience}", company=now.settings.name)
    return Notice(language, title, lead, tuple(sections))


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


# For everybody


def _purpose(words: Words, now: NoticeFacts) -> Section:
    what_for = words.gettext(
        "{company} uses Limen to decide, for each request, who may use which of its {apps} apps. The records "
        "explain refusals, help find break-ins, and prove that the rules were followed. The apps:",
        company=now.settings.name,
        apps=len(now.apps),
    )
    return Section(words.gettext("What it is for"), (what_for,), now.apps)


def _recorded(words: Words) -> Section:
    return Section(
        words.gettext("What is recorded"),
        (words.gettext("Policies decide every request to a protected app, and the decision is recorded:"),),
        (
            words.gettext("when, which app, and what kind of action (view, edit, download, …), with the path pattern"),
            words.gettext("the answer and the policies behind it"),
            words.gettext("network address, session, and how you signed in"),
            words.gettext(
                "what the decision was based on: your groups, when and how you signed in, and your location "
                "where it is known"
            ),
            words.gettext(
                "sign-ins and sign-outs, added and removed passkeys, passwords, codes, links and emails; for "
                "secrets, only that they changed"
            ),
            words.gettext(
                "while an app is being set up, for at most 14 days: which kinds of paths are requested and by "
                "how many people, without IDs or titles, and who would have been refused; this is erased a "
                "week later"
            ),
        ),
    )


def _not_recorded(words: Words) -> Section:
    return Section(
        words.gettext("What is never recorded"),
        (),
        (
            words.gettext("what you read, write, upload or download in an app"),
            words.gettext("search terms and anything else after the question mark in an address"),
            words.gettext("passwords, codes, fingerprints or faces; fingerprints and faces never leave your device"),
            words.gettext(
                "your name or email address in the journal: it contains an opaque ID; the name is stored "
                "separately and can be erased"
            ),
        ),
    )


def _kept(words: Words, settings: Settings) -> tuple[str, ...]:
    keeping, backups = settings.retention, settings.backup.keep if settings.backup.is_on else 0
    journal, people, invited, links, mails = (
        words.length(days * DAY)
        for days in (
            settings.storage.journal_days,
            keeping.people_days,
            keeping.invited_days,
            keeping.links_days,
            keeping.mails_days,
        )
    )
    return (
        words.gettext("entries of the journal, with the facts: {length}, then they are deleted", length=journal),
        words.gettext("accounts and factors of people who left: {length} after access ended", length=people)
        if keeping.people_days
        else words.gettext("accounts and factors of people who left: until someone erases them"),
        words.gettext("unused invitations: {length}", length=invited)
        if keeping.invited_days
        else words.gettext("unused invitations: until someone erases them"),
        words.gettext("the outcome of one-time links: {links}; of emails: {mails}", links=links, mails=mails),
        words.gettext("sessions: up to {length}", length=words.length(round(settings.sessions.absolute_hours * HOUR))),
        words.gettext(
            "backups: the newest {count}, one per day; erased data remains in them until they are deleted",
            count=backups,
        )
        if backups
        else words.gettext("backups: Limen takes none automatically; those taken by hand keep what they contain"),
    )


def _readers(words: Words, readers: tuple[Readers, ...]) -> Section:
    lead = words.gettext(
        "According to the policies in force. Every visit to the console is itself checked and recorded."
    )
    return Section(words.gettext("Who can see it"), (lead,), tuple(_read_by(words, one) for one in readers))


def _read_by(words: Words, readers: Readers) -> str:
    who = [
        words.ngettext("{title} ({count} person)", "{title} ({count} people)", count, title=title)
        for title, count in readers.groups
    ]
    who += [words.gettext("anyone named by policy {policy}", policy=policy) for policy in readers.others]
    return f"{words.say(f'notice.may.{readers.action}')}: {', '.join(who) or words.gettext('nobody')}"


def _rights(words: Words, settings: Settings) -> Section:
    contact = settings.help.contact
    return Section(
        words.gettext("Your rights"),
        (),
        (
            words.gettext(
                "see what is recorded about you, and download a copy: {page}", page=f"{settings.public_url}/records"
            ),
            words.gettext(
                "have your data erased when you leave; entries about actions between you and others stay under "
                "an opaque ID until they expire"
            ),
            words.gettext("contact: {contact}", contact=contact)
            if contact
            else words.gettext("contact: (name someone here, and under [help] in limen.toml)"),
        ),
    )


# For a works council as well


def _kinds(words: Words, now: NoticeFacts) -> Section:
    lead = words.gettext("The journal contains only these types of entries. The reference describes each of them.")
    kinds = tuple(f"{words.gettext(family.title)}: {', '.join(names)}" for family, names in now.kinds.items())
    return Section(words.gettext("All kinds of events"), (lead,), kinds)


def _fields(words: Words) -> Section:
    return Section(
        words.gettext("What an entry holds"),
        (
            words.gettext(
                "Each entry has some of these fields, in the format of the Open Cybersecurity Schema Framework:"
            ),
        ),
        (
            words.gettext("time, type, outcome and a unique number"),
            words.gettext("opaque IDs of who did it and to whom, and an alias of the session"),
            words.gettext("network address"),
            words.gettext("app, action, method, host and path pattern; the answer, the policies and their revision"),
            words.gettext("a fingerprint of the exact facts, each stored once, without name or email address"),
        ),
    )


def _monitoring(words: Words) -> Section:
    said = words.gettext(
        "Limen produces no reports on working hours or performance, ranks nobody, and counts decisions only "
        "for the company, an app or a policy. Anyone who can read the journal could see when a person used "
        "which app. Agree on what that may be used for."
    )
    return Section(words.gettext("Performance and behaviour"), (said,))


def _measures(words: Words, *, is_https: bool) -> tuple[str, ...]:
    return (
        words.gettext(
            "the journal is a chain of signed digests: no entry can be changed, removed or reordered "
            "unnoticed, and a person's entries can be erased without breaking the chain"
        ),
        words.gettext("names are stored separately from the journal, which contains only opaque IDs"),
        words.gettext("seeds and signing keys are encrypted; passwords are kept as Argon2id hashes, tokens as hashes"),
        words.gettext(
            "changing people or policies requires an identity check within the last ten minutes, and is recorded"
        ),
        words.gettext("traffic is encrypted (TLS)")
        if is_https
        else words.gettext("traffic is NOT encrypted: the address begins with http"),
    )


def _changes(words: Words, now: NoticeFacts) -> Section:
    said = words.gettext(
        "Policies as of revision {revision}, {people} people with access. Print again when they or settings change.",
        revision=now.revision[:12],
        people=now.people,
    )
    return Section(words.gettext("As of"), (said,))
