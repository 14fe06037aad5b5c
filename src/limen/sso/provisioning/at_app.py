"""One account at an app: had there as it is to be, or taken away, and the proof of it. Raises VendorError.

An app is believed to have deactivated somebody when it shows that it has, and not when it says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from limen.clock import Instant
from limen.connectors.scim.client import ScimApp
from limen.connectors.scim.users import FoundUser, SentUser, differing
from limen.connectors.vendor_client import VendorError
from limen.facts.provision import Provision
from limen.sso.provisioning.model import NEVER, HeldAccount, State, digest

IsOthers = Callable[[str], Awaitable[bool]]
"""Whether the app's account of this ID is somebody else's here."""


@dataclass(frozen=True, slots=True)
class Done:
    """What an account is from now on, and what kind of event that is ("": nothing happened)."""

    account: HeldAccount
    kind: str


async def give(client: ScimApp, held: HeldAccount, user: SentUser, provision: Provision, is_others: IsOthers) -> Done:
    """Have somebody's account at the app as it is to be."""
    found = await _found(client, held)
    is_new = held.state in {State.WAITING, State.CREATING} and not held.remote_id
    kind = "provision.created" if is_new else ""
    if found is None:
        try:
            return Done(_active(held, user, await client.create(user)), "provision.created")
        except VendorError as error:
            if error.word != "account-taken":
                raise
            found = await _of_this_name(client, held, user, provision, is_others)
            kind = "provision.created" if found.external_id == held.id else "provision.linked"
    elif found.external_id != held.id and held.state is State.CREATING:
        kind = "provision.linked"
    names = differing(user, found)
    if not names:
        return Done(_active(held, user, found), kind)
    await client.change(found, user, names)
    now = await client.get(found.id)
    left = differing(user, now) if now is not None else ("active",)
    if now is None or "active" in left or "userName" in left:
        raise VendorError("did-not")
    changed = "provision.reactivated" if "active" in names else "provision.changed"
    return Done(_active(held, user, now, left), kind or changed)


async def take(client: ScimApp, held: HeldAccount, provision: Provision, now: Instant) -> Done:
    """Have nobody get in with this account any more."""
    found = await _found(client, held)
    several = [found] if found is not None else await _elsewhere(client, held)
    for one in several:
        await _end(client, one, provision)
    off = replace(held, state=State.INACTIVE, sent="", version="", off_at=now, due_at=NEVER, failures=0, error="")
    return Done(off, "provision.deactivated")


async def _end(client: ScimApp, found: FoundUser, provision: Provision) -> None:
    if provision.deletes:
        await client.delete(found.id)
        if await client.get(found.id) is not None:
            raise VendorError("did-not")
        return
    if not found.is_active:
        return
    await client.deactivate(found)
    if await _is_on(client, found.id):
        await client.put(found.id, None, is_active=False)
        if await _is_on(client, found.id):
            raise VendorError("did-not")


async def _elsewhere(client: ScimApp, held: HeldAccount) -> list[FoundUser]:
    """What the app has of an account that is not where it was. That it answers this at all is the proof that it is an
    app: one whose address is wrong says of everybody that they are not there.
    """
    return await client.having("externalId", held.id) if held.remote_id else []


async def _is_on(client: ScimApp, user_id: str) -> bool:
    now = await client.get(user_id)
    return now is not None and now.is_active


async def _found(client: ScimApp, held: HeldAccount) -> FoundUser | None:
    """By the app's own ID; where that is not known yet, and the app may have been asked, by Limen's."""
    if held.remote_id:
        return await client.get(held.remote_id)
    if held.state is State.WAITING:
        return None
    several = await client.having("externalId", held.id)
    if len(several) > 1:
        raise VendorError("several-accounts")
    return several[0] if several else None


async def _of_this_name(
    client: ScimApp, held: HeldAccount, user: SentUser, provision: Provision, is_others: IsOthers
) -> FoundUser:
    """The account that is there already under this name, where it may be theirs."""
    several = await client.having("userName", user.user_name)
    if len(several) != 1:
        raise VendorError("several-accounts" if several else "account-taken")
    (found,) = several
    if found.external_id == held.id:
        return found
    if await is_others(found.id):
        raise VendorError("other-account")
    if not provision.adopts:
        raise VendorError("account-taken")
    return found


def _active(held: HeldAccount, user: SentUser, found: FoundUser, ignored: tuple[str, ...] = ()) -> HeldAccount:
    return replace(
        held,
        state=State.ACTIVE,
        remote_id=found.id,
        user_name=found.user_name,
        version=found.version,
        sent=digest(user),
        ignored=" ".join(ignored),
        left_at=0,
        off_at=0,
        due_at=NEVER,
        failures=0,
        error="",
    )
