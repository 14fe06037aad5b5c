"""Single sign-on as a part of Limen: apps that ask Limen who somebody is, each time decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Core, Declarations, ErasedPerson, Every, Once, Pillar, Running, SignOn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

KEEP_UP_SECONDS = 60.0
TELL_SECONDS = 0.2
LOOK_SECONDS = 5.0
PROVISION_SECONDS = 0.2
COMPARE_SECONDS = 5.0
SIGNAL_SECONDS = 0.2
RECEIVED_SECONDS = 5.0


def _declarations() -> Declarations:
    from limen.sso import sign_ins
    from limen.sso.credentials import CREDENTIALS
    from limen.sso.kinds import KINDS
    from limen.sso.oidc import store, workload_store
    from limen.sso.provisioning import credentials as of_accounts, kinds as about_accounts, store as provisioning
    from limen.sso.saml import store as saml_store
    from limen.sso.shared_signals import kinds as about_signals, noting, outbox_store, store as signals_store, tokens
    from limen.sso.shared_signals.receiving import kinds as about_received, store as received_signals
    from limen.sso.shared_signals.signals_file import SIGNALS_FILE
    from limen.sso.upstream import store as upstream_store
    from limen.sso.upstream.sign_in_file import SIGN_IN_FILE

    signals = (signals_store, outbox_store, received_signals)
    stores = (sign_ins, store, workload_store, saml_store, upstream_store, provisioning, *signals)
    return Declarations(
        events=(*KINDS, *about_accounts.KINDS, *about_signals.KINDS, *about_received.KINDS),
        tables=tuple(table for one in stores for table in one.TABLES),
        credentials=(*CREDENTIALS, *of_accounts.CREDENTIALS, *tokens.CREDENTIALS),
        files=(SIGN_IN_FILE, SIGNALS_FILE),
        written_with=noting.WRITTEN,
    )


async def _build(core: Core) -> Running:
    from limen.connectors.vendor_client import VendorClient
    from limen.sso.access_left import accounts_at_apps, sessions_of_apps
    from limen.sso.entra import external_method
    from limen.sso.logouts import Logouts
    from limen.sso.oidc import logout_token, provider, store
    from limen.sso.provisioning.apps import ProvisionedApps
    from limen.sso.provisioning.delivery import Delivery
    from limen.sso.provisioning.provisioned import provisioned
    from limen.sso.provisioning.reconciling import Reconciling
    from limen.sso.saml import identity_provider, single_logout
    from limen.sso.shared_signals.receiving.clients import TransmitterClients
    from limen.sso.shared_signals.receiving.receiver import Receiver
    from limen.sso.shared_signals.receiving.streams import Streams
    from limen.sso.shared_signals.transmitter import Transmitter
    from limen.sso.upstream import services

    sign_on = core.offers.take(SignOn)
    built = await provider.build(core, sign_on)
    saml = await identity_provider.build(core, sign_on, built.pairwise)
    notices = (logout_token.notices(core, built), single_logout.notices(saml))
    logouts = Logouts(core, notices, sign_on.resolver, store.unredeemed)
    upstreams = await services.build(core, sign_on, built, saml)
    entra = external_method.build(core, sign_on, built)

    apps = ProvisionedApps(core, lambda url: VendorClient(url, sign_on.resolver, tries=1))
    delivery, reconciling = Delivery(core, apps), Reconciling(core, apps)
    transmitters = TransmitterClients(sign_on.resolver, core.clock)
    receiver = Receiver(core, transmitters.of)
    streams = Streams(core, receiver, transmitters.of)
    transmitter = Transmitter(core, sign_on, built)

    async def close() -> None:
        await transmitter.close()
        await delivery.close()
        await logouts.close()
        await upstreams.close()
        await entra.close()
        await transmitters.close()

    return Running(
        offers=(
            built,
            logouts,
            saml,
            single_logout.SingleLogout(core, sign_on, saml),
            upstreams,
            entra,
            receiver,
            streams,
            apps,
            delivery,
            reconciling,
            provisioned(apps),
            transmitter,
        ),
        periodic=(
            Every(
                "renew the keys of OpenID Connect and forget what is over",
                KEEP_UP_SECONDS,
                built.keep_up,
                Once.PER_WORKER,
            ),
            Every("forget keys of SAML that are over", KEEP_UP_SECONDS, saml.keep_up, Once.PER_WORKER),
            Every("tell apps who was signed out", TELL_SECONDS, logouts.work, Once.IN_ALL),
            Every("bring accounts at apps to what they are to be", PROVISION_SECONDS, delivery.keep, Once.IN_ALL),
            Every("compare apps with what they should have", COMPARE_SECONDS, reconciling.reconcile_due, Once.IN_ALL),
            Every("ask services that share signals", RECEIVED_SECONDS, streams.ask_due, Once.IN_ALL),
            Every("forget signals that can't come twice", KEEP_UP_SECONDS, receiver.forget, Once.IN_ALL),
            Every("tell other services of security events", SIGNAL_SECONDS, transmitter.work, Once.IN_ALL),
            Every("see for which sign-in services there is a secret", LOOK_SECONDS, upstreams.look, Once.PER_WORKER),
        ),
        figures=transmitter.figures,
        surfaces=(sessions_of_apps(core), accounts_at_apps(core), transmitter.surface()),
        close=close,
    )


def _erase_names(connection: Connection, person: ErasedPerson) -> Iterator[tuple[str, str]]:
    from limen.sso.provisioning import store
    from limen.sso.shared_signals import noting

    noting.note_erased(connection, person)
    if person.email:  # what differs at an app is compared anew each day
        store.erase_address(connection, person.email)
    yield from ()


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
        "provision": Command(
            "limen.cli.provision", "List accounts that Limen keeps at apps, compare apps, and decide what waits there"
        ),
        "signals": Command(
            "limen.cli.signals", "List services with which security events are shared, and how that goes with each"
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
        "limen.web.sso.provisioning",
        "limen.web.sso.signal_receiver",
        "limen.web.sso.transmitters",
        "limen.web.sso.signals",
    ),
    declarations=_declarations,
    erase_names=_erase_names,
    build=_build,
)
