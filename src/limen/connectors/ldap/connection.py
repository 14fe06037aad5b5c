"""A connection to an LDAP directory: to an address that was judged, by TLS that was verified, bounded.

ldap3 speaks the protocol; the TLS is Limen's own: ldap3 compares names less strictly than Python does.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from limen.connectors.vendor_client import VendorError
from limen.ssrf_guard import ForbiddenAddressError, places_of

if TYPE_CHECKING:
    from ldap3 import Connection

CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 20
MOST_BYTES: Final = 32 << 20
"""What is read of one connection at most."""
_LDAPS_PORT: Final = 636
_LDAP_PORT: Final = 389

_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LdapServer:
    """Where a directory is, and as whom Limen binds there. `trust` is an authority's certificate, as PEM; "": the
    system's authorities.
    """

    url: str
    bind_as: str
    secret: str = field(repr=False)
    trust: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def is_tls_from_the_start(self) -> bool:
        return urlsplit(self.url).scheme == "ldaps"

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or (_LDAPS_PORT if self.is_tls_from_the_start else _LDAP_PORT)


class Asked:
    """A bound connection. ldap3 waits for its answers, so each question is asked in a thread, one after the other."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, question: Callable[[Connection], T]) -> T:
        """What the connection is asked. Raises VendorError."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(_told, question, self._connection)


@asynccontextmanager
async def opened(server: LdapServer) -> AsyncIterator[Asked]:
    """A connection until the end of the block. Raises VendorError."""
    connection = await _bound(server)
    try:
        yield Asked(connection)
    finally:
        await asyncio.to_thread(_close, connection)


def result_of(connection: Connection) -> str:
    """The name of the last answer's result code (RFC 4511 section 4.1.9): `success`."""
    return str((connection.result or {}).get("description", ""))


def refuse_unless(connection: Connection, *fine: str) -> None:
    """Raises VendorError where the last answer is none of these."""
    result = result_of(connection)
    if result not in fine:
        raise VendorError(_WORDS.get(result, "refused"))


_WORDS: Final = {
    "noSuchObject": "no-group",
    "insufficientAccessRights": "not-allowed",
    "invalidCredentials": "not-allowed",
    "inappropriateAuthentication": "not-allowed",
    "confidentialityRequired": "not-allowed",
    "sizeLimitExceeded": "too-much",
    "adminLimitExceeded": "too-much",
    "timeLimitExceeded": "slow",
    "busy": "unreachable",
    "unavailable": "unreachable",
    "objectClassViolation": "last-member",
}


class _BoundedSocket(ssl.SSLSocket):
    """Reads no more than `MOST_BYTES`."""

    _had = 0

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        found = super().recv(buflen, flags)
        self._had += len(found)
        if self._had > MOST_BYTES:
            raise _TooMuchError
        return found


class _TooMuchError(OSError):
    pass


async def _bound(server: LdapServer) -> Connection:
    try:
        places = await asyncio.wait_for(places_of(server.host, server.port), CONNECT_SECONDS)
    except ForbiddenAddressError:
        raise VendorError("off-limits") from None
    except (OSError, TimeoutError):
        raise VendorError("unreachable") from None
    wrong = VendorError("unreachable")
    for family, _protocol, address in places:
        try:
            return await asyncio.to_thread(_connected, server, family, str(address[0]))
        except VendorError as error:
            wrong = error
            if error.word != "unreachable":
                break
    raise wrong


def _connected(server: LdapServer, family: socket.AddressFamily, address: str) -> Connection:
    try:
        import ldap3  # noqa: PLC0415 -- of an extra
    except ImportError:
        raise VendorError("lacks-ldap") from None

    tls = _own_tls(server)
    host = f"[{address}]" if family is socket.AF_INET6 else address
    is_tls = server.is_tls_from_the_start
    there = ldap3.Server(
        host, server.port, use_ssl=is_tls, tls=tls, connect_timeout=CONNECT_SECONDS, get_info=ldap3.NONE
    )
    connection = ldap3.Connection(
        there,
        user=server.bind_as,
        password=server.secret,
        authentication=ldap3.SIMPLE,
        receive_timeout=ANSWER_SECONDS,
        auto_referrals=False,
        check_names=False,
        raise_exceptions=False,
    )
    try:
        _told(lambda one: one.open(read_server_info=False), connection)
        if not is_tls:
            _told(_start_tls, connection)
        _told(lambda one: one.bind(read_server_info=False), connection)
        refuse_unless(connection, "success")
    except BaseException:
        _close(connection)
        raise
    return connection


def _start_tls(connection: Connection) -> None:
    if not connection.start_tls(read_server_info=False):
        raise VendorError("untrusted")


def _own_tls(server: LdapServer) -> Any:
    """ldap3's idea of TLS, with Python's own context in it: it verifies the certificate and the name, always."""
    import ldap3  # noqa: PLC0415 -- of an extra

    context = ssl.create_default_context(cadata=server.trust or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _BoundedSocket

    class OwnTls(ldap3.Tls):  # type: ignore[misc]
        def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
            connection.socket = context.wrap_socket(connection.socket, server_hostname=server.host)

    return OwnTls(validate=ssl.CERT_REQUIRED)


def _told(question: Callable[[Connection], T], connection: Connection) -> T:
    """The answer, or what went wrong as a VendorError, with nothing of what was sent in it."""
    from ldap3.core.exceptions import LDAPExceptionError  # noqa: PLC0415 -- of an extra

    try:
        return question(connection)
    except ssl.SSLError:
        raise VendorError("untrusted") from None
    except _TooMuchError:
        raise VendorError("too-much") from None
    except LDAPExceptionError as error:
        raise VendorError(_word_of(error)) from None
    except OSError:
        raise VendorError("unreachable") from None
    except VendorError:
        raise
    except Exception as error:  # noqa: BLE001 -- ldap3 and pyasn1 let whatever an answer broke through
        _log.warning("an answer of a directory could not be read: %s", type(error).__name__)
        raise VendorError("garbage") from None


def _word_of(error: Exception) -> str:
    """ldap3 puts the socket's own errors within its own, as a cause or as text."""
    said = f"{type(error).__name__} {error}"
    if "_TooMuchError" in said:
        return "too-much"
    if any(one in said for one in ("SSL", "CERTIFICATE", "certificate", "StartTLS")):
        return "untrusted"
    return "slow" if "timed out" in said else "unreachable"


def _close(connection: Connection) -> None:
    """Whatever state it is in."""
    with suppress(Exception):  # it is closed, or was never open
        connection.unbind()
