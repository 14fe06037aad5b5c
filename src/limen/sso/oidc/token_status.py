"""Whether a token counts, asked by the app that it is for (RFC 7662), and giving one back (RFC 7009).

A token of a person counts while their sign-in does, one of a workload while its own does, and one that a workload got
for a person while both do. All of it was decided anew before; here it is held against the token.
"""

from __future__ import annotations

from typing import Any, Final

from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from limen.clock import SECOND
from limen.opaque import hash_of
from limen.sso import sign_ins
from limen.sso.oidc import claims, store, workload_store
from limen.sso.oidc.clients import AnyClient, Call, Client, may_act
from limen.sso.oidc.held_tokens import Held, held
from limen.sso.oidc.protocol import CLIENT_METHODS


class _Known:
    """A token whose sign-ins live, as Authlib asks about it."""

    def __init__(self, found: Held) -> None:
        self.held = found

    def check_client(self, client: AnyClient) -> bool:
        """Whether it was issued to this client."""
        found = self.held
        if found.workload is not None:
            return client.client_id == found.workload.workload_id
        return found.sign_in is not None and client.client_id == found.sign_in.app

    def is_for(self, client: Client) -> bool:
        """Whether it is good at this app."""
        found = self.held.workload or self.held.sign_in
        return found is not None and found.app == client.client_id

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


class Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib has no types
    """Ends the sign-in that a token belongs to; of a workload that acts for somebody its own, never theirs."""

    CLIENT_AUTH_METHODS: Final = list(CLIENT_METHODS)

    def query_token(self, token_string: str, token_type_hint: str | None) -> _Known | None:
        """Also a spent refresh token of a sign-in that lives: an app that refreshed elsewhere gives it back."""
        call: Call = self.server.call
        spent = store.issued(call.transaction.connection, hash_of(token_string))
        if spent is not None and spent.is_spent and spent.kind != store.CODE and not spent.sign_in.ended_at:
            return _Known(Held(sign_in=spent.sign_in))
        return _known(call, token_string)

    def revoke_token(self, token: _Known, request: Any) -> None:
        call: Call = self.server.call
        if token.held.workload is not None:
            workload_store.end_sign_in(call.transaction.connection, token.held.workload.id)
        elif token.held.sign_in is not None:
            sign_ins.end(call.transaction.connection, [token.held.sign_in.id], call.now)


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]  # Authlib has no types
    """RFC 7662 section 2.2, of sign-ins that live and of what decides yes at this moment."""

    CLIENT_AUTH_METHODS: Final = [one for one in CLIENT_METHODS if one != "none"]

    def query_token(self, token_string: str, token_type_hint: str | None) -> _Known | None:
        return _known(self.server.call, token_string)

    def check_permission(self, token: _Known, client: Client, request: Any) -> bool:
        return token.is_for(client)

    def introspect_token(self, token: _Known) -> dict[str, Any]:
        call, found = self.server.call, token.held
        told: dict[str, Any] = {"active": True, "iss": call.issuer}
        if found.sign_in is not None:
            if call.session is None or call.session.id != found.sign_in.session_id or call.person is None:
                return {"active": False}
            app = call.apps[found.sign_in.app]
            subject = claims.subject(found.sign_in.person_id, app, call.pairwise)
            may_know_address = "email" in found.sign_in.scope.split()
            told |= {
                "client_id": found.sign_in.app,
                "scope": found.sign_in.scope,
                "sub": subject,
                "username": (call.person.email if may_know_address else "") or subject,
                "aud": found.sign_in.app,
            }
        if found.workload is not None:
            if call.workload is None or call.workload.id != found.workload.workload_id:
                return {"active": False}
            told |= {"client_id": call.workload.id, "aud": found.workload.app}
            if found.sign_in is None:
                told |= {"sub": call.workload.id, "username": call.workload.name}
            elif not may_act(call, found.workload.app, call.workload):
                return {"active": False}
            else:
                told["act"] = {"sub": call.workload.id}
        return told | _counting(found)


def _counting(found: Held) -> dict[str, Any]:
    """Until when it counts, for what, and for whom alone where it is bound to a key."""
    if found.refresh is not None:
        key, until = found.refresh.asked.key, found.refresh.until // SECOND
        return {"exp": until, **_bound(key)}
    told = found.told
    named = {name: told[name] for name in ("scope", "iat", "jti") if name in told}
    return {**named, "exp": int(told["exp"]), **_bound(str(told.get("cnf", {}).get("jkt", "")))}


def _bound(key: str) -> dict[str, Any]:
    return {"token_type": "DPoP", "cnf": {"jkt": key}} if key else {"token_type": "Bearer"}


def _known(call: Call, token: str) -> _Known | None:
    found = held(call.transaction, call.keys, call.issuer, token, call.now)
    return _Known(found) if found.sign_in or found.workload else None
