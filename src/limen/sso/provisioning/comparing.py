"""What an app has, held against what it should have. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from limen.clock import Instant
from limen.connectors.scim.users import FoundUser, SentUser, differing
from limen.sso.provisioning.model import HeldAccount, State
from limen.sso.provisioning.store import Difference, DifferenceKind


def compare(
    held: Collection[HeldAccount],
    users: Mapping[str, SentUser],
    found: Iterable[FoundUser],
    people: Mapping[str, str],
    now: Instant,
    *,
    settled: Collection[str],
    app: str,
) -> list[Difference]:
    """Every difference. `users` is what an account is to be, by its ID; who is not among them is to have none.

    `settled` are the accounts about which nothing was sent while the app was read: of the others nothing is said.
    `people` are IDs by their addresses in small letters.
    """
    there = {one.id: one for one in found}
    mine = {one.remote_id for one in held if one.remote_id}
    ours = {one.id for one in held if not one.remote_id}
    differences = [
        difference
        for one in held
        if one.id in settled and one.remote_id
        for difference in _of(one, users.get(one.id), there.get(one.remote_id), now)
    ]
    for user in there.values():
        if user.id not in mine and user.external_id not in ours:
            whose = people.get(user.user_name.casefold(), "")
            differences.append(_stranger(app, user, whose, now))
    return differences


def unwanted(held: Iterable[HeldAccount], users: Mapping[str, SentUser], settled: Collection[str]) -> list[str]:
    """The settled accounts that may be on though nobody is to have them: they are taken at the next turn."""
    may_be_on = {State.CREATING, State.ACTIVE}
    return [one.id for one in held if one.id in settled and one.state in may_be_on and one.id not in users]


def _of(one: HeldAccount, user: SentUser | None, found: FoundUser | None, now: Instant) -> Iterator[Difference]:
    def difference(kind: DifferenceKind, detail: str = "") -> Difference:
        return Difference(
            app=one.app,
            kind=kind,
            remote_id=one.remote_id,
            account_id=one.id,
            person_id="" if one.is_nobodys else one.person_id,
            user_name=one.user_name,
            detail=detail,
            is_active=found is not None and found.is_active,
            found_at=now,
        )

    if one.state is State.INACTIVE:
        if found is not None and found.is_active:
            yield difference(DifferenceKind.BACK)
    elif one.state is State.ACTIVE and user is not None:
        names = () if found is None else differing(user, found)
        if found is None:
            yield difference(DifferenceKind.MISSING)
        elif "active" in names:
            yield difference(DifferenceKind.OFF)
        elif changed := [name for name in names if name not in one.ignored.split()]:
            yield difference(DifferenceKind.CHANGED, " ".join(changed))


def _stranger(app: str, user: FoundUser, whose: str, now: Instant) -> Difference:
    return Difference(
        app=app,
        kind=DifferenceKind.STRANGER,
        remote_id=user.id,
        person_id=whose,
        user_name=user.user_name or user.name,
        is_active=user.is_active,
        found_at=now,
    )
