"""A stand-in for ClickHouse's server: its own engine (chDB) behind the part of its HTTP interface that Limen uses.

It is not ClickHouse's server: connections, users and rights here are the tests'. What SQL means, how rows are kept, how
values are bound and what an insert with a token does a second time is ClickHouse's own engine.

    python -m tests.clickhouse_stand_in FOLDER PORT [CERTIFICATE KEY]

A file `fault` in the folder says what is wrong with it: `slow SECONDS`, or `full` for a disk that takes nothing.
"""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.ports import free_port

from limen.connectors.clickhouse.client import ClickHouse, ClickHouseError
from limen.connectors.clickhouse.server import Server

USER, PASSWORD, DATABASE = "limen", "a password of the tests", "harbor"


class StandIn:
    """It runs in a process of its own, so that it can be killed; the folder outlives it."""

    def __init__(self, folder: Path, *, certificate: str = "", key: str = "") -> None:
        self.folder = folder
        self._tls = [certificate, key] if certificate else []
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> Server:
        where = f"https://localhost:{self._port}" if self._tls else f"http://127.0.0.1:{self._port}"
        authority = Path(self._tls[0]).read_text() if self._tls else ""
        return Server(url=f"{where}/{DATABASE}", user=USER, password=PASSWORD, authority=authority)

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.clickhouse_stand_in", str(self.folder), str(self._port), *self._tls]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def fault(self, what: str) -> Iterator[None]:
        file = self.folder / "fault"
        file.write_text(what)
        try:
            yield
        finally:
            file.unlink()

    def rows(self, sql: str) -> list[list[Any]]:
        client = ClickHouse(self.server)
        try:
            return client.ask(sql, seconds=30).rows
        finally:
            client.close()

    def events(self, *columns: str) -> list[list[Any]]:
        """These columns of each event, once each, in their order."""
        named = ", ".join(f'"{name}"' for name in columns)
        return self.rows(f"select {named} from events final where source <> '' order by all")

    def uids(self) -> list[str]:
        return [uid for (uid,) in self.events("uid")]

    def written(self) -> int:
        """How many rows of events there are, those that are alike each."""
        return int(self.rows("select count() from events where source <> ''")[0][0])

    def command(self, sql: str) -> None:
        client = ClickHouse(self.server)
        client.command(sql, seconds=30)
        client.close()

    def drop(self) -> None:
        self.command("drop table if exists events")

    @contextmanager
    def put_back_afterwards(self) -> Iterator[None]:
        """At the end the table is what it was before."""
        self.command("create table before clone as events")
        yield
        self.drop()
        self.command("rename table before to events")


@contextmanager
def stand_in(folder: Path, *, certificate: str = "", key: str = "") -> Iterator[StandIn]:
    folder.mkdir(parents=True, exist_ok=True)
    made = StandIn(folder, certificate=certificate, key=key)
    made.start()
    try:
        yield made
    finally:
        made.kill()


def refusal(server: Server, sql: str = "select 1") -> str:
    """The word by which a question is refused; "" where it is answered."""
    client = ClickHouse(server)
    try:
        client.ask(sql, seconds=5)
    except ClickHouseError as error:
        return error.word
    finally:
        client.close()
    return ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    session: Any
    folder: Path
    lock = threading.Lock()

    def log_message(self, *_: object) -> None: ...

    def do_POST(self) -> None:
        settings = dict(parse_qsl(urlsplit(self.path).query))
        body = self.rfile.read(int(self.headers["content-length"]))
        if (self.headers["x-clickhouse-user"], self.headers["x-clickhouse-key"]) != (USER, PASSWORD):
            self._say(403, b"Code: 516. DB::Exception: Authentication failed", 516)
            return
        fault = (self.folder / "fault").read_text().split() if (self.folder / "fault").exists() else []
        if fault[:1] == ["slow"]:
            time.sleep(float(fault[1]))
        if fault == ["full"] and "query" in settings:
            self._say(500, b"Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space", 243)
            return
        parts = {} if "query" in settings else _form(self.headers, body)
        sql = settings.pop("query", None) or parts.pop("query")
        values = {name.removeprefix("param_"): value for name, value in parts.items()}
        try:
            with self.lock:
                self._say(200, self._asked(sql, values, settings, body))
        except Exception as error:  # noqa: BLE001 -- whatever it was, it is an answer
            found = re.search(r"Code: (\d+)", str(error))
            self._say(500, str(error).encode(), int(found[1]) if found else 0)

    def _asked(self, sql: str, values: dict[str, str], settings: dict[str, str], body: bytes) -> bytes:
        database, kind = settings.pop("database"), settings.pop("default_format", "TSV")
        settings.pop("wait_end_of_query", None)
        self.session.query(f"use {database}")
        said = ", ".join(f"{name} = {_written(value)}" for name, value in settings.items())
        said = f" settings {said}" if said else ""
        if sql.startswith("insert"):
            return bytes(self.session.query(sql.replace(" format ", f"{said} format ") + " " + body.decode()).bytes())
        return bytes(self.session.query(sql + said, kind, params=values or None).bytes())

    def _say(self, status: int, body: bytes, code: int = 0) -> None:
        self.send_response(status)
        if code:
            self.send_header("x-clickhouse-exception-code", str(code))
        self.send_header("content-length", str(len(body)))
        with suppress(OSError):  # whoever asked may have given up
            self.end_headers()
            self.wfile.write(body)


def _written(value: str) -> str:
    return value if value.isdigit() else f"'{value}'"


def _form(headers: Message, body: bytes) -> dict[str, str]:
    whole = message_from_bytes(b"content-type: " + headers["content-type"].encode() + b"\r\n\r\n" + body)
    found = {}
    for part in whole.get_payload():
        assert isinstance(part, Message)
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(name, str)
        assert isinstance(content, bytes)
        found[name] = content.decode()
    return found


def main() -> None:
    from chdb import session

    folder, port, *tls = sys.argv[1:]
    _Handler.folder = Path(folder)
    _Handler.session = session.Session(str(Path(folder) / "engine"))
    _Handler.session.query(f"create database if not exists {DATABASE}")
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), _Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
