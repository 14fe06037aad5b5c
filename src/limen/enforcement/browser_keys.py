"""Device Bound Session Credentials: a key of the browser that never leaves its machine ties its session for minutes.

After signing in, the browser is told where to register a key (W3C Device Bound Session Credentials, section 8.2). From
then on the session's cookie opens nothing without a tie of five minutes, and each further tie is given for a
signature by that key. A browser that has no such keys overlooks all of this.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from limen import ties
from limen.browser_state import BrowserStates, StateRefusedError
from limen.clock import SECOND, Clock, Milliseconds
from limen.enforcement import answers
from limen.enforcement.headers import Fields
from limen.facts import Session
from limen.pillar import BrowserSessions
from limen.ties import BY_BROWSER_KEY, Ties

REGISTRATION: Final = b"secure-session-registration"
CHALLENGE: Final = b"secure-session-challenge"
PROOF: Final = b"secure-session-response"
SESSION_ID: Final = b"sec-secure-session-id"
ALGORITHM: Final = "ES256"
CHALLENGE_SECONDS: Final = 120
LONGEST_PROOF: Final = 4_096
EARLIER: Final = 60
"""The browser drops a tie by this part of its time before it ends, and asks for the next one: so it opens an app with
some time left, and never comes with one that has just ended.
"""
ATTRIBUTES: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"
_PURPOSE: Final = "browser key"
_COMPACT: Final = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")
_COORDINATE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser sent to register its key, or for its next tie. `path` is where it did."""

    path: str
    origin: str
    proof: bytes
    session_id: bytes


class BrowserKeys:
    """Invites browsers to register a key, and gives them ties for its signatures. Used on the event loop."""

    def __init__(self, states: BrowserStates, known_ties: Ties, sessions: BrowserSessions, clock: Clock) -> None:
        self._states = states
        self._ties = known_ties
        self._sessions = sessions
        self._clock = clock

    async def invitation(self, session_id: str, path: str) -> tuple[bytes, bytes]:
        """The header field by which a browser that can registers a key for its new session at `path`."""
        challenge = await self._challenge(session_id)
        return REGISTRATION, f'({ALGORITHM});path="{path}";challenge="{challenge}"'.encode()

    async def answer(self, session: Session | None, asked: Asked) -> answers.Reply:
        """Register the key of a live session's browser, or give it its next tie. `session` is that of its cookie."""
        if session is None:
            return _refused(401, "not_signed_in")
        if self._good_for(session) <= 0:
            return _refused(401, "tie_over")
        if not session.tied_from:
            return await self._register(session, asked)
        if asked.session_id.strip(b'"') != session.id.encode():
            return _refused(400, "another_session")
        if not asked.proof:
            field = (CHALLENGE, f'"{await self._challenge(session.id)}";id="{session.id}"'.encode())
            reply = _refused(403, "challenge")
            return answers.Reply(reply.status, (*reply.fields, field), reply.body)
        if not await self._is_proved(session, asked.proof, json.loads(await self._sessions.key_of(session.id) or "{}")):
            return _refused(400, "not_proved")
        await self._sessions.proved(session.id)
        return self._tied(session, asked)

    async def _register(self, session: Session, asked: Asked) -> answers.Reply:
        key = _own_key(asked.proof)
        if key is None or not await self._is_proved(session, asked.proof, key):
            return _refused(400, "not_proved")
        if not await self._sessions.keep_key(session.id, json.dumps(key)):
            return _refused(409, "registered_already")
        return self._tied(session, asked)

    async def _is_proved(self, session: Session, proof: bytes, key: Mapping[str, str]) -> bool:
        """Whether this key signed a challenge that this session was given, which is spent then."""
        claims = _claims(proof, key)
        challenge = claims.get("jti") if claims is not None else None
        if not isinstance(challenge, str):
            return False
        try:
            await self._states.take(_PURPOSE, session.id.encode(), challenge.encode("utf-8", "replace"))
        except StateRefusedError:
            return False
        return True

    async def _challenge(self, session_id: str) -> str:
        return await self._states.issue(_PURPOSE, session_id.encode(), {}, CHALLENGE_SECONDS)

    def _tied(self, session: Session, asked: Asked) -> answers.Reply:
        said = {
            "session_identifier": session.id,
            "refresh_url": asked.path,
            "scope": {"origin": asked.origin, "include_site": False, "scope_specification": []},
            "credentials": [{"type": "cookie", "name": ties.COOKIE.decode(), "attributes": ATTRIBUTES}],
        }
        good_for = self._good_for(session)
        tie = self._ties.give(session.id, self._clock.now(), good_for)
        reply = answers.json_reply(200, said)
        kept = good_for - good_for // EARLIER
        return answers.Reply(reply.status, (*reply.fields, tie_cookie(tie, kept)), reply.body)

    def _good_for(self, session: Session) -> Milliseconds:
        """How long the next tie of a session lasts; 0 or less: it gets none.

        Whose key it is that an app was given, nobody knows: whoever has a copy of the sign-in's cookies can open a
        session there and register a key of their own. So it lengthens no tie that the hand-over gave.
        """
        if session.parent and session.bound_until:
            return min(BY_BROWSER_KEY, session.bound_until - self._clock.now())
        return BY_BROWSER_KEY


