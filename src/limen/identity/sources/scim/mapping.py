"""From a SCIM user to what a source says of a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from limen.identity.sources.model import SourcePerson
from limen.identity.sources.scim.resources import Email, Employment, EnterpriseUser, User


def person_of(user: User[EnterpriseUser | Employment], groups: Iterable[str]) -> SourcePerson:
    """`groups` are the names of those in which they are. The ID is the one that was given here: the source's own
    (`externalId`) may be left out, and may change.
    """
    extension = user[EnterpriseUser] or EnterpriseUser()
    employment = user[Employment] or Employment()
    manager = extension.manager
    return SourcePerson(
        external_id=user.id or "",
        email=address_of(user),
        name=name_of(user),
        is_active=user.active is not False,
        groups=frozenset(groups),
        language=user.preferred_language or "",
        department=extension.department or "",
        title=user.title or "",
        employee_number=extension.employee_number or "",
        first_day=_day(employment.first_day),
        last_day=_day(employment.last_day),
        manager=(manager.value or "") if manager is not None else "",
    )


def _day(moment: datetime | None) -> date | None:
    """The day that is written, whatever time and zone follow: it is meant where the company is."""
    return moment.date() if moment is not None else None


def address_of(user: User[EnterpriseUser | Employment]) -> str:
    """The primary address, else that for work, else the first; else the userName, which is one at Entra ID."""
    emails = [one for one in user.emails or () if one.value]
    best = min(emails, key=_rank, default=None)
    return (best.value if best is not None else user.user_name) or ""


def _rank(email: Email) -> tuple[bool, bool]:
    return email.primary is not True, (email.type or "").casefold() != "work"


def name_of(user: User[EnterpriseUser | Employment]) -> str:
    """The name that is shown, else the whole one, else given and family name; else the userName."""
    name = user.name
    parts = () if name is None else (name.given_name, name.family_name)
    whole = name.formatted if name is not None else None
    return user.display_name or whole or " ".join(part for part in parts if part) or user.user_name or ""
