"""The notices' texts in English."""

from __future__ import annotations

from typing import Final

TITLES: Final = {
    "employees": "What {company} records when you sign in and use apps",
    "works-council": "What Limen records at {company}, for how long, and who can see it",
}
LEAD: Final = (
    "A template, filled from the settings and policies in force. Have it checked by whoever answers for data "
    "protection before you hand it out; it is no legal advice."
)
PURPOSE: Final = "What it is for"
RECORDED: Final = "What is recorded"
RECORDED_LEAD: Final = "Every request to a protected app is decided by rules, and the decision is written down:"
RECORDED_ITEMS: Final = (
    "when, which app, and which kind of action (view, edit, download, …), with the pattern of the path",
    "the answer and the rules that gave it",
    "from which network address, in which session, and with which way of proving who you are",
    "what the decision rested on: your groups, when and how you proved who you are, the place, where it is known",
    (
        "signing in and out, new and removed passkeys, passwords, codes, links and mails; of secrets only that they "
        "changed"
    ),
    (
        "while an app is being set up, for 14 days at most: which kinds of paths are asked for and by how many people, "
        "without ids or titles, and who would have been refused; that is erased a week later"
    ),
)
NOT_RECORDED: Final = "What is never recorded"
NOT_RECORDED_ITEMS: Final = (
    "what you read, write, upload or download in an app",
    "search words and anything else behind the question mark of an address",
    "passwords, codes, or fingerprints and faces: those never leave your device",
    "your name or e-mail address in the journal: it holds an opaque id; the name is kept apart and can be erased",
)
KEPT: Final = "How long it is kept"
READERS: Final = "Who can see it"
READERS_LEAD: Final = "By the policies in force. Every look into the console is itself decided and written down."
ACTIONS: Final = {
    "audit": "Read decisions and events",
    "support": "Help with sessions and lost devices, without decisions",
    "administer": "Administer everything, and read it",
}
NOBODY: Final = "nobody"
RIGHTS: Final = "Your rights"
KINDS: Final = "All kinds of events"
KINDS_LEAD: Final = "The journal has these kinds of entries and no others; the reference describes each."
FIELDS: Final = "What an entry holds"
FIELDS_LEAD: Final = "Each entry has some of these fields, in the form of the Open Cybersecurity Schema Framework:"
FIELD_ITEMS: Final = (
    "time, kind, outcome, and a number of its own",
    "opaque ids of who did it and to whom, and an alias of the session",
    "network address",
    "app, action, method, host and path pattern; the answer, the rules, and the revision of the rules",
    "a fingerprint of the exact facts, which are kept once each, without name and e-mail address",
)
MONITORING: Final = "Performance and behaviour"
MONITORING_SAID: Final = (
    (
        "Limen makes no reports on working hours or performance, ranks nobody, and counts decisions only for the "
        "company, an app or a rule. Whoever may read the journal could see when a person used which app. What that "
        "may be used for should be agreed."
    ),
)
MEASURES: Final = "Technical measures"
CHANGES: Final = "As of when"


def purpose(company: str, apps: int) -> str:
    return (
        f"{company} uses Limen to decide, for each request, who may use which of {apps} apps. The records explain "
        "refusals, find break-ins, and prove that the rules were followed. The apps:"
    )


def kept(
    journal: int, people: int, invited: int, links: int, mails: int, session_hours: float, backups: int
) -> tuple[str, ...]:
    return (
        f"entries of the journal, with the facts: {_days(journal)}, then they are deleted",
        f"account and factors of whoever left: {_days(people)} after access ended"
        if people
        else "account and factors of whoever left: until somebody erases them",
        f"invitations that nobody took up: {_days(invited)}"
        if invited
        else "invitations that nobody took up: until somebody erases them",
        f"what became of one-time links: {_days(links)}; of mails: {_days(mails)}",
        f"sessions: up to {session_hours:g} hours",
        f"backups: the newest {backups}, one a day; what was erased is in them until they are gone"
        if backups
        else "backups: Limen takes none by itself; those taken by hand hold what they held",
    )


def rights(page: str, contact: str) -> tuple[str, ...]:
    return (
        f"see what is recorded about you, and download a copy: {page}",
        (
            "have your data erased when you leave; what you did to others, or others to you, stays under an opaque "
            "id until its time is over"
        ),
        f"ask: {contact}" if contact else "ask: (name somebody here, and under [help] in limen.toml)",
    )


def measures(*, is_https: bool) -> tuple[str, ...]:
    return (
        (
            "the journal is a chain of signed digests: no entry can be changed, removed or reordered unseen, and a "
            "person's entries can be erased without breaking it"
        ),
        "names are kept apart from the journal, which holds opaque ids",
        "seeds and signing keys are encrypted; passwords are kept as Argon2id hashes, tokens as hashes",
        "changing people or rules needs a proof from the last ten minutes, and is journaled",
        "transport is encrypted (TLS)" if is_https else "transport is NOT encrypted: the address begins with http",
    )


def changes(revision: str, people: int) -> str:
    return f"Rules as of revision {revision}, {people} people with access. Print it anew when rules or settings change."


def group(title: str, count: int) -> str:
    return f"{title} ({count} {'person' if count == 1 else 'people'})"


def by_policy(policy: str) -> str:
    return f"whoever policy {policy} names"


def _days(count: int) -> str:
    return f"{count} {'day' if count == 1 else 'days'}"
