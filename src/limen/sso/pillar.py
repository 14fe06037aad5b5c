"""Single sign-on as a part of Limen: apps that ask Limen who somebody is, each time decided."""

from __future__ import annotations

from limen.pillar import Command, Core, Declarations, Every, Pillar, Running, SignOn

KEEP_UP_SECONDS = 60.0
TELL_SECONDS = 0.2


def _declarations() -> Declarations:
    from limen.sso.credentials import CREDENTIALS
    from limen.sso.kinds import KINDS
    from limen.sso.oidc import store, workload_store
    from limen.sso.upstream import store as upstream_store
    from limen.sso.upstream.sign_in_file import SIGN_IN_FILE

    return Declarations(
        events=KINDS,
        tables=(*store.TABLES, *workload_store.TABLES, *upstream_store.TABLES),
        credentials=CREDENTIALS,
        file=SIGN_IN_FILE,
    )


async def _build(core: Core) -> Running:
    from limen.sso.oidc import logout, provider
    from limen.sso.upstream import services

    sign_on = core.offers.take(SignOn)
    built = await provider.build(core, sign_on)
    logouts = logout.Logouts(core, built, sign_on.resolver)
    upstreams = services.build(core, sign_on, built)

    async def close() -> None:
        await logouts.close()
        await upstreams.close()

    return Running(
        offers=(built, logouts, upstreams),
        periodic=(
            Every("renew the keys of OpenID Connect and forget what is over", KEEP_UP_SECONDS, built.keep_up),
            Every("tell apps who was signed out", TELL_SECONDS, logouts.work),
        ),
        close=close,
    )


PILLAR = Pillar(
    name="sso",
    commands={
        "client-secret": Command(
            "limen.cli.client_secret", "Create the client secret of an app that uses OpenID Connect"
        ),
        "issuer-secret": Command("limen.cli.issuer_secret", "Store Limen's client secret at a sign-in service"),
        "workload-key": Command(
            "limen.cli.workload_key", "Give workloads keys by which they get tokens, and remove them"
        ),
    },
    pages=(
        "limen.web.sso.oidc",
        "limen.web.sso.sign_out",
        "limen.web.sso.device",
        "limen.web.sso.registration",
        "limen.web.sso.upstream",
        "limen.web.sso.links",
        "limen.web.sso.issuers",
    ),
    declarations=_declarations,
    build=_build,
)
