"""Where somebody has accounts, for whoever proves that somebody has left."""

from __future__ import annotations

from limen.pillar import AccountAtApp, Provisioned
from limen.sso.provisioning import store
from limen.sso.provisioning.apps import UNKNOWN, ProvisionedApps
from limen.sso.provisioning.model import HeldAccount, State
from limen.storage import Snapshot


def provisioned(apps: ProvisionedApps) -> Provisioned:
    """The offer. Accounts at apps that apps.yaml does not name any more are told with that as their error: whatever
    they are, nothing ends them.
    """

    def of(snapshot: Snapshot, person_id: str) -> list[AccountAtApp]:
        known = apps.known()
        held = store.accounts(snapshot.connection, people=[person_id])
        return [
            _account(one, apps.name(one.app), "" if one.app in known else UNKNOWN)
            for one in held
            if one.state is not State.WAITING
        ]

    return Provisioned(of)


def _account(one: HeldAccount, app_name: str, unmanaged: str) -> AccountAtApp:
    return AccountAtApp(
        app=one.app,
        app_name=app_name,
        is_on=one.is_on,
        left_at=one.left_at,
        off_at=one.off_at,
        error=(one.error or unmanaged) if one.is_on else "",
    )
