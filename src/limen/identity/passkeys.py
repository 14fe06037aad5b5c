"""Passkeys: what the browser is asked (WebAuthn level 3, JSON forms of section 5.1), and whether its answer holds.

User verification is required on both ceremonies, so a passkey is two factors in one. The origin must be exactly ours.
The options are built here, so a sign-in page does not need the verifying library.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from limen.challenges import CHALLENGE_MS, Binding, Challenges
from limen.clock import Instant
from limen.facts import Person
from limen.identity.attestation import NO_ATTESTATION, Attestation, LyingAttestationError
from limen.identity.errors import CeremonyRefusedError
from limen.identity.model import Passkey, Visitor
from limen.identity.names import canonical_name
from limen.opaque import new_id

MOST_OF_A_PERSON = 20
MAX_JSON = 64 * 1024
_EDDSA, _ES256, _RS256 = -8, -7, -257
_ATTESTATIONS = ("none", "packed")
"""What security keys attest with. The other formats' parsers are large, and nothing is gained by reaching them."""
_TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal"})

Credential = dict[str, Any]
"""What `credential.toJSON()` gives in the browser, as parsed JSON."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A passkey whose ceremony holds: a new one, or one that was used, with the counter that it told.

    Whether that counter moves, and its challenge is unspent, the database says. `statement` is what its maker attested
    of a new one, in base64url; "" where that is nothing we trust.
    """

    passkey: Passkey
    challenge_hash: bytes
    challenge_ends_at: Instant
    statement: str = ""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Whose passkeys these are: the sign-in host, exactly, and what it calls itself."""

    id: str
    origin: str
    name: str


class Refusal(Exception):  # noqa: N818 -- caught inside this folder; what reaches people is in errors.py
    """Why a ceremony was refused, in one word for the journal."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class Ceremonies:
    """Both ceremonies, without a database: challenges are recognised, not kept."""

    def __init__(self, party: RelyingParty, challenges: Challenges, attestation: Attestation = NO_ATTESTATION) -> None:
        self._party = party
        self._attestation = attestation
        self._challenges = challenges

    # Asking

    def creation_options(
        self, person: Person, existing: Iterable[Passkey], visitor: Visitor, subject: str, now: Instant
    ) -> dict[str, Any]:
        """`PublicKeyCredentialCreationOptionsJSON` for a new passkey, bound to this browser and `subject`."""
        return {
            "rp": {"id": self._party.id, "name": self._party.name},
            "user": {"id": _encode(person.id.encode()), "name": person.email, "displayName": person.name},
            "challenge": _encode(self._challenges.issue(_binding("create", visitor, subject), now)),
            "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in (_EDDSA, _ES256, _RS256)],
            "timeout": CHALLENGE_MS,
            "excludeCredentials": [_descriptor(passkey) for passkey in existing],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": "required",
            },
            "attestation": self._attestation.conveyance,
        }

    def request_options(
        self, visitor: Visitor, subject: str, now: Instant, allowed: Iterable[Passkey] = ()
    ) -> dict[str, Any]:
        """`PublicKeyCredentialRequestOptionsJSON`. Without `allowed` any discoverable passkey of this host will do."""
        return {
            "challenge": _encode(self._challenges.issue(_binding("get", visitor, subject), now)),
            "timeout": CHALLENGE_MS,
            "rpId": self._party.id,
            "allowCredentials": [_descriptor(passkey) for passkey in allowed],
            "userVerification": "required",
        }

    # Judging

    def enrolled(
        self, credential: Credential, person_id: str, visitor: Visitor, subject: str, name: str, now: Instant
    ) -> Verified:
        """The new passkey that this credential is. Raises Refusal; UnfitError for its name."""
        from webauthn import verify_registration_response  # noqa: PLC0415 -- heavy

        client = _client_data(credential)
        challenge, ends_at = self._challenge(client, _binding("create", visitor, subject), now)
        _check_attestation(_field(credential, "attestationObject"))
        try:
            held = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._party.id,
                expected_origin=self._party.origin,
                require_user_verification=True,
            )
        except Exception as error:  # noqa: BLE001 -- the library lets its parsers' own errors through
            raise Refusal(_word_for(error)) from None
        root = self._root_of(held.attestation_object, held.aaguid)
        transports = credential["response"].get("transports")
        passkey = Passkey(
            id=new_id("k"),
            person_id=person_id,
            credential_id=held.credential_id,
            public_key=held.credential_public_key,
            sign_count=held.sign_count,
            user_verified=held.user_verified,
            device_type=held.credential_device_type.value,
            backed_up=held.credential_backed_up,
            transports=_known_transports(transports),
            aaguid=held.aaguid,
            name=canonical_name(name),
            added_at=now,
            attested_root=root,
        )
        if not 16 <= len(passkey.credential_id) <= 1023:
            raise Refusal("credential-id-length")
        return Verified(passkey, _hash(challenge), ends_at, _encode(held.attestation_object) if root else "")

    def _root_of(self, attestation_object: bytes, aaguid: str) -> str:
        try:
            return self._attestation.root_of(attestation_object, aaguid)
        except LyingAttestationError:
            raise Refusal("attestation") from None
        except Exception:  # noqa: BLE001 -- the library lets its parsers' own errors through
            raise Refusal("malformed") from None

    def asserted(
        self,
        credential: Credential,
        passkey: Passkey | None,
        person_id: str,
        visitor: Visitor,
        subject: str,
        now: Instant,
    ) -> Verified:
        """The assertion that this credential is, by this passkey (None: nobody's); of that person, if one is given.

        Raises Refusal.

        The counter is not looked at here: the library would do so before the signature, and a stranger could then
        make a passkey look cloned.
        """
        from webauthn import verify_authentication_response  # noqa: PLC0415 -- heavy

        if passkey is None or (person_id and passkey.person_id != person_id):
            raise Refusal("passkey-unknown")
        client = _client_data(credential)
        challenge, ends_at = self._challenge(client, _binding("get", visitor, subject), now)
        handle = credential["response"].get("userHandle")
        if handle is not None and _decode(handle) != passkey.person_id.encode():
            raise Refusal("user-handle")
        try:
            held = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._party.id,
                expected_origin=self._party.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except Exception as error:  # noqa: BLE001 -- the library lets its parsers' own errors through
            raise Refusal(_word_for(error)) from None
        if held.credential_device_type.value != passkey.device_type:
            raise Refusal("backup-eligibility-changed")  # WebAuthn level 3 section 7.2 step 20
        return Verified(replace(passkey, sign_count=held.new_sign_count), _hash(challenge), ends_at)

    def _challenge(self, client: dict[str, Any], binding: Binding, now: Instant) -> tuple[bytes, Instant]:
        if client.get("crossOrigin") or "topOrigin" in client:
            raise Refusal("cross-origin")
        challenge = _decode(client.get("challenge"))
        ends_at = self._challenges.ends_at(challenge, binding, now)
        if ends_at is None:
            raise Refusal("challenge")
        return challenge, ends_at


