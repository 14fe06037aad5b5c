"""Owners hear that a secret is due, once a month, and nobody else does."""

from __future__ import annotations

from dataclasses import replace

from tests.access.at_harbor import AtHarbor, harbor
from tests.enforcement.brokered.test_accounts import ACCOUNT

from limen.clock import DAY
from limen.enforcement.brokered import store
from limen.enforcement.brokered.rotation import AGAIN_AFTER, Account, Rotation, accounts
from limen.mail.store import mails

__all__ = ["harbor"]


async def test_owners_hear_of_what_is_due_once_a_month(harbor: AtHarbor) -> None:
    core = harbor.house.limen.core
    maren = await harbor.colleague("Maren", "staff", "finance")
    chosen = next(one for one in core.known.apps.values() if one.owner == "finance" and one.upstream.url)
    shared = replace(chosen, account=ACCOUNT)
    everything = [shared if one.id == shared.id else one for one in core.known.apps.values()]
    core.known.set_company(everything, core.known.groups.values())
    now = core.clock.now()
    rotation = Rotation(core)

    async def stored_at(at: int, reminded_at: int = 0) -> list[str]:
        core.database.write(lambda t: store.keep(t.connection, core.keyring, shared, "secret", at))
        core.database.write(lambda t: store.reminded(t.connection, shared.id, reminded_at))
        before = set(_written(core))
        await rotation.remind()
        return [person for about, person in _written(core) if (about, person) not in before]

    assert await stored_at(now - 89 * DAY) == []
    assert await stored_at(now - 91 * DAY, reminded_at=now - AGAIN_AFTER + DAY) == []
    assert maren.id in await stored_at(now - 91 * DAY)
    held = core.database.read(lambda s: store.stored(s.connection))
    assert held[shared.id].reminded_at >= now
    (one,) = [one for one in accounts(core.known.apps, held) if one.app.id == shared.id]
    assert one.due_at == one.stored_at + 90 * DAY
    assert Account(shared, ACCOUNT).due_at == 0


def _written(core) -> list[tuple[str, str]]:
    rows = core.database.read(lambda s: s.connection.execute(mails.select()).mappings().all())
    return [(row["about"], row["person_id"]) for row in rows if row["about"].startswith("account-")]
