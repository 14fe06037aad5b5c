"""Letting a device in by a code that its person types (RFC 8628): begun by the device, answered by the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.events import Event
from limen.facts import Session
from limen.policy.decision import Effect
from limen.sso.oidc.calls import ENTRY_POINT, Calls
from limen.sso.oidc.devices import INTERVAL_SECONDS, LIVES, Device, Devices
from limen.sso.oidc.protocol import CLIENT_METHODS, DEVICE, ProtocolReply, ProtocolRequest
from limen.user_codes import shown

if TYPE_CHECKING:
    from limen.sso.oidc.server import Server


class DeviceSignIn:
    """Begins it, and has it decided. `devices` are those that wait."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.devices = Devices(calls.core.database.kept_briefly, calls.core.clock)

    async def begin(self, wire: ProtocolRequest, address: str) -> ProtocolReply:
        """RFC 8628 section 3.2: the codes of a device, with which one of them its person is to type where.

        There is no `verification_uri_complete`: a link that has the code in it is what a stranger would send.
        """
        from limen.sso.oidc.server import OAuth2Error  # noqa: PLC0415 -- Authlib, of which no start waits

        def check(server: Server) -> ProtocolReply:
            request = server.create_oauth2_request(wire)
            try:
                client = server.authenticate_client(request, list(CLIENT_METHODS), "token")
            except OAuth2Error as wrong:
                return server.handle_error_response(request, wrong)  # type: ignore[no-any-return]
            scope = client.get_allowed_scope(wire.one("scope"))
            if not client.check_grant_type(DEVICE):
                return ProtocolReply(400, {"error": "unauthorized_client"})
            if "openid" not in scope.split():
                return ProtocolReply(400, {"error": "invalid_scope"})
            return ProtocolReply(200, {"app": client.client_id, "scope": scope, "resource": server.call.resource})

        reply, _ = await self._calls.served(check)
        if reply.status != 200:
            self._calls.refused(wire, str(reply.body.get("error", "")))
            return reply
        app, scope, resource = (str(reply.body[name]) for name in ("app", "scope", "resource"))
        begun = await self.devices.begin(app, scope, address, resource)
        if begun is None:
            return ProtocolReply(429, {"error": "slow_down"})
        code, device = begun
        told = {
            "device_code": code,
            "user_code": shown(device.user_code),
            "verification_uri": f"{self._calls.issuer}/device",
        }
        return ProtocolReply(200, {**told, "expires_in": LIVES // 1_000, "interval": INTERVAL_SECONDS})

    async def let_in(self, name: str, device: Device, session: Session, address: str) -> tuple[Effect, str]:
        """Decide whether this person may use the device's app, and let the device of this name in where they may; the
        decision.
        """
        app = self._calls.core.known.apps.get(device.app)
        if app is None or app.oidc is None or not app.oidc.may_use_devices:
            return Effect.DENY, ""
        answer = self._calls.sign_on.decide(ENTRY_POINT, app, session, address, is_present=True)
        if answer.effect is Effect.PERMIT and answer.session is not None:
            if await self.devices.agree(name, answer.session, answer.id) is None:
                return Effect.DENY, ""
            self._say("sso.device_let_in", device, session)
            return Effect.PERMIT, answer.id
        return (Effect.DENY if answer.effect is Effect.PERMIT else answer.effect), answer.id

    async def refuse(self, name: str, device: Device, session: Session) -> None:
        """The person did not begin this: the device is told no, and it is journaled where it came from."""
        if await self.devices.refuse(name) is not None:
            self._say("sso.device_refused", device, session)

    def _say(self, kind: str, device: Device, session: Session) -> None:
        details: dict[str, str | int | bool] = {"app": device.app, "device_address": device.address}
        at, who = self._calls.core.clock.now(), session.person_id
        self._calls.core.journal.record(
            Event(at=at, kind=kind, actor=who, subject=who, session=session.id, details=details)
        )
