"""The company's sealing keys: made when first needed, opened for one thing at a time, rotated and destroyed.

A private key is never kept in memory, and never leaves Limen: what leaves is the key of one file, wrapped for whoever
was let in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from limen.clock import HOUR, SECOND, Instant
from limen.data.sealing import store
from limen.data.sealing.age_keys import Identity, Recipient
from limen.data.sealing.errors import SealedError
from limen.data.sealing.key_providers.provider import provider_of
from limen.data.sealing.store import SealingKey
from limen.data.settings import DataSettings, Period, SealingSettings
from limen.events import Event
from limen.facts import Label
from limen.opaque import new_id
from limen.settings import Settings
from limen.storage import Keyring, Snapshot, Transaction

RECOVERY_KEYS: Final = {Label.RESTRICTED: 2}
"""How many recovery keys sealing needs; one where nothing is said here."""
_SIGNING: Final = "sealing manifests"


@dataclass(frozen=True, slots=True)
class Company:
    """Whose keys they are. `tenant` is the host that people sign in at."""

    tenant: str
    zone: ZoneInfo
    sealing: SealingSettings
    keyring: Keyring

    @classmethod
    def of(cls, settings: Settings, keyring: Keyring) -> Company:
        tenant = settings.public_url.partition("://")[2]
        return cls(tenant, settings.zone, settings.section(DataSettings).sealing, keyring)

    @property
    def signing(self) -> Ed25519PrivateKey:
        """What Limen signs manifests and certificates with; another one once the master key is changed."""
        return Ed25519PrivateKey.from_private_bytes(self.keyring.key_for(_SIGNING))

    @property
    def verifying(self) -> list[bytes]:
        """Raw public keys of all that Limen ever signed with."""
        private = (Ed25519PrivateKey.from_private_bytes(key) for key in self.keyring.keys_for(_SIGNING))
        public: list[Ed25519PublicKey] = [key.public_key() for key in private]
        return [key.public_bytes_raw() for key in public]

    def period(self, now: Instant) -> str:
        """`2026`, or `2026-Q4`, in the company's time zone."""
        day = datetime.fromtimestamp(now / SECOND, self.zone)
        return f"{day.year}-Q{(day.month + 2) // 3}" if self.sealing.period is Period.QUARTER else f"{day.year}"

    def recovery(self, label: Label) -> list[Recipient]:
        """The recovery keys. Raises SealedError where there are too few for this label."""
        needed = RECOVERY_KEYS.get(label, 1)
        found = list(dict.fromkeys(Recipient.read(text) for text in self.sealing.recovery))
        if len(found) < needed:
            raise SealedError(
                f"{label.word} files need {needed} recovery key{'s' * (needed > 1)}, and there "
                f"{'is' if len(found) == 1 else 'are'} {len(found)}",
                "an administrator runs `limen seal recovery-key`, adds what it says to limen.toml, and restarts Limen",
            )
        return found


def key_now(transaction: Transaction, company: Company, label: Label, now: Instant, by: str = "") -> SealingKey:
    """The key that files of this label are sealed for now; made where there is none yet with these recovery keys: the
    newest of those there are, so that a server and a command of which one knows the settings of before make no keys in
    turns.

    Raises SealedError where the period's keys are to be destroyed, recovery keys are missing, or no key can be made.
    """
    period, recovery = company.period(now), tuple(one.text for one in company.recovery(label))
    found = store.of(transaction.connection, label, period)
    if found and not found[0].is_usable:
        raise SealedError(
            f"keys for {label.word} files of {period} are destroyed, or will be",
            "keep them with `limen seal keep`, or wait for the next period",
        )
    same = next((one for one in found if one.recovery == recovery and one.is_usable), None)
    if same is not None:
        return same
    return new_key(transaction, company, label, period, now, by)


