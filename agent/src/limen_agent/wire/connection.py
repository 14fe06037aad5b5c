"""https to Limen and to nobody else: verified, without redirects, bounded in time and size."""

from __future__ import annotations

import email.utils
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, SSLError

from limen_agent import __version__
from limen_agent.address import is_this_machine
from limen_agent.bounded_json import LONGEST_BYTES, read_object
from limen_agent.errors import AgentError
from limen_agent.printable import one_line

CONNECT_S: Final = 10.0
READ_S: Final = 30.0
TOLERATED_SKEW_S: Final = 300
"""How far a message's time may be from Limen's clock."""
SILENCE_S: Final = 65.0
"""A stream says something every 20 s; three times nothing, and it is gone."""
_SHOWN: Final = 300


class UnreachableError(AgentError):
    """No answer came; a later attempt may get one."""


class RefusedError(AgentError):
    """Limen answered, and said no: `status`, and the error's id."""

    def __init__(
        self, status: int, error: str, what: str, fix: str, *, nonce: str = "", retry_after_s: int = 0
    ) -> None:
        super().__init__(what, fix)
        self.status = status
        self.error = error
        self.nonce = nonce
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Answer:
    """What Limen answered with a status below 300."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str, longest: int = _SHOWN) -> str:
        """A text of the answer, safe to be shown; "" where there is none."""
        value = self.body.get(name)
        return one_line(value, longest) if isinstance(value, str) else ""

    def number(self, name: str, least: int, most: int, usual: int) -> int:
        """A whole number of the answer, within bounds; `usual` where there is none."""
        value = self.body.get(name)
        return min(most, max(least, value)) if type(value) is int else usual


class Connection:
    """Connections to one address. Safe to be used by several threads."""

    def __init__(self, address: str, ca_file: str = "") -> None:
        self.address = address
        parts = urlsplit(address)
        host = parts.hostname or ""
        # What ends in .localhost is this machine, also where its resolver knows no such name (RFC 6761, section 6.3).
        place = "127.0.0.1" if host.endswith(".localhost") else host
        self._head = {"Host": parts.netloc, "User-Agent": f"limen-agent/{__version__}"}
        self._pool: urllib3.HTTPConnectionPool
        if parts.scheme == "https":
            self._pool = urllib3.HTTPSConnectionPool(
                place,
                parts.port or 443,
                ssl_context=verifying(ca_file),
                server_hostname=host,
                maxsize=2,
            )
        elif is_this_machine(host):
            self._pool = urllib3.HTTPConnectionPool(place, parts.port or 80, maxsize=2)
        else:
            raise AgentError(f"{address} is not an https address", "enrol this device anew")

    def post(self, path: str, signed: str) -> Answer:
        """Send a signed message. Raises UnreachableError and RefusedError."""
        head = {**self._head, "Content-Type": "application/jose", "Accept": "application/json"}
        response = self._ask("POST", path, head, signed.encode())
        try:
            body = _bounded(response)
        finally:
            response.release_conn()
        return read_answer(response.status, response.headers, body)

    def open_stream(self, path: str, signed: str) -> urllib3.BaseHTTPResponse:
        """Server-sent events; whoever opened them closes them. Raises UnreachableError and RefusedError."""
        head = {**self._head, "Authorization": f"Limen {signed}", "Accept": "text/event-stream"}
        response = self._ask("GET", path, head, None, SILENCE_S)
        if response.status != 200:
            try:
                read_answer(response.status, response.headers, _bounded(response))
            finally:
                response.close()
            raise UnreachableError("Limen answered no events", "")
        if not response.headers.get("Content-Type", "").startswith("text/event-stream"):
            response.close()
            raise UnreachableError("what answers at Limen's address sends no events", "see what stands before Limen")
        return response

    def close(self) -> None:
        self._pool.close()

    def _ask(
        self, method: str, path: str, head: Mapping[str, str], body: bytes | None, read_s: float = READ_S
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.urlopen(
                method,
                path,
                body=body,
                headers=head,
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(connect=CONNECT_S, read=read_s),
                preload_content=False,
                decode_content=False,
            )
        except (HTTPError, OSError) as error:
            raise _unreachable(self.address, error) from None


def verifying(ca_file: str = "") -> ssl.SSLContext:
    """TLS 1.2 or newer, the certificate verified by this file, else by the system's authorities. Raises AgentError."""
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError):
        raise AgentError(f"{ca_file} is not a file of certificates in PEM form", "name another with --ca") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def read_answer(status: int, head: Mapping[str, str], body: bytes) -> Answer:
    """What came, as a value. Raises RefusedError for what is refused, UnreachableError for what is not Limen's."""
    try:
        said = Answer(status, read_object(body))
    except ValueError:
        said = None
    if said is not None and status < 300:
        return said
    if 300 <= status < 400:
        raise UnreachableError(
            f"Limen's address answers with a redirect ({status}), and none is followed",
            "enrol with the address that it redirects to",
        )
    if said is None or not isinstance(said.body.get("error"), str):
        raise UnreachableError(
            f"what answers at Limen's address is not Limen ({status})", "see what stands before Limen"
        )
    what = said.text("message") or f"Limen refused it ({said.text('error')})"
    fix = said.text("mend")
    if skewed := clock_skew(head.get("Date", "")):
        what, fix = f"{what}: {skewed}", "set this machine's clock, for example with `timedatectl set-ntp true`"
    raise RefusedError(
        status,
        said.text("error", 60),
        what,
        fix,
        nonce=said.text("nonce"),
        retry_after_s=said.number("retry_after", 0, 3600, _seconds(head.get("Retry-After", ""))),
    )


