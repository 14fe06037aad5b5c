"""Authenticator codes: RFC 6238 with SHA-1, six digits and 30 seconds, which every authenticator app understands."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from limen.clock import SECOND, Instant

STEP_MS = 30 * SECOND
DRIFT = 1
"""How many steps a clock may be off either way (RFC 6238 section 5.2)."""


@dataclass(frozen=True, slots=True)
class CodeOffer:
    """A seed that is offered to an authenticator app, good once a code from it comes back with `ticket`.

    `svg` is the QR code of `uri`, without style attributes or scripts; `seed` is for typing it in.
    """

    uri: str = field(repr=False)
    svg: str = field(repr=False)
    seed: str = field(repr=False)
    ticket: str = field(repr=False)


def new_seed() -> str:
    """160 random bits in base32 (RFC 4226 section 4, R6)."""
    import pyotp  # noqa: PLC0415 -- only where a code is enrolled or checked

    return pyotp.random_base32(32)


def offer(seed: str, email: str, company: str, ticket: str) -> CodeOffer:
    import pyotp  # noqa: PLC0415 -- as above

    uri = pyotp.TOTP(seed).provisioning_uri(name=email, issuer_name=company)
    return CodeOffer(
        uri=uri, svg=qr_code(uri), seed=" ".join(seed[i : i + 4] for i in range(0, len(seed), 4)), ticket=ticket
    )


def qr_code(text: str) -> str:
    """A QR code of `text` as SVG, without style attributes or scripts."""
    import segno  # noqa: PLC0415 -- heavy

    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff")


def matching_step(seed: str, code: str, now: Instant) -> int | None:
    """The time step whose code this is, or None. Whether that step was used before is for the database to say.

    All steps in reach are compared, each in constant time.
    """
    import pyotp  # noqa: PLC0415 -- as above

    typed = code.replace(" ", "")
    if len(typed) != 6 or not (typed.isascii() and typed.isdecimal()):
        return None
    otp = pyotp.TOTP(seed)
    newest = now // STEP_MS + DRIFT
    found = None
    for step in range(newest - 2 * DRIFT, newest + 1):
        if hmac.compare_digest(otp.generate_otp(step), typed):
            found = step
    return found
