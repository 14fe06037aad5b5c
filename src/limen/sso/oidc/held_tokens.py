"""What a token hangs on: a person's sign-in at an app, a workload's, or both where the one acts for the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from limen.clock import SECOND, Instant
from limen.opaque import hash_of
from limen.sso import sign_ins
from limen.sso.oidc import store, workload_store
from limen.sso.oidc.keys import Keys
from limen.sso.oidc.protocol import ACCESS_TOKEN
from limen.sso.oidc.store import CODE, Issued
from limen.sso.oidc.workload_store import WorkloadSignIn
from limen.sso.sign_ins import AppSignIn
from limen.storage import Snapshot


@dataclass(frozen=True, slots=True)
class Held:
    """What one token hangs on. `told` are the claims of an access token, `refresh` is a refresh token."""

    sign_in: AppSignIn | None = None
    workload: WorkloadSignIn | None = None
    refresh: Issued | None = None
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def issued_at(self) -> Instant:
        return int(self.told.get("iat", 0)) * SECOND


def held(snapshot: Snapshot, keys: Keys, issuer: str, token: str, now: Instant) -> Held:
    """What this token hangs on; nothing where it is none of ours, over or used, or what it hangs on is gone."""
    connection = snapshot.connection
    refresh = store.issued(connection, hash_of(token))
    if refresh is not None:
        is_good = refresh.kind != CODE and not refresh.is_spent and now < refresh.until
        return Held(sign_in=refresh.sign_in, refresh=refresh) if is_good and not refresh.sign_in.ended_at else Held()
    told = keys.claims(token, ACCESS_TOKEN)
    if told is None or told.get("iss") != issuer or int(told.get("exp", 0)) * SECOND <= now:
        return Held()
    named, actor = str(told.get("sid", "")), told.get("act")
    sign_in = sign_ins.sign_in_of(connection, named)
    if sign_in is not None and sign_in.ended_at:
        return Held()
    if sign_in is not None and actor is None:
        return Held(sign_in=sign_in, told=told)
    workload = workload_store.sign_in_of(connection, str(actor["sid"]) if actor else named, now)
    if workload is None or (actor is not None and sign_in is None):
        return Held()
    return Held(sign_in=sign_in, workload=workload, told=told)