def clock_skew(date: str, now: float | None = None) -> str:
    """How far this clock is from the Date of an answer (RFC 9110, section 6.6.1), where it matters; "" where not."""
    try:
        theirs = email.utils.parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError):
        return ""
    off = (time.time() if now is None else now) - theirs
    if abs(off) <= TOLERATED_SKEW_S:
        return ""
    return f"this machine's clock is {abs(off) / 60:.0f} minutes {'ahead of' if off > 0 else 'behind'} Limen's"


def _bounded(response: urllib3.BaseHTTPResponse) -> bytes:
    """The body of an answer, in at most READ_S. Raises UnreachableError."""
    until, body = time.monotonic() + READ_S, b""
    try:
        while part := response.read1(LONGEST_BYTES + 1 - len(body)):
            body += part
            if len(body) > LONGEST_BYTES:
                response.close()
                raise UnreachableError("the answer is longer than any of Limen's", "see what stands before Limen")
            if time.monotonic() > until:
                response.close()
                raise UnreachableError("the answer took too long", "")
    except (HTTPError, OSError) as error:
        raise UnreachableError(f"the answer broke off: {one_line(str(error), 120)}", "") from None
    return body


def _unreachable(address: str, error: Exception) -> UnreachableError:
    cause = error.reason if isinstance(error, MaxRetryError) and error.reason else error
    if isinstance(cause, SSLError):
        why = cause.args[0] if cause.args else cause
        if isinstance(why, ssl.SSLCertVerificationError):
            is_time = why.verify_code in {9, 10}  # not yet valid, expired (X509_V_ERR_CERT_…)
            return UnreachableError(
                f"the certificate of {address} can't be trusted: {one_line(why.verify_message, 120)}",
                "see that this machine's clock is right"
                if is_time
                else "name the file of your authority with --ca, or have the server's certificate fixed",
            )
        return UnreachableError(f"no TLS 1.2 or newer with {address}: {one_line(str(why), 120)}", "")
    if isinstance(cause, NewConnectionError):
        return UnreachableError(f"{address} can't be reached", "see the network, and the address's name")
    return UnreachableError(f"{address} did not answer: {one_line(type(cause).__name__, 60)}", "")


def _seconds(text: str) -> int:
    return min(3600, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 0