def credential_id_of(credential: Credential) -> bytes:
    """The id of the passkey that a credential claims to be. Raises Refusal when it is malformed or too large."""
    try:
        size = len(json.dumps(credential))
    except (TypeError, ValueError, RecursionError):
        raise Refusal("malformed") from None
    if size > MAX_JSON or not isinstance(credential, dict):
        raise Refusal("malformed")
    return _decode(credential.get("rawId"))


def default_name(user_agent: str, at: str) -> str:
    """What a passkey is called until its person renames it: "Firefox, 24 November 2026"."""
    marks = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    browser = next((name for mark, name in marks if mark in user_agent), "Passkey")
    return f"{browser}, {at}"


def _binding(ceremony: str, visitor: Visitor, subject: str) -> Binding:
    if not visitor.browser:
        raise CeremonyRefusedError
    return Binding(ceremony, visitor.browser_hash, subject)


def _known_transports(given: object) -> tuple[str, ...]:
    named = {each for each in given if isinstance(each, str)} if isinstance(given, list) else set()
    return tuple(sorted(_TRANSPORTS & named))


def _check_attestation(attestation_object: bytes) -> None:
    from webauthn.helpers import parse_attestation_object  # noqa: PLC0415 -- heavy

    try:
        form = parse_attestation_object(attestation_object).fmt
    except Exception:  # noqa: BLE001 -- as above
        raise Refusal("malformed") from None
    if form not in _ATTESTATIONS:
        raise Refusal("attestation-format")


def _client_data(credential: Credential) -> dict[str, Any]:
    credential_id_of(credential)
    try:
        data = json.loads(_field(credential, "clientDataJSON"))
    except (ValueError, RecursionError):
        raise Refusal("malformed") from None
    if not isinstance(data, dict):
        raise Refusal("malformed")
    return data


def _field(credential: Credential, name: str) -> bytes:
    response = credential.get("response")
    return _decode(response.get(name) if isinstance(response, dict) else None)


def _decode(text: object) -> bytes:
    if not isinstance(text, str) or len(text) > MAX_JSON:
        raise Refusal("malformed")
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        raise Refusal("malformed") from None


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _hash(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()


def _descriptor(passkey: Passkey) -> dict[str, Any]:
    described: dict[str, Any] = {"type": "public-key", "id": _encode(passkey.credential_id)}
    return described | ({"transports": list(passkey.transports)} if passkey.transports else {})


def _word_for(error: Exception) -> str:
    """One of a fixed set of words; the library's message may quote what a stranger sent."""
    message = str(error)
    words = (
        ("origin", "origin"),
        ("RP ID", "relying-party"),
        ("verification is required", "user-not-verified"),
        ("present", "user-not-present"),
        ("signature", "signature"),
        ("client data type", "ceremony-type"),
    )
    return next((word for part, word in words if part in message), "malformed")
