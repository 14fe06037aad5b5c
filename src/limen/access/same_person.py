"""Whether two accounts are, as far as can be told, in one hand: nobody approves what they asked for by another name."""

from __future__ import annotations

from typing import Final

from limen.facts import Person

_GMAIL: Final = frozenset({"gmail.com", "googlemail.com"})


def mailbox(address: str) -> str:
    """Where mail to this address ends up, as far as addresses say: without case, and without what follows a `+`; of
    Gmail's without dots, too.
    """
    local, _, domain = address.casefold().rpartition("@")
    local = local.partition("+")[0]
    return f"{local.replace('.', '')}@gmail.com" if domain in _GMAIL else f"{local}@{domain}"


def are_one(person: Person, other: Person) -> bool:
    """Whether both are the same account, or share a mailbox."""
    if person.id == other.id:
        return True
    return bool(person.email and other.email) and mailbox(person.email) == mailbox(other.email)


def is_on_their_device(approving_on: str, owner_id: str, asked_on: str, asker_id: str) -> bool:
    """Whether an approval comes from the device that the request was made on, or from one that belongs to the asker."""
    return approving_on != "" and (approving_on == asked_on or owner_id == asker_id)
