"""What security events say: those of CAEP 1.0, of RISC 1.0, and of a stream itself (SSF 1.0). Pure.

Each is a value; its `uri` is what stands in `events` of a token. Whoever takes one must pass over members that are not
known (RFC 8417 section 2.2), and `read` does; a member of a type that it can't have is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias, cast

import msgspec

from limen.clock import SECOND, Instant
from limen.errors import LimenError
from limen.printable import visible

CAEP: Final = "https://schemas.openid.net/secevent/caep/event-type/"
RISC: Final = "https://schemas.openid.net/secevent/risc/event-type/"
SSF: Final = "https://schemas.openid.net/secevent/ssf/event-type/"
_AS_MILLISECONDS: Final = 1 << 36
"""A time above this is in milliseconds: as seconds it would be in the year 4147."""

Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=1024)]
InLanguages: TypeAlias = Annotated[dict[Text, Text], msgspec.Meta(max_length=50)] | Text
"""A text for each language tag (CAEP 1.0 section 2); plain text, as the drafts before 1.0 had it."""


class EventError(LimenError):
    """What a token says of an event can't be read."""

    def __init__(self, uri: str, why: str) -> None:
        super().__init__(f"An event of the type {visible(uri[:200])} can't be read: {why}", "see CAEP 1.0 and RISC 1.0")


class SecurityEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What events of CAEP may say besides (section 2). `event_timestamp` is in seconds; see `happened_at`."""

    uri: ClassVar[str]

    event_timestamp: int | float = 0
    initiating_entity: Text = ""
    reason_admin: InLanguages = ""
    reason_user: InLanguages = ""

    @property
    def happened_at(self) -> Instant:
        """When it happened; 0 where it does not say. Some services send milliseconds, as examples in drafts did."""
        value = self.event_timestamp
        if not 0 < value < 1 << 50:
            return 0
        return int(value) if value >= _AS_MILLISECONDS else int(value * SECOND)

    @property
    def reason(self) -> str:
        """Why, for an administrator, in English or whatever language there is."""
        said = self.reason_admin
        return said if isinstance(said, str) else said.get("en") or next(iter(said.values()), "")


# CAEP 1.0


class SessionRevoked(SecurityEvent, frozen=True, kw_only=True):
    """Section 3.1: the sessions of the subject have ended, or this one."""

    uri: ClassVar[str] = f"{CAEP}session-revoked"


class TokenClaimsChange(SecurityEvent, frozen=True, kw_only=True):
    """Section 3.2: what tokens said of the subject is other now. `claims` are the new values."""

    uri: ClassVar[str] = f"{CAEP}token-claims-change"

    claims: Annotated[dict[Text, Any], msgspec.Meta(max_length=100)]


class CredentialChange(SecurityEvent, frozen=True, kw_only=True):
    """Section 3.3: the subject got a credential, lost or changed one."""

    uri: ClassVar[str] = f"{CAEP}credential-change"

    credential_type: Text
    change_type: Literal["create", "revoke", "update", "delete"]
    friendly_name: Text = ""
    x509_issuer: Text = ""
    x509_serial: Text = ""
    fido2_aaguid: Text = ""


class AssuranceLevelChange(SecurityEvent, frozen=True, kw_only=True):
    """Section 3.4: the subject's sign-in proves more than before, or less."""

    uri: ClassVar[str] = f"{CAEP}assurance-level-change"

    namespace: Text
    current_level: Text
    previous_level: Text = ""
    change_direction: Literal["", "increase", "decrease"] = ""


class DeviceComplianceChange(SecurityEvent, frozen=True, kw_only=True):
    """Section 3.5: a device meets the rules now, or does not any more."""

    uri: ClassVar[str] = f"{CAEP}device-compliance-change"

    current_status: Literal["compliant", "not-compliant"]
    previous_status: Literal["", "compliant", "not-compliant"] = ""


class SessionEstablished(SecurityEvent, frozen=True, kw_only=True):
    """Section 3.6: a session began."""

    uri: ClassVar[str] = f"{CAEP}session-established"


class SessionPresented(SecurityEvent, frozen=True, kw_only=True):
    """Section 3.7: a session was seen."""

    uri: ClassVar[str] = f"{CAEP}session-presented"


class RiskLevelChange(SecurityEvent, frozen=True, kw_only=True):
    """Section 3.8: how risky the subject seems is other now."""

    uri: ClassVar[str] = f"{CAEP}risk-level-change"

    current_level: Literal["LOW", "MEDIUM", "HIGH"]
    previous_level: Literal["", "LOW", "MEDIUM", "HIGH"] = ""
    principal: Text = ""
    risk_reason: Text = ""


