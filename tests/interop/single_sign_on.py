"""Harbor with apps that sign people in by OpenID Connect, over real HTTP, and somebody who meddles."""

from __future__ import annotations

import json
import os
import pwd
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
import requests
from joserfc.jwk import ECKey
from tests.identity.workload_terms import terms
from tests.interop.fronts import program
from tests.interop.recipes import block
from tests.journeys.conftest import Harbor, serve
from tests.ports import free_ports
from tests.real_parts import absent

from limen.identity import workloads
from limen.sso.oidc import workload_keys
from limen.sso.oidc.provider import Provider
from limen.sso.oidc.public_keys import read_jwk

MODULES = Path("/usr/lib/apache2/modules")
APACHE = "apache-mod-auth-openidc"
RECIPES = {
    "reports": APACHE,
    "notebooks": "sign-in-jupyterhub",
    "databases": "sign-in-pgadmin",
    "mail": "sign-in-roundcube-dovecot",
}
"""The apps of this Harbor, each with the page that tells how it is set up."""
UPSTREAMS = {"databases": "127.0.0.1:5050"}
"""Those that are behind the gateway, and where their page says that they are themselves."""
POLICY = """
@id("staff-use-{app}")
@title("Staff use {app}")
@reason("They need it for their work.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource == App::"{app}")
when {{ context.auth.strength >= 2 }};

@id("programs-use-{app}")
@title("The programs of engineering use {app}")
@reason("They send it out in the morning.")
@phase("identity")
permit (principal is Workload, action == Action::"view", resource == App::"{app}")
when {{ principal in Group::"engineering" }};
"""


@dataclass
class SingleSignOn:
    """A running Harbor. Browsers find its apps at `apps`, which listen on `ports`; Apache's is `app`."""

    harbor: Harbor
    apps: dict[str, str]
    ports: dict[str, int]
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def app(self) -> str:
        return self.apps["reports"]

    @property
    def callback(self) -> str:
        return f"{self.app}/oidc/callback"

    @property
    def secret(self) -> str:
        return self.secret_of("reports")

    def secret_of(self, app: str) -> str:
        """The secret of an app, which is made when it is first asked for."""
        if app not in self.secrets:
            provider = self.harbor.limen.core.offers.take(Provider)
            self.secrets[app] = self.harbor.run(provider.new_secret(app, "", 0))
        return self.secrets[app]

    def as_here(self, app: str, text: str) -> str:
        """A text of this app's page, with this Harbor's addresses and a secret in it."""
        text = text.replace("https://limen.YOUR.DOMAIN", self.harbor.origin)
        text = re.sub(r"https://([^/]+@)limen\.YOUR\.DOMAIN", rf"http://\1{urlsplit(self.harbor.origin).netloc}", text)
        text = text.replace(f"https://{app}.YOUR.DOMAIN", self.apps[app])
        return text.replace("THE-SECRET", self.secret_of(app))

    def revoke(self, name: str) -> None:
        """End every session of this person, as an administrator would; returns when that is done."""
        self.harbor.run(self.harbor.limen.identity.sessions.revoke_person(self.harbor.people[name], by=""))

    @property
    def address(self) -> str:
        """What programs call the app: its `url`."""
        return f"{self.app}/"

    def workload(self, name: str, key: ECKey) -> str:
        """The client id of a new workload with this key."""
        limen = self.harbor.limen

        async def added() -> str:
            database, now = limen.database, limen.core.clock.now()
            workload = workloads.add(
                database, name, ["wiki"], ["engineering"], 1, now, terms=terms(now), by="server"
            ).workload
            public = read_jwk(key.as_dict(private=False))
            await database.writing(lambda t: workload_keys.add(t, workload.id, public, 1, now, by="server"))
            await limen.identity.ports.settled(database.read(lambda snapshot: snapshot.seq))  # the provider knows it
            return workload.id

        return str(self.harbor.run(added()))

    def end_workload(self, name: str) -> None:
        limen = self.harbor.limen

        async def ended() -> None:
            workloads.revoke(limen.database, name, limen.core.clock.now(), by="server")
            await limen.identity.ports.settled(limen.database.read(lambda snapshot: snapshot.seq))

        self.harbor.run(ended())

    def events(self, kind: str) -> list[Any]:
        self.harbor.limen.journal.flush()
        return list(self.harbor.limen.journal.recent(200, lambda event: event.kind == kind))


