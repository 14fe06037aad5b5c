"""Enforcement as a part of Limen: what decides each request and does as was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Core, Decider, Declarations, Every, Once, Pillar, Running, SignOn

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

    from limen.facts import Facts
    from limen.policy.decision import Decision

KEEP_UP_SECONDS = 30.0
SSH_KEYS_SECONDS = 600.0
FORGET_SECONDS = 5.0
ROTATION_SECONDS = 3600.0


def _declarations() -> Declarations:
    from limen.credentials import staying
    from limen.enforcement.brokered import kinds as brokered_kinds, store as brokered_store
    from limen.enforcement.radius import credentials as radius_credentials, kinds as radius_kinds, store as radius_store
    from limen.enforcement.ssh import credentials as ssh_credentials, kinds as ssh_kinds, store as ssh_store
    from limen.enforcement.store import signing_keys
    from limen.enforcement.traffic_store import observed_apps, observed_kinds, observed_refusals

    return Declarations(
        events=(*ssh_kinds.KINDS, *radius_kinds.KINDS, *brokered_kinds.KINDS),
        tables=(
            observed_apps,
            observed_kinds,
            observed_refusals,
            signing_keys,
            *ssh_store.TABLES,
            *brokered_store.TABLES,
            *radius_store.TABLES,
        ),
        credentials=(
            staying("app_login_codes", "good once, for 30 seconds, and only while the session it hangs on lives"),
            staying("assertions", "good for a minute at most, at one app, for a request that was permitted"),
            staying("brokered_sign_ins", "only the gateway holds them, and only while the session they hang on lives"),
            *ssh_credentials.CREDENTIALS,
            *radius_credentials.CREDENTIALS,
        ),
    )


def _prepare(core: Core) -> None:
    from limen.browser_state import BrowserStates
    from limen.enforcement.decision_point import DecisionPoint
    from limen.errors import LimenError
    from limen.facts import LIMEN
    from limen.policy.decision import Request
    from limen.ties import Ties

    ties = Ties(core.keyring.key_for("ties"))
    core.offers.give(ties)
    doors = DecisionPoint(
        known=core.known,
        engine=core.engine,
        journal=core.journal,
        clock=core.clock,
        break_glass=core.break_glass.holds,
        ties=ties,
    )

    def decide(facts: Facts, action: str) -> Decision:
        decision = doors.decide_facts("sign-in", Request(action=action), facts).decision
        if decision is None:
            raise LimenError("signing in could not be decided", "try again in a moment")
        return decision

    core.offers.give(doors)
    core.offers.give(BrowserStates(core.database.kept_briefly))
    core.offers.give(Decider(decide))

    def tell(kind: str, word: str, detail: str, app: str = "") -> None:
        about = next((one for one in (app, detail) if one in core.known.apps), LIMEN)
        doors.tell(kind, word, door="sso", address="", detail="" if detail == about else detail, app=about)

    core.offers.give(SignOn(doors.decide_sign_on, tell, _resolver))


def _resolver() -> AbstractResolver:
    from limen.enforcement.resolving import Resolver

    return Resolver()


async def _build(core: Core) -> Running:
    from limen.enforcement import services
    from limen.enforcement.access_left import network_sessions, open_streams, ssh_sessions
    from limen.enforcement.brokered.rotation import Rotation
    from limen.enforcement.decision_point import DecisionPoint
    from limen.enforcement.kept_open import kept_open
    from limen.enforcement.radius import service as radius_service
    from limen.enforcement.ssh import service as ssh_service
    from limen.pillar import DeviceSessions, committed
    from limen.pillar.data_checks import DocumentDoor

    built, ssh = await services.build(core), await ssh_service.build(core)
    rotation = Rotation(core)
    doors, device_sessions = core.offers.take(DecisionPoint), core.offers.take(DeviceSessions)

    async def keep_sight(session_id: str, device_id: str) -> None:
        await committed(core.database, core.settled, lambda t: device_sessions.see(t, session_id, device_id))

    doors.tied.keep_by(keep_sight)
    kept, kept_streams = kept_open(core, doors)
    radius = await radius_service.build(core)

    async def close() -> None:
        await radius.sessions.close()
        await ssh.door.close()
        kept_streams.close()
        await built.close()

    return Running(
        offers=(built, ssh.door, ssh.hosts, radius, kept, DocumentDoor(built.ask_about_documents)),
        periodic=(
            Every("keep what was observed of apps", KEEP_UP_SECONDS, built.keep_observed, Once.PER_WORKER),
            Every("forget SSH certificates that are over", KEEP_UP_SECONDS, ssh.door.keep_up, Once.PER_WORKER),
            Every("forget network sessions that are over", KEEP_UP_SECONDS, radius.sessions.keep_up, Once.PER_WORKER),
            Every(
                "forget sign-ins with shared accounts that are over",
                FORGET_SECONDS,
                built.forget_brokered,
                Once.PER_WORKER,
            ),
            Every(
                "remind owners of shared accounts whose secret is due", ROTATION_SECONDS, rotation.remind, Once.IN_ALL
            ),
            Every("renew the keys that sign SSH certificates", SSH_KEYS_SECONDS, ssh.hosts.keep_up, Once.PER_WORKER),
        ),
        figures=built.figures,
        surfaces=(
            open_streams(lambda: (built.gateway.streams, kept_streams)),
            ssh_sessions(ssh.door),
            network_sessions(radius.sessions),
        ),
        close=close,
    )


PILLAR = Pillar(
    name="enforcement",
    is_optional=False,
    commands={
        "account": Command("limen.cli.account", "Store and list the secrets of shared accounts at vendors"),
        "radius": Command("limen.cli.radius", "Set up the RADIUS server that VPNs, Wi-Fi and network gear ask"),
        "ssh": Command(
            "limen.cli.ssh", "Log in to a host by SSH, or set up this computer or a host for it", passes_on=True
        ),
    },
    pages=(
        "limen.web.access.radius",
        "limen.web.access.openvpn",
        "limen.web.access.confirm",
        "limen.web.access.ssh",
        "limen.web.access.ssh_hosts",
        "limen.web.access.ssh_console",
    ),
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
)