def tie_cookie(tie: str, good_for: int) -> tuple[bytes, bytes]:
    """The field that gives a browser its tie for so many milliseconds.

    It keeps it no shorter: a request without a tie while there is one would look like a copy's.
    """
    age = f"; Max-Age={max(0, -(-good_for // SECOND))}"
    return b"set-cookie", f"{ties.COOKIE.decode()}={tie}{age}; {ATTRIBUTES}".encode()


def asked_in(fields: Fields, path: str, origin: str) -> Asked:
    """What a browser asks by these header fields."""
    found = {name: [value for other, value in fields if other == name] for name in (PROOF, SESSION_ID)}
    one = {name: values[0].strip() if len(values) == 1 else b"" for name, values in found.items()}
    return Asked(path, origin, one[PROOF].strip(b'"')[: LONGEST_PROOF + 1], one[SESSION_ID][:200])


def _refused(status: int, error: str) -> answers.Reply:
    return answers.json_reply(status, {"error": error})


def _own_key(proof: bytes) -> dict[str, str] | None:
    """The public key that a registration names: a point of P-256 and nothing else."""
    header = _object(proof, 0)
    key = header.get("jwk") if header is not None else None
    if not isinstance(key, dict) or (key.get("kty"), key.get("crv")) != ("EC", "P-256"):
        return None
    if not all(isinstance(key.get(one), str) and _COORDINATE.fullmatch(key[one]) for one in ("x", "y")):
        return None
    return {name: key[name] for name in ("kty", "crv", "x", "y")}


def _claims(proof: bytes, key: Mapping[str, str]) -> Mapping[str, Any] | None:
    """What this key signed; None where it signed nothing of this kind."""
    from joserfc import jws  # noqa: PLC0415 -- heavy: no start waits for it
    from joserfc.jwk import ECKey  # noqa: PLC0415 -- as above

    header = _object(proof, 0)
    if header is None or header.get("alg") != ALGORITHM or header.get("typ") != "dbsc+jwt":
        return None
    try:
        signed = jws.extract_compact(proof)
        is_good = jws.validate_compact(signed, ECKey.import_key(dict(key)), algorithms=[ALGORITHM])
    except Exception:  # noqa: BLE001 -- whatever strangers send that this key did not sign
        return None
    return _object(proof, 1) if is_good else None


def _object(proof: bytes, part: int) -> dict[str, Any] | None:
    """A part of a compact JWS that is a JSON object."""
    if len(proof) > LONGEST_PROOF or not _COMPACT.fullmatch(proof):
        return None
    written = proof.split(b".")[part]
    try:
        found = json.loads(base64.urlsafe_b64decode(written + b"=" * (-len(written) % 4)))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