@contextmanager
def single_sign_on(folder: Path, upstream: int) -> Iterator[SingleSignOn]:
    limen_port, *free = free_ports(1 + len(RECIPES))
    ports = dict(zip(RECIPES, free, strict=True))
    seen = {app: limen_port if app in UPSTREAMS else port for app, port in ports.items()}
    apps = {app: f"http://{app}.harbor.localhost:{port}" for app, port in seen.items()}

    def write(company: Path) -> None:
        file = company / "apps.yaml"
        entries = [_entry(app, here, ports[app]) for app, here in apps.items()]
        file.write_text("\n\n".join([file.read_text("utf-8").rstrip(), *entries]), "utf-8")
        ids = re.findall(r"^- id: (\S+)", "\n".join(entries), re.MULTILINE)
        policies = "".join(POLICY.format(app=app) for app in ids)
        (company / "policies" / "65-sso.cedar").write_text(policies, "utf-8")

    harbor, stop = serve(folder, limen_port, upstream, write=write)
    yield SingleSignOn(harbor, apps, ports)
    stop()


def _entry(app: str, here: str, port: int) -> str:
    """The app in apps.yaml, as its page says it."""
    entry = block(RECIPES[app], "yaml").replace(f"https://{app}.YOUR.DOMAIN", here)
    entry = entry.replace("YOUR.DOMAIN", "harbor.localhost")
    entry = entry.replace(UPSTREAMS.get(app, "127.0.0.1:0"), f"127.0.0.1:{port}")
    entry = re.sub(r"(backchannel_logout_uri: http://)[^:]*", r"\1localhost", entry)
    return f"{entry}    device: true\n    may_act: [report-batch]\n" if app == "reports" else entry


@dataclass
class Meddler:
    """Sits between an app and Limen's token endpoint, and changes what is answered. `change` is JSON to JSON."""

    issuer: str
    port: int = 0
    change: Callable[[dict[str, Any]], dict[str, Any]] = lambda told: told
    told: list[dict[str, Any]] = field(default_factory=list)

    @property
    def metadata(self) -> str:
        return f"http://127.0.0.1:{self.port}/.well-known/openid-configuration"


