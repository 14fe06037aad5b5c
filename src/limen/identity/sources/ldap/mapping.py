"""From what a directory answered of an account to what a source says of a person. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

import msgspec

from limen.clock import Instant
from limen.connectors.ldap.accounts import Accounts
from limen.connectors.ldap.entries import Entry, dn_key, is_disabled
from limen.connectors.ldap.times import NEVER, from_file_time, from_generalized
from limen.connectors.vendor_client import VendorError
from limen.identity.sources.ldap.ldap_settings import LdapSettings
from limen.identity.sources.model import LONGEST, SourcePerson

OF_ACCESS: Final = ("userAccountControl", "pwdAccountLockedTime", "nsAccountLock")
"""By these a directory says that an account is disabled."""
_LOCKED_FOR_GOOD: Final = "000001010000Z"
"""Of OpenLDAP's password policy: an administrator locked the account. Any other time there is a lock after wrong
passwords, which ends; so is lockoutTime in Active Directory. Nobody leaves by mistyping.
"""
_FIRST_DAY: Final = date(1970, 1, 1)
_MOST_DAYS: Final = 2_932_896
"""From then to the end of the year 9999; a larger number counts 100 ns."""
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def people_of(accounts: Accounts, settings: LdapSettings, now: Instant, zone: tzinfo) -> dict[str, SourcePerson]:
    """Everybody who was read, by their external ids, each as their own entry says.

    Raises VendorError where the directory does not show whether accounts are disabled.
    """
    return {known: _person(known, entry, accounts, settings, now, zone) for known, entry in accounts.entries.items()}


def without_shared_addresses(people: Mapping[str, SourcePerson]) -> dict[str, SourcePerson]:
    """The same, but two who are active with one address have none: it can't be told whose it is."""
    holders = Counter(one.email.casefold() for one in people.values() if one.is_active)
    return {
        known: msgspec.structs.replace(one, email="") if holders[one.email.casefold()] > 1 else one
        for known, one in people.items()
    }


def ends_at(entry: Entry, names: tuple[str, ...], zone: tzinfo) -> Instant:
    """The moment from which an account has no access any more; 0: it does not end.

    Active Directory counts 100 ns since 1601. `shadowExpire` counts days since 1970, and on that day access is over
    (shadow(5)). A time is itself (RFC 4517), and a date, `2027-03-31`, is the last day.

    Raises ValueError or OverflowError for what is neither a number, a date nor a time.
    """
    for name in names:
        number, text = entry.number(name), entry.text(name).strip()
        if not text or (number is not None and (number <= 0 or number >= NEVER)):
            continue
        if number is not None and number <= _MOST_DAYS:
            return _midnight(_FIRST_DAY + timedelta(days=number), zone)
        if _DATE.fullmatch(text):
            return _midnight(date.fromisoformat(text) + timedelta(days=1), zone)
        at = from_file_time(number) if number is not None else from_generalized(text)
        if not at:
            raise ValueError("neither a number, a date nor a time")
        return at
    return 0


def starts_on(entry: Entry, names: tuple[str, ...], zone: tzinfo) -> date | None:
    """The first day on which somebody has access; None where the directory says none. Numbers and times are as in
    `ends_at`. Of a time it is the day in `zone` or in UTC, whichever is later: directories write midnight in UTC.

    Raises ValueError for what is neither a number, a date nor a time.
    """
    for name in names:
        number, text = entry.number(name), entry.text(name).strip()
        if not text:
            continue
        if number is not None and 0 < number <= _MOST_DAYS:
            return _FIRST_DAY + timedelta(days=number)
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        at = from_file_time(number) if number is not None else from_generalized(text)
        if not at:
            raise ValueError("neither a number, a date nor a time")
        then = datetime.fromtimestamp(at / 1_000, UTC)
        return max(then.date(), then.astimezone(zone).date())
    return None


def _person(
    known: str, entry: Entry, accounts: Accounts, settings: LdapSettings, now: Instant, zone: tzinfo
) -> SourcePerson:
    def text(name: str) -> str:
        """What is longer than is kept counts as none."""
        found = entry.text(*settings.attributes[name]).strip()
        return found if len(found) <= LONGEST else ""

    end, is_end_unread = _end(entry, settings.attributes["last_day"], zone)
    is_locked = _is_locked(entry, is_active_directory=accounts.is_active_directory)
    manager = entry.text(*settings.attributes["manager"])
    first_day, is_unread = _first_day(entry, settings.attributes["first_day"], zone)
    return SourcePerson(
        external_id=known,
        email=text("email"),
        name=text("name"),
        is_active=not is_locked and not 0 < end <= now,
        groups=accounts.groups.get(known, frozenset()),
        language=text("language")[:2],
        department=text("department"),
        title=text("title"),
        employee_number=text("employee_number"),
        manager=accounts.names.get(dn_key(manager), "") if manager else "",
        first_day=first_day,
        is_first_day_unread=is_unread,
        last_day=_day_before(end, zone) if end else None,
        is_last_day_unread=is_end_unread,
    )


def _first_day(entry: Entry, names: tuple[str, ...], zone: tzinfo) -> tuple[date | None, bool]:
    """Their first day, and whether there is one that can't be read."""
    try:
        return starts_on(entry, names, zone), False
    except (ValueError, OverflowError):
        return None, True


def _end(entry: Entry, names: tuple[str, ...], zone: tzinfo) -> tuple[Instant, bool]:
    """When their access ends (0: never), and whether there is an end that can't be read."""
    try:
        return ends_at(entry, names, zone), False
    except (ValueError, OverflowError):
        return 0, True


def _is_locked(entry: Entry, *, is_active_directory: bool) -> bool:
    if is_active_directory and entry.number("userAccountControl") is None:
        raise VendorError("hidden-accounts")
    is_locked = entry.text("pwdAccountLockedTime") == _LOCKED_FOR_GOOD
    return is_locked or is_disabled(entry) or entry.text("nsAccountLock").casefold() == "true"


def _midnight(day: date, zone: tzinfo) -> Instant:
    return int(datetime.combine(day, time(), zone).timestamp()) * 1_000


def _day_before(end: Instant, zone: tzinfo) -> date:
    """The last day on which there was access; an end at midnight ends the day before."""
    return (datetime.fromtimestamp((end - 1) / 1_000, UTC)).astimezone(zone).date()
