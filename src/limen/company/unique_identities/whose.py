"""An account as a finding names it."""

from __future__ import annotations

from limen.company.unique_identities.model import Account
from limen.identity.model import Member


def account_of(member: Member) -> Account:
    person = member.person
    return Account(person.id, person.name, person.email, f"/console/people/{person.id}")