@contextmanager
def meddling(issuer: str) -> Iterator[Meddler]:
    meddler = Meddler(issuer)

    class Between(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = requests.get(f"{issuer}{self.path}", timeout=5).json()
            self._say(200, {**found, "token_endpoint": f"http://127.0.0.1:{meddler.port}/oidc/token"})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            sent = {name: self.headers[name] for name in ("authorization", "content-type") if self.headers[name]}
            answered = requests.post(f"{issuer}{self.path}", data=body, headers=sent, timeout=5)
            meddler.told.append(answered.json())
            self._say(answered.status_code, meddler.change(answered.json()))

        def _say(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    meddler.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield meddler
    server.shutdown()
    server.server_close()


class Behind(BaseHTTPRequestHandler):
    """What stands behind Apache: it says which fields it was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def apache(folder: Path, sso: SingleSignOn, metadata: str) -> Iterator[None]:
    """Apache with mod_auth_openidc on the app's address, with the how-to's own configuration."""
    binary = program("apache2")
    if not (MODULES / "mod_auth_openidc.so").exists():
        said = "MOD_AUTH_OPENIDC IS NOT INSTALLED: it was not tested (apt-get install libapache2-mod-auth-openidc)"
        absent(said)
    behind = ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    folder.chmod(0o755)
    config, log = folder / "apache.conf", folder / "log"
    config.write_text(_configuration(folder, sso, metadata, behind.server_address[1]))
    with log.open("wb") as out:
        process = subprocess.Popen([binary, "-f", str(config), "-D", "FOREGROUND"], stdout=out, stderr=out)
    try:
        _until_open(int(sso.app.rpartition(":")[2]), process, log)
        yield
    finally:
        process.terminate()
        process.wait(10)
        behind.shutdown()
        behind.server_close()


def _configuration(folder: Path, sso: SingleSignOn, metadata: str, behind: int) -> str:
    port = sso.app.rpartition(":")[2]
    modules = ("mpm_event", "authn_core", "authz_core", "authz_user", "proxy", "proxy_http", "auth_openidc")
    said = block(APACHE, "apache") + block(APACHE, "apache", 1)
    changed = {
        "https://limen.YOUR.DOMAIN/.well-known/openid-configuration": metadata,
        "https://limen.YOUR.DOMAIN": sso.harbor.origin,
        "https://reports.YOUR.DOMAIN": sso.app,
        "THE-SECRET": sso.secret,
        "A-LONG-RANDOM-TEXT": "a-text-that-is-long-enough-for-a-test",
        "BeforeExpiry 240": "BeforeExpiry 299",  # one second old is old here, so that a test need not wait a minute
    }
    for told, here in changed.items():
        said = said.replace(told, here)
    loaded = "\n".join(f"LoadModule {_symbol(name)} {MODULES}/mod_{name}.so" for name in modules)
    as_nobody = f"User nobody\nGroup #{pwd.getpwnam('nobody').pw_gid}\n" if os.geteuid() == 0 else ""
    return f"""
{loaded}
ServerRoot {folder}
ServerName reports.harbor.localhost
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog /dev/stderr
Listen 127.0.0.1:{port}
StartServers 1
ThreadsPerChild 16
MaxRequestWorkers 16
{as_nobody}
ProxyPass /oidc/callback !
ProxyPass / http://127.0.0.1:{behind}/
OIDCSSLValidateServer Off
OIDCInfoHook access_token refresh_token id_token_hint
{said}
"""


def _symbol(module: str) -> str:
    return {"mpm_event": "mpm_event_module", "auth_openidc": "auth_openidc_module"}.get(module, f"{module}_module")


def _until_open(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends and process.poll() is None:
        with socket.socket() as there:
            if there.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"Apache did not start:\n{log.read_text()[-3_000:]}")


class Person:
    """Somebody who is signed in at Limen, with a program for a browser: it follows redirects one by one."""

    def __init__(self, sso: SingleSignOn, name: str, *groups: str) -> None:
        self.sso = sso
        self.limen = sso.harbor.signed_in(name, *groups)
        self.here = requests.Session()

    def ask(self, url: str) -> requests.Response:
        """One step: the app with its own cookies, Limen with Limen's."""
        if url.startswith(self.sso.app):
            return self.here.get(url, allow_redirects=False, timeout=10)
        return requests.get(url, headers=self._as_browser(), allow_redirects=False, timeout=10)

    def to_limen(self) -> str:
        """Where the app sends somebody whom it does not know."""
        return self.ask(f"{self.sso.app}/page").headers["location"]

    def back(self, way: str) -> str:
        """Where Limen sends them then."""
        answered = self.ask(way)
        assert answered.status_code == 303, answered.text
        return answered.headers["location"]

    def sign_in(self) -> dict[str, str]:
        """The whole way; what stands behind the app was told."""
        answered = self.ask(self.back(self.to_limen()))
        return self.ask(answered.headers["location"]).json()

    def _as_browser(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.limen.items())
        return {"cookie": cookies, "user-agent": "Mozilla/5.0 (X11; Linux) Firefox/150.0"}


def with_another(url: str, **values: str) -> str:
    parts = urlsplit(url)
    asked = {name: found[0] for name, found in parse_qs(parts.query).items()} | values
    return urlunsplit(parts._replace(query=urlencode({name: value for name, value in asked.items() if value})))
