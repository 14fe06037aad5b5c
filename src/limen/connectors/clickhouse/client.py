"""One server of ClickHouse over its HTTP interface: lines in, questions out, and nothing of what they mean.

The user and the password are headers, so that no address holds a secret; values are parts of a form, which the server
binds by name and type; nothing of them becomes part of a statement. A batch of lines carries a token, by which the
server knows one that comes again. What SQL and settings mean was tried with ClickHouse's own engine (chDB); headers and
forms with a stand-in of the tests alone, not with a server.
"""

from __future__ import annotations

import http.client
import re
import secrets
import ssl
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec

from limen.connectors.clickhouse.server import Server
from limen.errors import LimenError

CONNECT_SECONDS: Final = 3.0
IDLE_SECONDS: Final = 5.0
LONGEST_ANSWER: Final = 64 << 20
_LONGEST_WRONG: Final = 4_096
_CODE: Final = re.compile(rb"Code: (\d{1,5})")
_PORTS: Final = {"https": 8443, "http": 8123}
_SECURE: Final = "https"
_REASONS: Final = {
    **dict.fromkeys((192, 193, 194, 516), "credentials"),
    **dict.fromkeys((164, 291, 497), "not-allowed"),
    **dict.fromkeys((243, 252, 755), "full"),
    **dict.fromkeys((159, 160, 158, 241, 307, 396), "too-much"),
    **dict.fromkeys((60, 81), "nothing-there"),
    **dict.fromkeys((6, 26, 27, 69, 72, 117, 130, 131, 321, 407, 432, 441), "lines"),
}
"""What some of ClickHouse's error codes come to (`system.errors`); all others are `failed`."""
_WORDS: Final = {
    "unreachable": ("ClickHouse can't be reached", "see whether it runs, and whether this machine may connect to it"),
    "certificate": ("the certificate of ClickHouse is not trusted", "name its authority in `clickhouse_authority`"),
    "slow": ("ClickHouse did not answer in time", "see how busy it is"),
    "credentials": (
        "ClickHouse does not accept the user or the password",
        "see the user and LIMEN_CLICKHOUSE_PASSWORD",
    ),
    "not-allowed": ("the user of ClickHouse may not do this", "grant the rights that the how-to page lists"),
    "full": ("ClickHouse takes nothing: its disk is full, or it has too many parts", "make room there"),
    "too-much": ("the question takes ClickHouse too long or too much memory", "look through less time"),
    "nothing-there": ("the database of events is not in ClickHouse", "create the database that `clickhouse` names"),
    "lines": ("ClickHouse can't read some events", "update Limen: a column may be missing"),
    "garbage": ("what answers is not ClickHouse", "see what `clickhouse` names"),
    "failed": ("ClickHouse reports an error", "its log says which"),
}


class ClickHouseError(LimenError):
    """ClickHouse did not do it. `word` is one of `_WORDS`; `code` is ClickHouse's own, 0 where it said none."""

    def __init__(self, word: str, code: int = 0) -> None:
        what, fix = _WORDS[word]
        super().__init__(f"{what} (code {code})" if word == "failed" and code else what, fix)
        self.word = word
        self.code = code


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of an answer under their columns' names."""

    columns: tuple[str, ...]
    rows: list[list[Any]]


