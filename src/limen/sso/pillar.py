"""Single sign-on as a part of Limen: apps that ask Limen who somebody is, each time decided."""

from __future__ import annotations

from limen.pillar import Command, Core, Declarations, Every, Pillar, Running, SignOn

KEEP_UP_SECONDS = 60.0
TELL_SECONDS = 0.2


def _declarations() -> Declarations:
    from limen.sso import sign_ins
    from limen.sso.credentials import CREDENTIALS
    from limen.sso.kinds import KINDS
    from limen.sso.oidc import store, workload_store
    from limen.sso.saml import store as saml_store

    tables = (*sign_ins.TABLES, *store.TABLES, *workload_store.TABLES, *saml_store.TABLES)
    return Declarations(events=KINDS, tables=tables, credentials=CREDENTIALS)


async def _build(core: Core) -> Running:
    from limen.sso.logouts import Logouts
    from limen.sso.oidc import logout_token, provider
    from limen.sso.saml import identity_provider, single_logout

    sign_on = core.offers.take(SignOn)
    built = await provider.build(core, sign_on)
    saml = await identity_provider.build(core, sign_on, built.pairwise)
    notices = (logout_token.notices(core, built), single_logout.notices(core, saml))
    logouts = Logouts(core, notices, sign_on.resolver)
    return Running(
        offers=(built, logouts, saml, single_logout.SingleLogout(core, sign_on, saml)),
        periodic=(
            Every("renew the keys of OpenID Connect and forget what is over", KEEP_UP_SECONDS, built.keep_up),
            Every("take over the keys of SAML and forget what is over", KEEP_UP_SECONDS, saml.keep_up),
            Every("tell apps who was signed out", TELL_SECONDS, logouts.work),
        ),
        close=logouts.close,
    )


PILLAR = Pillar(
    name="sso",
    commands={
        "client-secret": Command(
            "limen.cli.client_secret", "Create the client secret of an app that uses OpenID Connect"
        ),
        "workload-key": Command(
            "limen.cli.workload_key", "Give workloads keys by which they get tokens, and remove them"
        ),
    },
    pages=(
        "limen.web.sso.oidc",
        "limen.web.sso.sign_out",
        "limen.web.sso.device",
        "limen.web.sso.registration",
        "limen.web.sso.saml",
        "limen.web.sso.saml_sign_out",
        "limen.web.sso.saml_registration",
    ),
    declarations=_declarations,
    build=_build,
)
