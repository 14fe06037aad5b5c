"""What an upstream is told of who asks: a signed assertion (a JWT, RFC 7519), and the same in plain header fields.

An assertion names one app (`aud`), lives at most 60 s and may be used again for 30 s for the same session, app and
facts; the decision never is. The session appears under an alias that differs from app to app.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from limen.clock import SECOND, Clock, Instant
from limen.enforcement.answers import app_origin
from limen.enforcement.decision_point import Answer
from limen.enforcement.headers import Fields
from limen.errors import LimenError
from limen.facts import App, Facts, Session

if TYPE_CHECKING:
    from joserfc.jwk import Key

ASSERTION = "X-Limen-Assertion"
USER, EMAIL, NAME, GROUPS, SESSION = (
    "X-Limen-User",
    "X-Limen-Email",
    "X-Limen-Name",
    "X-Limen-Groups",
    "X-Limen-Session",
)
HEADERS = (ASSERTION, USER, EMAIL, NAME, GROUPS, SESSION)
"""Every field by which Limen speaks to an upstream. A front must set or remove each of them."""

LIVES_SECONDS = 60
REUSED_MS = 30 * SECOND
ALGORITHMS = {"EC": "ES256", "OKP": "EdDSA"}


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """What assertions are signed with: private JWKs (RFC 7517), the first of them in use, others still published.

    `pairwise` is the secret under which session ids become aliases, a different one for each app.
    """

    private: tuple[Mapping[str, Any], ...]
    pairwise: bytes


class Assertions:
    """Says who is asking. Without `keys` it says so in plain fields only."""

    def __init__(
        self, *, public_url: str, clock: Clock, keys: SigningKeys | None = None, pairwise: bytes = b""
    ) -> None:
        self._public_url = public_url
        self._clock = clock
        self._keys = keys
        self._pairwise = keys.pairwise if keys else pairwise
        self._signing: Key | None = None

    def fields(self, answer: Answer) -> Fields:
        """The fields for the upstream of a permitted request; none where nobody is signed in."""
        facts = answer.facts
        if facts is None or answer.session is None:
            return []
        now = self._clock.now()
        kept: tuple[Instant, Fields] | None = facts.derived.fields
        if kept is None or now >= kept[0]:
            kept = facts.derived.fields = (now + REUSED_MS, self._say(facts, answer.session, now))
        return kept[1]

    def block(self, answer: Answer) -> bytes:
        """The same as lines of a header section, each with its end."""
        decision = answer.decision
        if decision is None or answer.session is None:
            return b""
        derived = decision.facts.derived
        kept: tuple[Instant, bytes] | None = derived.block
        if kept is None or decision.now >= kept[0]:
            lines = b"".join(b"%b: %b\r\n" % field for field in self.fields(answer))
            kept = derived.block = (derived.fields[0], lines)
        return kept[1]

    def published(self) -> dict[str, list[Mapping[str, Any]]]:
        """The public keys as a JWK Set (RFC 7517 section 5)."""
        from joserfc.jwk import import_key  # noqa: PLC0415 -- heavy

        keys: list[Mapping[str, Any]] = []
        for private in self._keys.private if self._keys else ():
            key = import_key(dict(private))
            keys.append({**key.as_dict(private=False), "use": "sig", "alg": ALGORITHMS[key.key_type], "kid": _kid(key)})
        return {"keys": keys}

    def alias(self, session: Session, app: App) -> str:
        """The session's name for one app; two apps can't tell that they see the same person's session."""
        whole = session.parent or session.id
        digest = hmac.digest(self._pairwise, f"{app.id}\0{whole}".encode(), "sha256")
        return urlsafe_b64encode(digest[:18]).decode()

    def _say(self, facts: Facts, session: Session, now: Instant) -> Fields:
        alias = self.alias(session, facts.app)
        groups = sorted(facts.person.groups)
        fields = [
            (USER, _printable(facts.person.id)),
            (EMAIL, _printable(facts.person.email)),
            (NAME, _printable(facts.person.name)),
            (GROUPS, b",".join(_printable(group).replace(b",", b"%2C") for group in groups)),
            (SESSION, alias.encode()),
        ]
        if self._keys is not None:
            fields.insert(0, (ASSERTION, self._sign(facts, alias, groups, now).encode()))
        return [(name.lower().encode(), value) for name, value in fields if value]

    def _sign(self, facts: Facts, alias: str, groups: list[str], now: Instant) -> str:
        from joserfc import jwt  # noqa: PLC0415 -- heavy

        key = self._signing_key()
        seconds = now // SECOND
        claims = {
            "iss": self._public_url,
            "aud": app_origin(facts.app.host, self._public_url),
            "sub": facts.person.id,
            "email": facts.person.email,
            "name": facts.person.name,
            "groups": groups,
            "sid": alias,
            "auth_time": facts.auth.at // SECOND,
            "acr": f"urn:limen:strength:{facts.auth.strength}",
            "iat": seconds,
            "exp": seconds + LIVES_SECONDS,
        }
        algorithm = ALGORITHMS[key.key_type]
        return jwt.encode({"alg": algorithm, "typ": "JWT", "kid": _kid(key)}, claims, key, algorithms=[algorithm])

    def _signing_key(self) -> Key:
        from joserfc.jwk import import_key  # noqa: PLC0415 -- heavy

        if self._signing is None:
            assert self._keys is not None  # noqa: S101 -- only called where keys are
            self._signing = import_key(dict(self._keys.private[0]))
        return self._signing


class AssertionRefusedError(LimenError):
    """The assertion proves nothing: forged, for another app, from another Limen, or too old."""


def verify(
    assertion: str, published: Mapping[str, Sequence[Mapping[str, Any]]], *, origin: str, issuer: str, now: Instant
) -> dict[str, Any]:
    """The claims of `assertion`, as an upstream on `origin` should check it against `{origin}/.limen/keys`.

    Raises AssertionRefusedError.
    """
    from joserfc import jwt  # noqa: PLC0415 -- heavy
    from joserfc.errors import JoseError  # noqa: PLC0415 -- heavy
    from joserfc.jwk import KeySet  # noqa: PLC0415 -- heavy

    rules = jwt.JWTClaimsRegistry(
        now=now // SECOND,
        leeway=5,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": origin},
        exp={"essential": True},
        sub={"essential": True},
    )
    try:
        keys = KeySet.import_key_set({"keys": [dict(key) for key in published["keys"]]})
        token = jwt.decode(assertion, keys, algorithms=list(ALGORITHMS.values()))
        rules.validate(token.claims)
    except (JoseError, ValueError, KeyError) as wrong:
        raise AssertionRefusedError(
            f"the assertion is refused: {type(wrong).__name__}", "let nothing in that Limen did not vouch for"
        ) from None
    return dict(token.claims)


def new_signing_key() -> dict[str, Any]:
    """A fresh private key (P-256, RFC 7518 section 6.2) as a JWK, to be kept in the keyring."""
    from joserfc.jwk import ECKey  # noqa: PLC0415 -- heavy

    key = ECKey.generate_key("P-256", private=True)
    return {**key.as_dict(private=True), "kid": key.thumbprint()}


def _kid(key: Key) -> str:
    return key.kid or key.thumbprint()


def _printable(value: str) -> bytes:
    """A field value that no parser can trip over: visible ASCII and inner spaces, all else percent-encoded UTF-8."""
    return quote(value.strip(), safe=" !\"#$&'()*+,/:;<=>?@[]^`{|}~").encode("ascii")
