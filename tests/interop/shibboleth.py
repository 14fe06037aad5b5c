"""Harbor with an app behind Apache with mod_shib, over real HTTP, and a program for a browser."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.interop.fronts import HOW_TO, program
from tests.interop.single_sign_on import MODULES, POLICY, Behind, _until_open
from tests.journeys.conftest import Harbor, serve
from tests.ports import free_ports
from tests.real_parts import absent
from tests.sso.saml.certificates import key_pair

PAGE = (HOW_TO / "apache-mod-shib.md").read_text("utf-8")
KEYS = key_pair("shibboleth")


def on_the_page(fence: str, place: int = 0) -> str:
    """A block of the how-to, as it stands there."""
    return re.findall(rf"```{fence}\n(.*?)```", PAGE, re.DOTALL)[place]


@dataclass
class Shibboleth:
    """A running Harbor, and an app `reports` behind Apache, which is to be found at `app`."""

    harbor: Harbor
    app: str

    @property
    def consumer(self) -> str:
        return f"{self.app}/Shibboleth.sso/SAML2/POST"

    def revoke(self, name: str) -> None:
        """End every session of this person, as an administrator would; returns when that is done."""
        self.harbor.run(self.harbor.limen.identity.sessions.revoke_person(self.harbor.people[name], by=""))

    def events(self, kind: str) -> list[Any]:
        self.harbor.limen.journal.flush()
        return list(self.harbor.limen.journal.recent(200, lambda event: event.kind == kind))


@contextmanager
def shibboleth(folder: Path, upstream: int) -> Iterator[Shibboleth]:
    """Limen, shibd and Apache with the how-to's own configuration."""
    shibd, apache = program("shibd"), program("apache2")
    if not (MODULES / "mod_shib.so").exists():
        said = "MOD_SHIB IS NOT INSTALLED: it was not tested (apt-get install libapache2-mod-shib)"
        absent(said)
    limen_port, app_port = free_ports(2)
    app = f"http://reports.harbor.localhost:{app_port}"

    def write(company: Path) -> None:
        apps = company / "apps.yaml"
        entry = on_the_page("yaml").replace("https://reports.YOUR.DOMAIN", app).replace("THE-CERTIFICATE", KEYS.bare)
        entry = re.sub(r"(logout_service: http://)[^:]*", r"\1localhost", entry)
        apps.write_text(f"{apps.read_text('utf-8').rstrip()}\n\n{entry}", "utf-8")
        (company / "policies" / "65-sso.cedar").write_text(POLICY.format(app="reports"), "utf-8")

    harbor, stop = serve(folder, limen_port, upstream, write=write)
    running = Shibboleth(harbor, app)
    own = Path(tempfile.mkdtemp(prefix="limen-shib-"))  # those of pytest are closed to whom Apache runs as
    own.chmod(0o755)
    try:
        with _shibd(shibd, own, running), _apache(apache, own, running):
            yield running
    finally:
        shutil.rmtree(own, ignore_errors=True)
        stop()