class ClickHouse:
    """One connection, opened when it is needed. Used by one thread at a time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        parts = urlsplit(server.url)
        self._is_secure = parts.scheme == _SECURE
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS.get(parts.scheme, 0)
        self._database = parts.path.strip("/")
        self._connection: http.client.HTTPConnection | None = None
        self._used_at = 0.0

    def ask(
        self, sql: str, values: Mapping[str, str | int] | None = None, *, seconds: float, most_rows: int = 10_000
    ) -> Rows:
        """The answer to a `select`. It can't write, whatever it says. Raises ClickHouseError."""
        settings = {
            "readonly": 2,
            "max_execution_time": max(1, round(seconds)),
            "max_result_rows": most_rows,
            "result_overflow_mode": "break",
            "use_skip_indexes_if_final": 1,
            "output_format_json_quote_64bit_integers": 0,
            "default_format": "JSONCompactEachRowWithNames",
        }
        bound = {f"param_{name}": _escaped(value) for name, value in (values or {}).items()}
        kind, body = _form({"query": sql, **bound})
        found = self._sent(settings, body, {"content-type": kind}, seconds)
        try:
            columns, *rows = [msgspec.json.decode(line) for line in found.splitlines()]
            return Rows(columns=tuple(columns), rows=rows[:most_rows])
        except (ValueError, TypeError):
            raise ClickHouseError("garbage") from None

    def insert(self, sql: str, lines: Iterable[bytes], token: str, *, seconds: float) -> None:
        """Have these lines kept by `insert … format JSONEachRow`: they are when it returns. Raises ClickHouseError.

        Lines that came under this token before are not kept again.
        """
        settings = {
            "query": sql,
            "async_insert": 0,
            "insert_deduplication_token": token,
            "input_format_skip_unknown_fields": 1,
            "input_format_json_read_objects_as_strings": 1,
        }
        self._sent(settings, b"\n".join(lines), {"content-type": "application/x-ndjson"}, seconds)

    def command(self, sql: str, values: Mapping[str, str | int] | None = None, *, seconds: float) -> None:
        """Have a statement of our own carried out. Raises ClickHouseError."""
        bound = {f"param_{name}": _escaped(value) for name, value in (values or {}).items()}
        kind, body = _form({"query": sql, **bound})
        self._sent({}, body, {"content-type": kind}, seconds)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # Inside

    def _sent(self, settings: Mapping[str, Any], body: bytes, headers: Mapping[str, str], seconds: float) -> bytes:
        """The body of the answer, once it is whole: `wait_end_of_query` has no half an answer look like one."""
        address = f"/?{urlencode({'database': self._database, 'wait_end_of_query': 1, **settings})}"
        who = {"x-clickhouse-user": self._server.user, "x-clickhouse-key": self._server.password}
        try:
            return self._answer(address, body, {**headers, **who}, time.monotonic() + seconds)
        except ClickHouseError:
            self.close()
            raise
        except TimeoutError:
            self.close()
            raise ClickHouseError("slow") from None
        except ssl.SSLError:
            self.close()
            raise ClickHouseError("certificate") from None
        except (OSError, http.client.HTTPException):
            self.close()
            raise ClickHouseError("unreachable") from None

    def _answer(self, address: str, body: bytes, headers: Mapping[str, str], ends_at: float) -> bytes:
        connection = self._opened()
        if connection.sock is not None:
            connection.sock.settimeout(max(0.1, ends_at - time.monotonic()))
        connection.request("POST", address, body, dict(headers))
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise _wrong(answer.status, answer.headers.get("x-clickhouse-exception-code"), answer.read(_LONGEST_WRONG))
        read = bytearray()
        while piece := answer.read1(1 << 16):
            read += piece
            if len(read) > LONGEST_ANSWER:
                raise ClickHouseError("too-much")
            if time.monotonic() > ends_at:
                raise TimeoutError
        answer.close()
        self._used_at = time.monotonic()
        return bytes(read)

    def _opened(self) -> http.client.HTTPConnection:
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self.close()  # the server may be about to
        if self._connection is None:
            made: http.client.HTTPConnection
            if self._is_secure:
                trusted = ssl.create_default_context(cadata=self._server.authority or None)
                made = http.client.HTTPSConnection(self._host, self._port, timeout=CONNECT_SECONDS, context=trusted)
            else:
                made = http.client.HTTPConnection(self._host, self._port, timeout=CONNECT_SECONDS)
            made.connect()
            self._connection = made
        return self._connection


def _wrong(status: int, said: str | None, body: bytes) -> ClickHouseError:
    """Its text may hold what somebody wrote, so only its number is told on."""
    found = _CODE.search(body)
    code = int(said) if said and said.isdigit() else int(found[1]) if found else 0
    if not code and status in {http.client.UNAUTHORIZED, http.client.FORBIDDEN}:
        return ClickHouseError("credentials")
    return ClickHouseError(_REASONS.get(code, "failed") if code else "garbage", code)


def _escaped(value: str | int) -> str:
    """As ClickHouse reads the value of a parameter: in its form for columns divided by tabs."""
    if isinstance(value, int):
        return str(value)
    for one, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\0", "\\0")):
        value = value.replace(one, written)
    return value


def _form(parts: Mapping[str, str]) -> tuple[str, bytes]:
    """These as `multipart/form-data` (RFC 7578), between words that stand in none of them."""
    between = f"limen-{secrets.token_hex(16)}"
    said = "".join(
        f'--{between}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    return f"multipart/form-data; boundary={between}", f"{said}--{between}--\r\n".encode("utf-8", "surrogatepass")