def new_key(
    transaction: Transaction, company: Company, label: Label, period: str, now: Instant, by: str = ""
) -> SealingKey:
    """One more key of a period, which files are sealed for from now on. Raises SealedError."""
    identity, key_id, said = Identity.new(), new_id("sk"), company.sealing.keys
    recovery = tuple(one.text for one in company.recovery(label))
    provider = provider_of(said)
    provider.make(key_id)
    sealed = company.keyring.seal(store.sealing_keys.name, key_id, "wrapped", provider.wrap(key_id, identity.raw))
    made = SealingKey(key_id, label, period, identity.recipient.text, sealed, said, recovery, now)
    store.add(transaction.connection, made)
    transaction.say(_event(made, "data.sealing_key_made", now, by))
    return made


def opened(company: Company, key: SealingKey) -> Identity:
    """The private key, for the one thing that is to be done now. Raises SealedError where it may not, or can't, be."""
    if not key.is_usable:
        raise SealedError(
            f"keys for {key.label.word} files of {key.period} are destroyed, or will be",
            "ask an administrator, soon; once they are destroyed, only a recovery key opens these files",
        )
    wrapped = company.keyring.open_sealed(store.sealing_keys.name, key.id, "wrapped", key.wrapped)
    identity = Identity(provider_of(key.provider).unwrap(key.id, wrapped))
    if identity.recipient.text != key.recipient:
        raise SealedError("a sealing key does not fit its public half", "restore the database")
    return identity


def every(snapshot: Snapshot) -> list[SealingKey]:
    return store.every(snapshot.connection)


# The end of keys


def plan_shredding(
    transaction: Transaction,
    company: Company,
    label: Label,
    period: str,
    now: Instant,
    by: str,
    *,
    only_older: bool = False,
) -> list[SealingKey]:
    """From now on nothing opens by these keys; once the waiting time is over they are destroyed.

    `only_older`: but for the newest one, for which everything was sealed again. Raises SealedError for none.
    """
    found = store.of(transaction.connection, label, period)[only_older:]
    found = [key for key in found if not key.shredded_at]
    if not found:
        raise SealedError(f"there are no keys for {label.word} files of {period}", "`limen seal keys` lists them")
    at = now + company.sealing.wait_hours * HOUR
    planned = [replace(key, shred_at=key.shred_at or at) for key in found]
    for key in planned:
        store.set_shred_at(transaction.connection, key.id, key.shred_at)
    event = _event(planned[0], "data.shredding_planned", now, by)
    transaction.say(_with(event, until=planned[0].shred_at, keys=len(planned)))
    return planned


def keep(transaction: Transaction, label: Label, period: str, now: Instant, by: str) -> list[SealingKey]:
    """Take back what was planned. Raises SealedError where nothing was, or it is done already."""
    found = [key for key in store.of(transaction.connection, label, period) if key.shred_at and not key.shredded_at]
    if not found:
        raise SealedError(f"no keys for {label.word} files of {period} wait to be destroyed", "`limen seal keys`")
    for key in found:
        store.set_shred_at(transaction.connection, key.id, 0)
    transaction.say(_event(found[0], "data.shredding_stopped", now, by))
    return found


def shred_due(transaction: Transaction, now: Instant) -> list[SealingKey]:
    """Destroy what has waited long enough: in its provider first, so that a crash leaves nothing that still opens."""
    due = [key for key in store.every(transaction.connection) if key.shred_at and not key.shredded_at]
    gone = [key for key in due if key.shred_at <= now]
    for key in gone:
        provider_of(key.provider).destroy(key.id)
        store.set_shredded(transaction.connection, key.id, now)
        transaction.say(_event(key, "data.sealing_key_shredded", now, ""))
    return gone


def still_opened_by(keys: Sequence[SealingKey]) -> list[str]:
    """The recovery keys (their recipients) that open what was sealed for these keys, whatever becomes of them."""
    return list(dict.fromkeys(text for key in keys for text in key.recovery))


def _event(key: SealingKey, kind: str, now: Instant, by: str) -> Event:
    details: dict[str, str | int | bool] = {"key": key.id, "label": key.label.word, "period": key.period}
    return Event(at=now, kind=kind, actor=by, details=details)


def _with(event: Event, **more: str | int | bool) -> Event:
    import msgspec  # noqa: PLC0415

    return msgspec.structs.replace(event, details={**event.details, **more})