@contextmanager
def _shibd(binary: str, folder: Path, running: Shibboleth) -> Iterator[None]:
    metadata = requests.get(f"{running.harbor.origin}/saml/metadata", timeout=5).content
    (folder / "limen.xml").write_bytes(metadata)
    (folder / "sp-key.pem").write_text(KEYS.key_pem)
    (folder / "sp-cert.pem").write_text(KEYS.pem)
    (folder / "attribute-map.xml").write_text(on_the_page("xml", 1))
    (folder / "shibboleth2.xml").write_text(_configuration(folder, running))
    (folder / "logger").write_text(_LOGGER.format(folder / "shibd.log"))
    log = folder / "shibd.out"
    with log.open("wb") as out:
        command = [binary, "-F", "-f", "-c", str(folder / "shibboleth2.xml"), "-p", str(folder / "shibd.pid")]
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        ends = time.monotonic() + 30
        while not (folder / "shibd.sock").exists():
            if process.poll() is not None or time.monotonic() > ends:
                pytest.fail(f"shibd did not start:\n{log.read_text()[-3_000:]}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


_LOGGER = """log4j.rootCategory=INFO, file
log4j.appender.file=org.apache.log4j.FileAppender
log4j.appender.file.fileName={}
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.ConversionPattern=%d %p %c: %m%n
"""


def _configuration(folder: Path, running: Shibboleth) -> str:
    said = on_the_page("xml")
    changed = {
        "https://reports.YOUR.DOMAIN": running.app,
        "https://limen.YOUR.DOMAIN": running.harbor.origin,
        "YOUR.DOMAIN": "harbor.example",
        "/etc/shibboleth/limen.xml": f"{folder}/limen.xml",
        "/etc/shibboleth/attribute-map.xml": f"{folder}/attribute-map.xml",
        "/etc/shibboleth/sp-": f"{folder}/sp-",
        'handlerSSL="true" cookieProps="https"': 'handlerSSL="false" cookieProps="http"',
        "<ApplicationDefaults": (
            f'<OutOfProcess logger="{folder}/logger"/><InProcess logger="{folder}/logger"/>'
            f'<UnixListener address="{folder}/shibd.sock"/><ApplicationDefaults'
        ),
    }
    for told, here in changed.items():
        assert told in said, told
        said = said.replace(told, here, 1 if told.startswith("<") else -1)
    return said


@contextmanager
def _apache(binary: str, folder: Path, running: Shibboleth) -> Iterator[None]:
    behind = ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    port = running.app.rpartition(":")[2]
    modules = ("mpm_event", "authn_core", "authz_core", "authz_user", "proxy", "proxy_http", "shib")
    names = {"mpm_event": "mpm_event_module", "shib": "mod_shib"}
    loaded = "\n".join(f"LoadModule {names.get(one, f'{one}_module')} {MODULES}/mod_{one}.so" for one in modules)
    as_nobody = f"User nobody\nGroup #{pwd.getpwnam('nobody').pw_gid}\n" if os.geteuid() == 0 else ""
    config, log = folder / "apache.conf", folder / "apache.out"
    config.write_text(f"""
{loaded}
ServerRoot {folder}
ServerName {running.app}
UseCanonicalName On
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog /dev/stderr
Listen 127.0.0.1:{port}
StartServers 1
ThreadsPerChild 16
MaxRequestWorkers 16
{as_nobody}
ShibConfig {folder}/shibboleth2.xml
<Location />
    ShibUseHeaders On
</Location>
ProxyPass /Shibboleth.sso !
ProxyPass / http://127.0.0.1:{behind.server_address[1]}/
<Location /Shibboleth.sso>
    SetHandler shib
    AuthType None
    Require all granted
</Location>
{on_the_page("apache")}
""")
    with log.open("wb") as out:
        process = subprocess.Popen([binary, "-f", str(config), "-D", "FOREGROUND"], stdout=out, stderr=out)
    try:
        _until_open(int(port), process, log)
        yield
    finally:
        process.terminate()
        process.wait(10)
        behind.shutdown()
        behind.server_close()


class Person:
    """Somebody who is signed in at Limen, with a program for a browser: it follows and posts one step at a time."""

    def __init__(self, running: Shibboleth, name: str, *groups: str) -> None:
        self.running = running
        self.limen = running.harbor.signed_in(name, *groups)
        self.here = requests.Session()

    def ask(self, url: str) -> requests.Response:
        """One step: the app with its own cookies, Limen with Limen's."""
        if url.startswith(self.running.app):
            return self.here.get(url, allow_redirects=False, timeout=10)
        cookies = "; ".join(f"{name}={value}" for name, value in self.limen.items())
        headers = {"cookie": cookies, "user-agent": "Mozilla/5.0 (X11; Linux) Firefox/150.0"}
        return requests.get(url, headers=headers, allow_redirects=False, timeout=10)

    def answer(self) -> dict[str, str]:
        """What Limen has the browser post to the app that asked."""
        asked = self.ask(f"{self.running.app}/page")
        assert asked.status_code == 302, asked.text
        page = self.ask(asked.headers["location"])
        assert page.status_code == 200, page.headers.get("location", page.text)
        form = re.search(rf'action="{re.escape(self.running.consumer)}" data-post>(.*?)</form>', page.text, re.DOTALL)
        assert form, page.text
        return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[1])}

    def post(self, sent: dict[str, str]) -> requests.Response:
        return self.here.post(self.running.consumer, data=sent, allow_redirects=False, timeout=10)

    def sign_in(self) -> dict[str, str]:
        """The whole way; what stands behind the app was told."""
        led = self.post(self.answer())
        assert led.status_code == 302, led.text
        return dict(self.ask(led.headers["location"]).json())

    @property
    def is_in(self) -> bool:
        return self.ask(f"{self.running.app}/page").status_code == 200


def with_another(sent: dict[str, str], old: bytes, new: bytes) -> dict[str, str]:
    """The same answer, in which what fits the pattern `old` is `new`."""
    document = b64decode(sent["SAMLResponse"])
    changed = re.sub(old, new, document, count=1, flags=re.DOTALL)
    assert changed != document, old
    return {**sent, "SAMLResponse": b64encode(changed).decode()}
