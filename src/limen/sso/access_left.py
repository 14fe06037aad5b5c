"""What is left of somebody at apps that sign them in: apps that have not heard yet that a sign-in is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import AccessSurface, Provisioned, Standing
from limen.sso import sign_ins

if TYPE_CHECKING:
    from limen.clock import Instant
    from limen.pillar import Core
    from limen.storage import Snapshot


def sessions_of_apps(core: Core) -> AccessSurface:
    """Tokens are worth nothing at once; an app's own session ends when the app has heard of it."""

    async def ask(person_id: str, since: Instant) -> Standing:
        def read(snapshot: Snapshot) -> tuple[list[tuple[str, int]], int]:
            connection = snapshot.connection
            return sign_ins.untold_of(connection, person_id), sign_ins.ended_since(connection, person_id, since)

        untold, ended = await core.database.reading(read)
        silent = sorted({app for app, tries in untold if tries})
        return Standing(open=sum(not tries for _, tries in untold), away=tuple(silent), ended=ended)

    return AccessSurface("sessions_of_apps", "Sessions that apps keep themselves, which are told to end", ask)


def accounts_at_apps(core: Core) -> AccessSurface:
    """Accounts that Limen keeps at apps: each app has shown that it is off."""

    async def ask(person_id: str, since: Instant) -> Standing:
        provisioned = core.offers.find(Provisioned)
        if provisioned is None:
            return Standing()
        accounts = await core.database.reading(lambda snapshot: provisioned.of(snapshot, person_id))
        on = [one for one in accounts if one.is_on]
        failing = sorted({one.app_name for one in on if one.error})
        off = sum(not one.is_on and one.off_at >= since for one in accounts)
        return Standing(open=sum(not one.error for one in on), away=tuple(failing), ended=off)

    return AccessSurface("accounts_at_apps", "Accounts at apps that Limen keeps", ask)