# RISC 1.0


class AccountCredentialChangeRequired(SecurityEvent, frozen=True, kw_only=True):
    """Section 2.1: the subject has to change a credential."""

    uri: ClassVar[str] = f"{RISC}account-credential-change-required"


class AccountPurged(SecurityEvent, frozen=True, kw_only=True):
    """Section 2.2: the account was deleted for good."""

    uri: ClassVar[str] = f"{RISC}account-purged"


class AccountDisabled(SecurityEvent, frozen=True, kw_only=True):
    """Section 2.3: nobody gets in by the account now. `reason` may be `hijacking` or `bulk-account`."""

    uri: ClassVar[str] = f"{RISC}account-disabled"

    cause: Text = msgspec.field(default="", name="reason")


class AccountEnabled(SecurityEvent, frozen=True, kw_only=True):
    """Section 2.4: the account is open again."""

    uri: ClassVar[str] = f"{RISC}account-enabled"


class IdentifierChanged(SecurityEvent, frozen=True, kw_only=True):
    """Section 2.5: the address or number that the subject names is another one now."""

    uri: ClassVar[str] = f"{RISC}identifier-changed"

    new_value: Text = msgspec.field(default="", name="new-value")


class IdentifierRecycled(SecurityEvent, frozen=True, kw_only=True):
    """Section 2.6: the address or number that the subject names belongs to somebody else now."""

    uri: ClassVar[str] = f"{RISC}identifier-recycled"


class CredentialCompromise(SecurityEvent, frozen=True, kw_only=True):
    """Section 2.7: a credential of the subject is in other hands."""

    uri: ClassVar[str] = f"{RISC}credential-compromise"

    credential_type: Text


class RecoveryActivated(SecurityEvent, frozen=True, kw_only=True):
    """Section 2.9: the subject began to recover the account."""

    uri: ClassVar[str] = f"{RISC}recovery-activated"


class RecoveryInformationChanged(SecurityEvent, frozen=True, kw_only=True):
    """Section 2.10: what the account is recovered with is other now."""

    uri: ClassVar[str] = f"{RISC}recovery-information-changed"


class SessionsRevoked(SecurityEvent, frozen=True, kw_only=True):
    """Section 2.11: all sessions have ended. Superseded by `SessionRevoked`, and still sent by some."""

    uri: ClassVar[str] = f"{RISC}sessions-revoked"


# SSF 1.0, of a stream itself


class Verification(SecurityEvent, frozen=True, kw_only=True):
    """SSF 1.0 section 8.1.4.1: the stream works. `state` is what the receiver asked with, "" where it did not ask."""

    uri: ClassVar[str] = f"{SSF}verification"

    state: Text = ""


class StreamUpdated(SecurityEvent, frozen=True, kw_only=True):
    """SSF 1.0 section 8.1.5: the transmitter has changed the status of the stream."""

    uri: ClassVar[str] = f"{SSF}stream-updated"

    status: Literal["enabled", "paused", "disabled"]
    cause: Text = msgspec.field(default="", name="reason")


EVERY: Final[Mapping[str, type[SecurityEvent]]] = {
    one.uri: one
    for one in (
        SessionRevoked,
        TokenClaimsChange,
        CredentialChange,
        AssuranceLevelChange,
        DeviceComplianceChange,
        SessionEstablished,
        SessionPresented,
        RiskLevelChange,
        AccountCredentialChangeRequired,
        AccountPurged,
        AccountDisabled,
        AccountEnabled,
        IdentifierChanged,
        IdentifierRecycled,
        CredentialCompromise,
        RecoveryActivated,
        RecoveryInformationChanged,
        SessionsRevoked,
        Verification,
        StreamUpdated,
    )
}
"""Each type that is understood, by its URI."""
OF_THE_STREAM: Final = frozenset({Verification.uri, StreamUpdated.uri})
"""What every stream tells, whatever was asked for (SSF 1.0 section 8.1.1)."""


def read(uri: str, payload: object) -> SecurityEvent | None:
    """The event; None for a type that is not understood. Raises EventError."""
    kind = EVERY.get(uri)
    if kind is None:
        return None
    try:
        return msgspec.convert(payload, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise EventError(uri, visible(str(error)[:200])) from None


def written(event: SecurityEvent) -> dict[str, Any]:
    """As it stands in a token, below its URI."""
    return cast("dict[str, Any]", msgspec.to_builtins(event))


def short_name(uri: str) -> str:
    """How files and commands call a type: the last part of its URI."""
    return uri.rsplit("/", 1)[-1]
