"""What speaks against one account being one person's: it is in two hands, in none, or called like no person. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, Instant
from limen.company.unique_identities.model import Account, Evidence, Finding, Kind, Strength
from limen.company.unique_identities.reading import Held
from limen.company.unique_identities.whose import account_of
from limen.identity.model import Member, PersonStatus
from limen.identity.sources.said import WAITS
from limen.monitor.alerts.findings import Finding as Found
from limen.monitor.detections.hit import Level

NEVER_AFTER: Final = 30 * DAY
"""An account that nobody signed in with for so long after it was made, or an invitation that nobody took."""
UNUSED_AFTER: Final = 120 * DAY
MOST_EVIDENCE: Final = 14
_CALLED: Final = """
accounting accounts admin administrator all archive azubi backup billing bookings bot buchhaltung buero büro ceo
conference contact copier cron deploy deployment desk druck drucker einkauf empfang everyone fax finance front
frontdesk gast guest hello helpdesk hotline hr info invoices it jobs kasse kiosk konferenz kontakt kopierer lab
labor lager lobby mail mailer marketing meeting meetingroom monitoring noreply office order orders payroll phone
postfach poststelle praktikant printer produktion purchasing reception receptionist rechnung rechnungen robot root
sales scan scanner secretary sekretariat service servicedesk shared shop support svc system tablet team temp
terminal test tester testing user vertrieb verwaltung warehouse web webmaster werkstatt zentrale
"""
_WORDS: Final = frozenset(_CALLED.split())
_PARTS: Final = re.compile(r"[^\W\d_]+")


def single_accounts(held: Held, now: Instant) -> Iterator[Finding]:
    """Everything about one account of a person, and about what is linked to one that is no more."""
    members = {one.person.id: one for one in held.members}
    yield from _shared_use(held, members)
    for member in held.members:
        if member.status is PersonStatus.INACTIVE:
            continue
        if words := names_no_person(member.person.name, member.person.email):
            said = Evidence("name", f"It is called like an office, a machine or a task: {', '.join(words)}")
            yield Finding(Kind.NO_PERSONS_NAME, Strength.WEAK, (account_of(member),), (said,))
        if (unused := _unused(member, held.last_sign_ins.get(member.person.id, 0), now)) is not None:
            yield Finding(Kind.NEVER_USED, Strength.MEDIUM, (account_of(member),), (unused,))
    yield from _holders_gone(held, members)
    for stranger in held.strangers:
        account = Account(f"{stranger.app} {stranger.remote_id}", stranger.user_name, "", "/console/provisioning")
        said = Evidence("stranger", f"An active account at {stranger.app}, which nobody here has", stranger.found_at)
        yield Finding(Kind.UNMATCHED, Strength.MEDIUM, (account,), (said,))
    for record in held.of_nobody:
        account = Account(f"{record.source} {record.external_id}", record.said.name, record.said.email)
        said = Evidence(record.waits, f"The source {record.source} names them; {WAITS.get(record.waits, record.waits)}")
        yield Finding(Kind.UNMATCHED, Strength.MEDIUM, (account,), (said,))


def names_no_person(name: str, email: str) -> list[str]:
    """The words by which it is called that no person is called by: where its name or address is made of such words
    alone, or both begin with one. A person called Jobs is none.
    """
    local, named = (_PARTS.findall(text.casefold()) for text in (email.partition("@")[0], name))
    for words in (local, named):
        if words and all(word in _WORDS for word in words):
            return words
    return [word for word in local[:1] if word in _WORDS and word in named]


def _shared_use(held: Held, members: dict[str, Member]) -> Iterator[Finding]:
    found: dict[str, list[Found]] = {}
    for one in held.shared_use:
        if one.released_at == 0 and one.hit.person_id in members:
            found.setdefault(one.hit.person_id, []).append(one)
    for person_id, several in found.items():
        strong = [one for one in several if one.hit.level is not Level.INFORMATIONAL]
        strength = Strength.STRONG if len(strong) > 1 else Strength.MEDIUM
        evidence = tuple(_day(one) for one in several[:MOST_EVIDENCE])
        yield Finding(Kind.SHARED_USE, strength, (account_of(members[person_id]),), evidence)


def _day(one: Found) -> Evidence:
    says = one.hit.says
    text = f"{says.get('one')} ({says.get('one_address')}) and {says.get('other')} ({says.get('other_address')})"
    apart = f", {says['km']} km apart at least" if says.get("km") else ""
    by_turns = f"by turns {says.get('changes')} times in {says.get('minutes')} minutes"
    return Evidence(str(says.get("signs", "")), f"{text}{apart}, {by_turns}", one.hit.at, one.alert_id)


def _unused(member: Member, last: Instant, now: Instant) -> Evidence | None:
    if member.status is PersonStatus.INVITED or not member.enrolled_at:
        is_old = now - member.created_at >= NEVER_AFTER
        return Evidence("never", "Nobody enrolled", member.created_at) if is_old else None
    at = max(last, member.enrolled_at)
    return Evidence("unused", "Nobody has signed in since", at) if now - at >= UNUSED_AFTER else None


def _holders_gone(held: Held, members: dict[str, Member]) -> Iterator[Finding]:
    gone = PersonStatus.INACTIVE
    for one in held.at_issuers:
        member = members.get(one.person_id)
        if member is None or member.status is gone:
            account = Account(f"{one.issuer} {one.subject}", one.subject, one.issuer, "/console/people")
            yield _gone(account, member, f"An account at {one.issuer} is still linked", one.used_at)
    for person_id, name in sorted(held.hosts.items()):
        member = members.get(person_id)
        if member is None or member.status is gone:
            account = Account(f"host {name}", name, "", "/console/people")
            yield _gone(account, member, "An account on hosts is still theirs", 0)


def _gone(account: Account, member: Member | None, text: str, at: Instant) -> Finding:
    accounts = (account,) if member is None else (account, account_of(member))
    return Finding(Kind.HOLDER_GONE, Strength.MEDIUM, accounts, (Evidence("gone", text, at),))
