"""Single sign-on as a part of Limen: apps that ask Limen who somebody is, each time decided."""

from __future__ import annotations

from limen.pillar import Command, Core, Declarations, Every, Pillar, Running, SignOn

KEEP_UP_SECONDS = 60.0
TELL_SECONDS = 0.2
LOOK_SECONDS = 5.0


def _declarations() -> Declarations:
    from limen.sso import sign_ins
    from limen.sso.credentials import CREDENTIALS
    from limen.sso.kinds import KINDS
    from limen.sso.oidc import store, workload_store
    from limen.sso.saml import store as saml_store
    from limen.sso.upstream import store as upstream_store
    from limen.sso.upstream.sign_in_file import SIGN_IN_FILE

    stores = (sign_ins, store, workload_store, saml_store, upstream_store)
    return Declarations(
        events=KINDS,
        tables=tuple(table for one in stores for table in one.TABLES),
        credentials=CREDENTIALS,
        file=SIGN_IN_FILE,
    )


async def _build(core: Core) -> Running:
    from limen.sso.entra import external_method
    from limen.sso.logouts import Logouts
    from limen.sso.oidc import logout_token, provider, store
    from limen.sso.saml import identity_provider, single_logout
    from limen.sso.upstream import security_events, services

    sign_on = core.offers.take(SignOn)
    built = await provider.build(core, sign_on)
    saml = await identity_provider.build(core, sign_on, built.pairwise)
    notices = (logout_token.notices(core, built), single_logout.notices(saml))
    logouts = Logouts(core, notices, sign_on.resolver, store.unredeemed)
    upstreams = await services.build(core, sign_on, built, saml)
    entra = external_method.build(core, sign_on, built)
    events = security_events.SecurityEvents(core, sign_on)

    async def close() -> None:
        await logouts.close()
        await upstreams.close()
        await entra.close()
        await events.close()

    return Running(
        offers=(
            built,
            logouts,
            saml,
            single_logout.SingleLogout(core, sign_on, saml),
            upstreams,
            entra,
            events.offered,
        ),
        periodic=(
            Every("renew the keys of OpenID Connect and forget what is over", KEEP_UP_SECONDS, built.keep_up),
            Every("take over the keys of SAML and forget what is over", KEEP_UP_SECONDS, saml.keep_up),
            Every("tell apps who was signed out", TELL_SECONDS, logouts.work),
            Every("see for which sign-in services there is a secret", LOOK_SECONDS, upstreams.look),
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
        "issuer-metadata": Command(
            "limen.cli.issuer_metadata", "Turn a sign-in service's SAML metadata into its entry in sign-in.yaml"
        ),
        "told": Command(
            "limen.cli.told", "Show what an app is told of a person who signs in there, and how long it counts"
        ),
        "keys": Command("limen.cli.keys", "List, renew and discard the keys that Limen signs with for apps"),
        "workload-key": Command(
            "limen.cli.workload_key", "Give workloads keys by which they get tokens, and remove them"
        ),
    },
    pages=(
        "limen.web.sso.oidc",
        "limen.web.sso.oidc_sign_out",
        "limen.web.sso.device",
        "limen.web.sso.oidc_registration",
        "limen.web.sso.saml",
        "limen.web.sso.saml_sign_out",
        "limen.web.sso.saml_registration",
        "limen.web.sso.upstream",
        "limen.web.sso.upstream_saml",
        "limen.web.sso.links",
        "limen.web.sso.entra",
        "limen.web.sso.issuers",
        "limen.web.sso.app_sign_ins",
        "limen.web.sso.keys",
    ),
    declarations=_declarations,
    build=_build,
)
