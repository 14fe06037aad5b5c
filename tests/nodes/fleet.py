"""Two real nodes over a real PostgreSQL, an app behind them, and what can be taken away from each."""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from tests.company.small_folder import small_folder
from tests.nodes.serving_node import token_of
from tests.ports import free_ports
from tests.postgresql import Cluster

from limen.storage.master_key import make_key_file

HOST: Final = "wiki.harbor.localhost"
SECONDS: Final = 60.0


def until(is_so: Callable[[], object], seconds: float = SECONDS) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            raise AssertionError("it did not come about in time")
        time.sleep(0.02)


class Wire(socketserver.ThreadingTCPServer):
    """A port that leads to the database's socket, and can be cut."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, target: str) -> None:
        self.target, self.is_cut = target, False
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Carried)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def cut(self) -> None:
        self.is_cut = True
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.is_cut = False


class _Carried(socketserver.BaseRequestHandler):
    server: Wire

    def handle(self) -> None:
        if self.server.is_cut:
            return
        with socket.socket(socket.AF_UNIX) as there:
            try:
                there.connect(self.server.target)
            except OSError:
                return
            ends = {self.request, there}
            self.server._open |= ends
            back = threading.Thread(target=_carry, args=(there, self.request), daemon=True)
            back.start()
            _carry(self.request, there)
            back.join()
            self.server._open -= ends


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while some := source.recv(65_536):
            target.sendall(some)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@dataclass
class NodeProcess:
    """One node, seen from the test."""

    name: str
    root: Path
    port: int
    health: int
    wire: Wire
    log: Path
    data: Path
    _process: subprocess.Popen[str] | None = None
    _number: int = 0
    _answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    _is_open: threading.Event = field(default_factory=threading.Event)
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.nodes.serving_node", str(self.root)]
        self._is_open.clear()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        threading.Thread(target=self._hear, args=(self._process,), daemon=True).start()
        if not self._is_open.wait(2 * SECONDS):
            raise AssertionError(self.log.read_text()[-3_000:])

    def asks(self, do: str, seconds: float = SECONDS, **what: Any) -> dict[str, Any]:
        number = self.begins(do, **what)
        return self.answer(number, seconds)

    def begins(self, do: str, **what: Any) -> int:
        """Have it do something without waiting; the number of the answer."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._number += 1
        self._process.stdin.write(json.dumps({"do": do, "number": self._number, **what}) + "\n")
        self._process.stdin.flush()
        return self._number

    def answer(self, number: int, seconds: float = SECONDS) -> dict[str, Any]:
        with self._heard:
            if not self._heard.wait_for(lambda: number in self._answers, seconds):
                raise AssertionError(f"node {self.name} does not answer: " + self.log.read_text()[-2_000:])
            return self._answers.pop(number)

    def signal(self, what: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(what)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def asked(self, person: str, seconds: float = 5.0, port: int = 0) -> int:
        """The status of a request of theirs to the app; 0 where nobody answers."""
        return asked(port or self.port, person, seconds)

    def run(self, *words: str) -> str:
        """A command of `limen` on this machine."""
        command = [sys.executable, "-m", "limen.cli.main", words[0], *words[1:]]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.root)
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done.stdout

    def _hear(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said = json.loads(line)
            if "number" not in said:
                self._is_open.set()
                continue
            with self._heard:
                self._answers[said["number"]] = said
                self._heard.notify_all()


def asked(port: int, person: str, seconds: float = 5.0, host: str = HOST) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", "/page", headers={"Host": host, "Cookie": f"__Host-limen-app={token_of(person)}"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


class _App(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None: ...


@contextmanager
def an_app() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _App)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def fleet(
    folder: Path, cluster: Cluster, names: str = "ab", start: bool = True, disks: dict[str, Path] | None = None
) -> Iterator[dict[str, NodeProcess]]:
    """Nodes of these names, joined and, unless said otherwise, running. `disks`: where the data of some lies."""
    with cluster.database() as url, an_app() as app:
        target = str(cluster.folder / "run" / ".s.PGSQL.5432")
        database = url.partition("?")[0].rpartition("/")[2]
        nodes: dict[str, NodeProcess] = {}
        try:
            for name in names:
                nodes[name] = _node(folder, name, app, Wire(target), database, (disks or {}).get(name))
            first = nodes[names[0]]
            for name, node in nodes.items():
                key = first.data / "master.key"
                node.data.mkdir(mode=0o700, parents=True, exist_ok=True)
                shutil.copy(key, node.data) if node is not first else make_key_file(key)
                (address,) = free_ports(1)
                node.run("node", "join", ".", "--name", name, "--address", f"127.0.0.1:{address}")
            for node in nodes.values():
                if start:
                    node.start()
            yield nodes
        finally:
            for node in nodes.values():
                node.stop()
                node.wire.shutdown()
                node.wire.server_close()


def _node(folder: Path, name: str, app: int, wire: Wire, database: str, disk: Path | None) -> NodeProcess:
    root = small_folder(folder / name)
    port, health = free_ports(2)
    toml = (root / "limen.toml").read_text().replace(":8080", f":{port}")
    toml = toml.replace('data = "data"', f'data = "{disk / "data"}"') if disk else toml
    listen = f'\n[listen]\naddress = "127.0.0.1:{port}"\nhealth = "127.0.0.1:{health}"\ncheck = ""\n'
    listen += 'trusted_proxies = ["127.0.0.1/32"]\n'
    toml += f'{listen}\n[database]\nurl = "postgresql://limen@127.0.0.1:{wire.port}/{database}"\n'
    (root / "limen.toml").write_text(toml)
    apps = root / "apps.yaml"
    apps.write_text(apps.read_text().replace("http://127.0.0.1:9102", f"http://127.0.0.1:{app}"))
    return NodeProcess(name, root, port, health, wire, folder / f"{name}.log", (disk or root) / "data")
