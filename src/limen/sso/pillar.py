"""Single sign-on as a part of Limen: apps that ask Limen who somebody is, each time decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Core, Declarations, Every, Pillar, Running, SignOn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from limen.clock import Instant
    from limen.storage import Transaction

KEEP_UP_SECONDS = 60.0
TELL_SECONDS = 0.2


def _declarations() -> Declarations:
    from limen.sso.kinds import KINDS
    from limen.sso.oidc.store import TABLES

    return Declarations(events=KINDS, tables=TABLES)


async def _build(core: Core) -> Running:
    from limen.sso.oidc import logout, provider

    built = await provider.build(core, core.offers.take(SignOn))
    logouts = logout.Logouts(core, built)
    return Running(
        offers=(built, logouts),
        periodic=(
            Every("renew the keys of OpenID Connect and forget what is over", KEEP_UP_SECONDS, built.keep_up),
            Every("tell apps who was signed out", TELL_SECONDS, logouts.work),
        ),
        close=logouts.close,
    )


def _end_at_restore(transaction: Transaction, now: Instant) -> Mapping[str, int]:
    from limen.sso.oidc import store

    if not store.is_there(transaction.connection):
        return {}  # a backup of before there was this part
    grants = [grant.id for grant in store.open_grants(transaction.connection)]
    return {"sign-ins at apps": len(store.end(transaction.connection, grants, now))}


PILLAR = Pillar(
    name="sso",
    commands={"client-secret": Command("limen.cli.client_secret", "Give an app the secret by which it proves itself")},
    pages=("limen.web.sso.oidc", "limen.web.sso.sign_out"),
    declarations=_declarations,
    build=_build,
    end_at_restore=_end_at_restore,
)
