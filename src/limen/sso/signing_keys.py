"""The keys that Limen signs with for apps, of every protocol: seen in one list, renewed, and discarded all at once.

Those of OpenID Connect change by themselves, since clients look at the key set again. Those of SAML change when
somebody says so, since many apps have their copy of a certificate. Both can be renewed early. Where a key may be in
other hands, all of a protocol are discarded: a new one signs at once, and what the old ones signed is worth nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, Instant
from limen.events import Event
from limen.sso.oidc import keys as oidc, store as oidc_store
from limen.sso.saml import keys as saml, store as saml_store
from limen.sso.upstream import store as upstream_store
from limen.storage import Keyring, Transaction

OIDC, SAML = "oidc", "saml"
PROTOCOLS: Final = (OIDC, SAML)
NEXT, SIGNS, BEFORE = "next", "signs", "before"
LONGEST_WAIT_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class ShownKey:
    """One key. `state`: it will sign from `signs_at` on, it signs, or it signed before. `until` is when it is renewed,
    or is published no more; 0 where nothing is set.
    """

    protocol: str
    id: str
    algorithm: str
    made_at: Instant
    signs_at: Instant
    state: str
    until: Instant = 0


def shown(own: oidc.Keys, certified: saml.SamlKeys, now: Instant) -> list[ShownKey]:
    """Every key, those of OpenID Connect first, the newest of each first."""
    return [*_of_oidc(own, now), *_of_saml(certified, now)]


def _of_oidc(keys: oidc.Keys, now: Instant) -> Iterator[ShownKey]:
    for algorithm in oidc.ALGORITHMS:
        able = [one for one in keys.every if one.algorithm == algorithm]
        signing = next((one for one in able if one.made_at + oidc.AHEAD <= now), able[-1])
        successor: Instant = 0
        for one in able:
            signs_at = one.made_at if len(able) == 1 else one.made_at + oidc.AHEAD
            if one is signing:
                state, until = SIGNS, successor or one.made_at + oidc.LIVES
            elif one.made_at > signing.made_at:
                state, until = NEXT, one.made_at + oidc.LIVES
            else:
                state, until = BEFORE, successor + oidc.KEPT
            successor = signs_at
            yield ShownKey(OIDC, one.id, algorithm, one.made_at, signs_at, state, until)


def _of_saml(keys: saml.SamlKeys, now: Instant) -> Iterator[ShownKey]:
    signing, successor = keys.signing(now), 0
    for one in keys.every:
        if one is signing:
            state, until = SIGNS, successor
        elif one.signs_at > now:
            state, until = NEXT, 0
        else:
            state, until = BEFORE, successor + saml.KEPT
        successor = one.signs_at
        yield ShownKey(SAML, saml.grouped(one.id), "RS256", one.made_at, one.signs_at, state, until)


def renew(
    transaction: Transaction, keyring: Keyring, protocol: str, now: Instant, days: int, name: str, by: str
) -> bool:
    """One more key, published now. By OpenID Connect it signs within the hour, by SAML in so many days.

    False where the next one waits already. `name` is what a new certificate calls its holder.
    """
    if protocol == OIDC:
        is_made = oidc.renewed(transaction, keyring, now)
    else:
        waiting = saml.kept_keys(transaction, keyring, now, name).every[0]
        is_made = waiting.signs_at <= now
        if is_made:
            saml.new_key(transaction, keyring, now, now + days * DAY, name)
    if is_made:
        details: dict[str, str | int | bool] = {"protocol": protocol, "days": days if protocol == SAML else 0}
        transaction.say(Event(at=now, kind="sso.key_made", actor=by, details=details))
    return is_made


def discard(transaction: Transaction, keyring: Keyring, protocol: str, now: Instant, name: str, by: str) -> None:
    """Every key of this protocol goes, and a new one signs. Apps by SAML refuse it until they are given it."""
    connection = transaction.connection
    if protocol == OIDC:
        oidc_store.drop_keys(connection, [key_id for key_id, *_ in oidc_store.keys(connection)])
        oidc.kept_keys(transaction, keyring, now)
    else:
        saml_store.drop_keys(connection, [key_id for key_id, *_ in saml_store.keys(connection)])
        upstream_store.drop_decryption_keys(connection)
        saml.kept_keys(transaction, keyring, now, name)
    details: dict[str, str | int | bool] = {"protocol": protocol}
    transaction.say(Event(at=now, kind="sso.keys_discarded", actor=by, details=details))
