"""Limen as OpenID Connect provider: what apps ask by themselves, and what is told of them.

Everything that is issued hangs on the sign-in session of a person. Before each code (`authorization`), each redemption,
each refresh, each userinfo and each introspection it is decided whether they may use this app *now*; a no is answered
as the protocol says it, and names its decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from limen.clock import APART
from limen.events import Event, Outcome
from limen.facts import App, Session
from limen.opaque import hash_of, new_token
from limen.pillar import Core, SignOn
from limen.sso import sign_ins
from limen.sso.oidc import claims, store, workload_store
from limen.sso.oidc.authorization import Authorization
from limen.sso.oidc.calls import ENTRY_POINT, TEMPORARILY_UNAVAILABLE, Calls, Decided
from limen.sso.oidc.device_sign_in import DeviceSignIn
from limen.sso.oidc.dpop import DpopProofs
from limen.sso.oidc.held_tokens import Held, held
from limen.sso.oidc.keys import Keys, held_keys, kept_keys, kept_pairwise_secret
from limen.sso.oidc.protocol import (
    ACCESS_TOKEN,
    CLIENT_CREDENTIALS,
    DEVICE,
    TOKEN_EXCHANGE,
    TOKEN_PATH,
    ProtocolReply,
    ProtocolRequest,
)
from limen.sso.oidc.store import CODE
from limen.sso.oidc.workload_keys import KEPT as KEYS_KEPT
from limen.sso.oidc.workload_sign_in import WorkloadSignIns
from limen.storage import Keyring, Transaction

TOKEN_OF_ANOTHER: Final = "token-of-another"  # noqa: S105 -- why it is refused
"""An app shows a token that was not issued for it."""
_NO_REFUSAL: Final = frozenset({"authorization_pending", "access_denied", "expired_token", "temporarily_unavailable"})
"""What a device is told while its person has not answered, or has, and what is said to everybody (see `Calls`)."""


class Provider:
    """The provider over what runs. `authorization` is the browser's way, `device` that of devices without one."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.issuer = calls.issuer
        self.authorization = Authorization(calls)
        self.device = DeviceSignIn(calls)
        self._proofs = DpopProofs(calls.core.database.kept_briefly, calls.core.clock, calls.issuer)
        self.workloads = WorkloadSignIns(calls, self._proofs)

    async def token(self, wire: ProtocolRequest, proof: str, address: str) -> ProtocolReply:
        """RFC 6749 section 3.2: tokens for whoever proves themselves there, if this is so decided now."""
        if any(len(values) > 1 for name, values in wire.form.items() if name != "resource"):
            reply = ProtocolReply(400, {"error": "invalid_request"})
        elif wire.one("grant_type") in {CLIENT_CREDENTIALS, TOKEN_EXCHANGE}:
            reply = await self.workloads.token(wire, proof, address)
        else:
            reply = await self._token_of_a_person(wire, proof)
        self._tell(wire, reply)
        return reply

    async def _token_of_a_person(self, wire: ProtocolRequest, proof: str) -> ProtocolReply:
        """Tokens for a code, a refresh token or a device.

        A proof is looked at for what was issued alone: strangers' proofs would cost time, and room among those seen.
        """
        secret = wire.one("code") if wire.one("grant_type") == "authorization_code" else wire.one("refresh_token")
        device_code = wire.one("device_code") if wire.one("grant_type") == DEVICE else ""
        found = await self._calls.core.database.reading_together(
            lambda snapshot: store.issued(snapshot.connection, hash_of(secret))
        )
        device = await self.device.devices.of(device_code)
        of = found.sign_in.id if found else device.user_code if device else ""
        key = await self._proofs.key_of(proof, "POST", TOKEN_PATH, of) if proof and of else ""
        if key is None:
            return ProtocolReply(400, {"error": "invalid_dpop_proof"})
        if device is not None:
            device = await self.device.devices.asks(device_code)
            is_answered = device is not None and (device.sign_in is not None or device.is_refused)
            if is_answered and not await self.device.devices.take(device_code):
                device = None  # it was told what it waited for
        waited_for = device.sign_in if device and not device.is_over(self._calls.core.clock.now()) else None
        decided = self._calls.decided(found.sign_in if found else waited_for)
        if decided.is_unavailable:
            return TEMPORARILY_UNAVAILABLE
        session, person, decision = decided.session, decided.person, decided.id
        if found is not None and session is None:
            await self._end([found.sign_in.id])
        reply, call = await self._calls.served(
            lambda server: server.create_token_response(wire), session=session, person=person, key=key, device=device
        )
        begun = waited_for if device is not None else found.sign_in if found and found.kind == CODE else None
        if reply.status == 200 and begun is not None and session is not None:
            sign_ins.say_begun(self._calls.core, begun, ENTRY_POINT, session)
        for sign_in in call.reused:
            self._calls.noted("sso.token_reused", sign_in, Outcome.FAILURE)
        for sign_in in call.repeated:
            self._calls.noted("sso.token_repeated", sign_in)
        if reply.body.get("error") in {"invalid_grant", "access_denied"} and decision and person is None:
            return replace(reply, body={**reply.body, "error_description": f"decision {decision}"})
        return reply

    async def revoke(self, wire: ProtocolRequest) -> ProtocolReply:
        """RFC 7009: the sign-in that this token belongs to ends, with everything that was issued for it."""
        reply, _ = await self._calls.served(lambda server: server.create_endpoint_response("revocation", wire))
        self._tell(wire, reply)
        return reply

    async def introspect(self, wire: ProtocolRequest) -> ProtocolReply:
        """RFC 7662: whether this token is good at this moment, for the client that it was issued to."""
        found = await self._held(wire.one("token"))
        decided = self._calls.decided(found.sign_in)
        workload = self.workloads.decided(found.workload, found.issued_at) if found.workload else Decided()
        if decided.is_unavailable or workload.is_unavailable:
            return TEMPORARILY_UNAVAILABLE
        reply, _ = await self._calls.served(
            lambda server: server.create_endpoint_response("introspection", wire),
            session=decided.session,
            person=decided.person,
            workload=workload.person,
        )
        self._tell(wire, reply)
        is_good_somewhere = decided.person is not None or workload.person is not None
        if reply.status == 200 and not reply.body.get("active") and is_good_somewhere:
            self._calls.refused(wire, TOKEN_OF_ANOTHER)
        return reply

    async def userinfo(self, token: str, scheme: str, proof: str, method: str) -> ProtocolReply:
        """OpenID Connect Core section 5.3: who this access token is about, if it is so decided now.

        One that is narrowed to a resource (RFC 8707), or that a workload acts with, is not for here. What is journaled
        is what no app of ours would send: not a token whose time is over.
        """
        found = await self._held(token)
        sign_in, told, here = found.sign_in, found.told, claims.userinfo(self.issuer)
        if sign_in is None or here not in told.get("aud", ()):
            if found.sign_in is not None or found.workload is not None:
                self._calls.sign_on.tell("sso.client_refused", TOKEN_OF_ANOTHER, str(told.get("client_id", "")))
            elif self._calls.keys.claims(token, ACCESS_TOKEN) is None:
                self._calls.sign_on.tell("sso.client_refused", "invalid-token", "")
            return _no_token()
        bound = str(told.get("cnf", {}).get("jkt", ""))
        if bound and (
            scheme != "dpop" or await self._proofs.key_of(proof, method, "/oidc/userinfo", sign_in.id, token) != bound
        ):
            self._calls.sign_on.tell("sso.client_refused", "invalid-dpop-proof", sign_in.app)
            return _no_token()
        app, decided = self._calls.core.known.apps.get(sign_in.app), self._calls.decided(sign_in)
        if decided.is_unavailable:
            return TEMPORARILY_UNAVAILABLE
        person = decided.person
        if person is None or app is None or app.oidc is None:
            return _no_token()
        subject = claims.subject(person.id, app, self._calls.pairwise)
        return ProtocolReply(200, {"sub": subject, **claims.about(person, app.oidc, sign_in.scope.split())})

    # What is told of it

    def key_set(self) -> Mapping[str, Any]:
        """The public keys (RFC 7517)."""
        return self._calls.keys.published()

    def sign_out_target(self, hint: str, client_id: str, uri: str) -> tuple[str, str]:
        """Of a sign-out that an app began (RP-Initiated Logout 1.0): the sign-in in its hint, and where to go on.

        Each is "" where it does not hold: an address that is not registered is never gone to, and that is journaled.
        """
        told = self._calls.keys.claims(hint, "JWT") if hint else None
        named = str(told.get("aud", "")) if told else client_id
        app = self._calls.core.known.apps.get(named)
        if app is None or app.oidc is None or (told and client_id and client_id != named):
            sign_in_id, to = "", ""
        else:
            sign_in_id = str(told.get("sid", "")) if told else ""
            to = uri if uri in app.oidc.post_logout_uris else ""
        if (hint and not sign_in_id) or (uri and not to):
            self._calls.sign_on.tell("sso.client_refused", "invalid-sign-out", named)
        return sign_in_id, to

    async def check_hint(self, sign_in_id: str, session: Session | None) -> None:
        """Have it journaled where a sign-out names a sign-in that is not of this session: it ends nothing there."""
        named = await self._calls.core.database.reading(
            lambda snapshot: sign_ins.sign_in_of(snapshot.connection, sign_in_id)
        )
        if named is not None and (session is None or named.session_id != session.id):
            self._calls.sign_on.tell("sso.client_refused", "hint-of-another", named.app)

    def subject(self, person_id: str, app: App) -> str:
        """Who somebody is to this app."""
        return claims.subject(person_id, app, self._calls.pairwise)

    # Secrets and keys

    async def has_secret(self, app_id: str) -> bool:
        """Whether the app has a client secret that counts."""
        now = self._calls.core.clock.now()
        return bool(
            await self._calls.core.database.reading(lambda s: list(store.secrets_of(s.connection, app_id, now)))
        )

    async def new_secret(self, app_id: str, by: str, overlap: int) -> str:
        """A new secret for this client, told once; the others count for another `overlap` milliseconds."""
        secret, now = new_token(), self._calls.core.clock.now()

        def work(transaction: Transaction) -> None:
            store.add_secret(transaction.connection, app_id, hash_of(secret), now, now + max(overlap, 1))
            transaction.say(Event(at=now, kind="sso.secret_made", actor=by, details={"app": app_id}))

        await self._calls.core.database.writing(work)
        return secret

    async def keep_up(self) -> None:
        """Renew keys in time, and forget what is over."""
        now = self._calls.core.clock.now()

        def work(transaction: Transaction) -> None:
            store.forget(transaction.connection, now)
            workload_store.forget(transaction.connection, now - APART, now - KEYS_KEPT)
            kept_keys(transaction, self._calls.core.keyring, now)

        await self._calls.core.write(work)

    def follow(self) -> None:
        """Sign with, go by and publish the keys that are kept, whoever changes them; called before anything is read.

        Nothing else replaces them: what was read before a change would bring a discarded key back.
        """
        core = self._calls.core
        core.feed.at_start(lambda snapshot: held_keys(snapshot, core.keyring), self._take)
        core.feed.on(
            store.KEYS_CHANGED,
            lambda snapshot, _all: held_keys(snapshot, core.keyring),
            lambda _all, found: self._take(found),
        )

    @property
    def keys(self) -> Keys:
        return self._calls.keys

    @property
    def keyring(self) -> Keyring:
        """What keys are sealed with."""
        return self._calls.core.keyring

    @property
    def pairwise(self) -> bytes:
        """The secret under which people get another name for each app, whatever its protocol."""
        return self._calls.pairwise

    # Inside

    def _take(self, kept: Keys) -> None:
        if kept.ids != self._calls.keys.ids:
            self._calls.keys = kept

    def _tell(self, wire: ProtocolRequest, reply: ProtocolReply) -> None:
        """Journal what was refused to an app; not what a decision refused, nor a device that still waits: they are."""
        error = str(reply.body.get("error", ""))
        is_decided = str(reply.body.get("error_description", "")).startswith("decision ")
        if error and error not in _NO_REFUSAL and not is_decided:
            self._calls.refused(wire, error)

    async def _held(self, token: str) -> Held:
        calls = self._calls
        now = calls.core.clock.now()
        return await calls.core.database.reading_together(
            lambda snapshot: held(snapshot, calls.keys, calls.issuer, token, now)
        )

    async def _end(self, sign_in_ids: list[str]) -> None:
        now = self._calls.core.clock.now()
        await self._calls.core.database.writing(
            lambda transaction: sign_ins.end(transaction.connection, sign_in_ids, now)
        )


def _no_token() -> ProtocolReply:
    return ProtocolReply(401, {"error": "invalid_token"}, (("WWW-Authenticate", 'Bearer error="invalid_token"'),))


async def build(core: Core, sign_on: SignOn) -> Provider:
    """The provider, with keys that were made where there were none."""

    def work(transaction: Transaction) -> tuple[Keys, bytes]:
        now = core.clock.now()
        return kept_keys(transaction, core.keyring, now), kept_pairwise_secret(transaction, core.keyring, now)

    provider = Provider(Calls(core, sign_on, *await core.database.writing(work)))
    provider.follow()
    return provider
