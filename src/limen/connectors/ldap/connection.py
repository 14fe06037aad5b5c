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

from limen.connectors.ldap.bounded_sockets import (
    MOST_BYTES,
    BoundedTlsSocket,
    TooLongError,
    TooMuchError,
    bounded_plain,
)
from limen.connectors.vendor_client import VendorError
from limen.ssrf_guard import ForbiddenAddressError, places_of

if TYPE_CHECKING:
    from ldap3 import Connection

CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 20
"""For each piece of an answer."""
OPEN_SECONDS: Final = 60.0
"""From the first packet until Limen is bound, however many pieces the answers come in."""
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
async def opened(server: LdapServer, most_bytes: int = MOST_BYTES) -> AsyncIterator[Asked]:
    """A connection until the end of the block. Raises VendorError."""
    connection = await _bound(server, most_bytes)
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


class _Opening:
    """A connection while it is opened in a thread, which `end` ends from outside: ldap3 waits for each byte anew."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._is_over = False

    def began(self, connection: Connection) -> None:
        """From now on it has a socket, or will."""
        self._connection = connection
        self.refuse_if_over()

    def end(self) -> None:
        """The socket is looked up now, because TLS takes another one's place."""
        self._is_over = True
        open_one = self._connection and self._connection.socket
        if open_one:
            with suppress(OSError):  # it isn't connected yet, or no more
                socket.socket.shutdown(open_one, socket.SHUT_RDWR)  # not TLS's own, which is for its own thread

    def refuse_if_over(self) -> None:
        """Raises VendorError."""
        if self._is_over:
            raise VendorError("slow")


async def _bound(server: LdapServer, most_bytes: int) -> Connection:
    try:
        places = await asyncio.wait_for(places_of(server.host, server.port), CONNECT_SECONDS)
    except ForbiddenAddressError:
        raise VendorError("off-limits") from None
    except (OSError, TimeoutError):
        raise VendorError("unreachable") from None
    wrong = VendorError("unreachable")
    for family, _protocol, address in places:
        try:
            return await _opened_in_time(server, family, str(address[0]), most_bytes)
        except VendorError as error:
            wrong = error
            if error.word != "unreachable":
                break
    raise wrong


async def _opened_in_time(
    server: LdapServer, family: socket.AddressFamily, address: str, most_bytes: int
) -> Connection:
    opening = _Opening()
    deadline = asyncio.get_running_loop().call_later(OPEN_SECONDS, opening.end)
    try:
        return await asyncio.to_thread(_connected, opening, server, family, address, most_bytes)
    except asyncio.CancelledError:
        opening.end()  # nobody waits for the thread any more
        raise
    except VendorError:
        opening.refuse_if_over()  # what a socket says that was shut is no reason
        raise
    finally:
        deadline.cancel()


def _connected(
    opening: _Opening, server: LdapServer, family: socket.AddressFamily, address: str, most_bytes: int
) -> Connection:
    try:
        import ldap3  # noqa: PLC0415 -- of an extra
    except ImportError:
        raise VendorError("lacks-ldap") from None

    tls = _own_tls(opening, server, most_bytes)
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
        opening.began(connection)
        _told(lambda one: one.open(read_server_info=False), connection)
        if not is_tls:
            connection.socket = bounded_plain(connection.socket)
            opening.refuse_if_over()
            _told(_start_tls, connection)
        _told(lambda one: one.bind(read_server_info=False), connection)
        refuse_unless(connection, "success")
        opening.refuse_if_over()
    except BaseException:
        _close(connection)
        raise
    return connection


def _start_tls(connection: Connection) -> None:
    if not connection.start_tls(read_server_info=False):
        raise VendorError("untrusted")


def _own_tls(opening: _Opening, server: LdapServer, most_bytes: int) -> Any:
    """ldap3's idea of TLS, with Python's own context in it: it verifies the certificate and the name, always."""
    import ldap3  # noqa: PLC0415 -- of an extra

    context = ssl.create_default_context(cadata=server.trust or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = type("_Bounded", (BoundedTlsSocket,), {"most_bytes": most_bytes})

    class OwnTls(ldap3.Tls):  # type: ignore[misc]
        def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
            connection.socket = context.wrap_socket(
                connection.socket, server_hostname=server.host, do_handshake_on_connect=False
            )
            try:
                opening.refuse_if_over()  # it may have ended the socket that this one took the place of
                connection.socket.do_handshake()
            except BaseException:
                connection.socket.close()
                raise

    return OwnTls(validate=ssl.CERT_REQUIRED)


def _told(question: Callable[[Connection], T], connection: Connection) -> T:
    """The answer, or what went wrong as a VendorError, with nothing of what was sent in it."""
    from ldap3.core.exceptions import LDAPExceptionError  # noqa: PLC0415 -- of an extra

    try:
        return question(connection)
    except ssl.SSLError:
        raise VendorError("untrusted") from None
    except TooMuchError:
        raise VendorError("too-much") from None
    except TooLongError:
        raise VendorError("slow") from None
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
    if "TooMuchError" in said:
        return "too-much"
    if "TooLongError" in said:
        return "slow"
    if any(one in said for one in ("SSL", "CERTIFICATE", "certificate", "StartTLS")):
        return "untrusted"
    return "slow" if "timed out" in said else "unreachable"


def _close(connection: Connection) -> None:
    """Whatever state it is in."""
    with suppress(Exception):  # it is closed, or was never open
        connection.unbind()
