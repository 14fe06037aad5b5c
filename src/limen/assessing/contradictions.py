"""Where one export contradicts another: somebody or something that one tells of, and the one that should does not.

Each is a row that is not as it should be, in the figure that would be too good without it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from limen.assessing.device_evidence import unlisted
from limen.assessing.fed import ACCOUNTS as ACCOUNTS_OF, LIST_OF_DEVICES, MANAGED
from limen.assessing.kinds import Kind, Provider
from limen.assessing.people_evidence import apps_of, lately, people_who
from limen.assessing.told import Told
from limen.clock import Instant
from limen.roadmap.model import Row

ACCOUNTS: Final = "I1"
FACTORS: Final = "I2"
APPS: Final = "I5"
DEVICES: Final = "D1"


class Contradiction(NamedTuple):
    """`control` is whose figure it lowers ("": it is counted there already, and told here only)."""

    control: str
    row: Row


def contradictions(told: Told, now: Instant) -> tuple[Contradiction, ...]:
    """Each thing once in each control, in the order of ids."""
    found: dict[tuple[str, str], Contradiction] = {}
    for one in (*_strangers(told, now), *_unregistered(told), *_devices(told, now), *_apps(told, now)):
        found.setdefault((one.control, one.row.id), one)
    return tuple(sorted(found.values(), key=lambda one: (one.control, one.row.id)))


def _strangers(told: Told, now: Instant) -> Iterator[Contradiction]:
    """Who has no account by the lists of users, and acts."""
    if not told.accounts or ACCOUNTS_OF(told):
        return  # whoever is not there may be in a list of users that was not given
    known = {one.address for one in told.accounts.values() if one.is_active}
    ever = {one.address for one in told.accounts.values()}

    def stranger(who: str, why: str) -> Contradiction:
        said = f"{why}, and its account is off" if who in ever else f"{why}, and no list of users has it"
        return Contradiction(ACCOUNTS, Row(f"stranger {who}", who, False, said, is_personal=True))

    for one in lately(told, now):
        if (who := told.address_of(one.user_id, one.user)) and who not in known:
            yield stranger(who, "it signs in")
    for device in told.devices:
        owner = told.address_of("", device.record.owner)
        if "@" in owner and owner not in known:
            yield stranger(owner, f"the {device.source} says that it has a device")
    for who, role in told.roles.items():
        if told.address_of(who, who) not in known:
            yield stranger(told.address_of(who, who), f"it holds the role {role}")
    if Kind.ENTRA_USERS in told.kinds:
        for name in told.registered:
            if name and told.address_of(name, name) not in ever:
                yield stranger(told.address_of(name, name), "it registered ways to sign in")


def _unregistered(told: Told) -> Iterator[Contradiction]:
    """Users whom the report of registered factors does not name: it is no report of everybody."""
    if Kind.ENTRA_FACTORS not in told.kinds:
        return
    named = {told.address_of(one, one) for one in told.registered}
    for one in told.accounts.values():
        if one.provider is Provider.ENTRA and one.is_active and one.address not in named:
            why = "the report of registered factors does not name them"
            yield Contradiction("", Row(one.address, one.name, False, why, is_personal=True))


def _devices(told: Told, now: Instant) -> Iterator[Contradiction]:
    is_listed = bool(told.devices) and not (MANAGED(told) or LIST_OF_DEVICES(told))
    for one in unlisted(told, now) if is_listed else ():
        who = told.address_of(one.user_id, one.user)
        name = one.device or f"a device of {who}"
        why = "somebody signs in with it, and no list of devices has it"
        yield Contradiction("", Row(f"device {one.device_id}", name, False, why, is_personal=True))


def _apps(told: Told, now: Instant) -> Iterator[Contradiction]:
    """Apps that people gave access to their data, and that nobody signs in to through the provider."""
    if Kind.ENTRA_SIGN_INS not in told.kinds:
        return
    signed_in = {one.app.casefold() for one in lately(told, now)}
    for id_, name, consents in apps_of(told):
        is_named = consents[0].provider is Provider.GOOGLE or Kind.ENTRA_APPS in told.kinds
        if is_named and any(one.by for one in consents) and name.casefold() not in signed_in:
            why = f"{people_who(consents)} gave it access to data, and nobody signs in to it by the provider"
            yield Contradiction(APPS, Row(f"consent {id_}", name, False, why))
