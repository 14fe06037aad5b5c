"""What real programs write on this machine: Suricata, nginx, and what logger sends as syslog."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.devices.signals.test_real import ELSEWHERE, watched
from tests.interop.real_apps import absent
from tests.monitor.normal_form.frames import RECEIVED, frame
from tests.ports import free_port

from limen.monitor.normal_form.reading import is_unreadable, read

CONFIG = """
daemon off; master_process off; error_log stderr; pid nginx.pid;
events {{ }}
http {{
    access_log access.log combined;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
    server {{ listen 127.0.0.1:{port}; root .; }}
}}
"""
PROBE = "/probe"
AGENT = 'curl/8 "quoted" \\ back'


def test_suricatas_own_file(tmp_path: Path) -> None:
    if not shutil.which("suricata"):
        absent("SURICATA IS NOT INSTALLED: no capture was read (apt-get install suricata)")
    eve = watched(tmp_path, RECEIVED - 60_000, "203.0.113.7")
    found = read(frame("suricata", eve))
    assert not any(is_unreadable(one) for one in found)
    assert {one.product for one in found} == {"suricata"}
    (alert,) = [one for one in found if one.kind == "alert"]
    assert (alert.reason, alert.severity_id, alert.class_uid) == ("Malware beacon", 4, 2004)
    assert (alert.src_ip, alert.src_port, alert.dst_ip, alert.dst_port) == ("203.0.113.7", 40_000, ELSEWHERE, 53)
    assert alert.at == RECEIVED - 60_000
    flow = next(one for one in found if one.kind == "flow")
    assert flow.bytes_out > 0


def test_nginxs_own_access_log(tmp_path: Path) -> None:
    if not shutil.which("nginx"):
        absent("NGINX IS NOT INSTALLED: no request was logged (apt-get install nginx-light)")
    with _nginx(tmp_path) as address:
        for path in ("/", "/a%20b?q=%22x%22&r=1", "/%1b%5b2J"):
            try:
                urlopen(Request(address + path, headers={"User-Agent": AGENT, "Referer": "https://x.example/"}))
            except HTTPError as error:
                error.close()
    log = (tmp_path / "access.log").read_bytes()
    every = read(frame("nginx", log, received_at=int(time.time() * 1_000)))
    found = [one for one in every if one.object != PROBE]
    assert [one.fields["sc-status"] for one in found] == [403, 404, 404]
    assert {(one.src_ip, one.operation, one.status_id) for one in found} == {("127.0.0.1", "GET", 2)}
    assert [one.object for one in found] == ["/", "/a%20b", "/%1b%5b2J"]
    assert found[1].fields["cs-uri-query"] == "q=%22x%22&r=1"
    assert {one.fields["cs-referer"] for one in found} == {"https://x.example/"}
    assert all(one.user_agent.startswith("curl/8") and "limen.clock" not in one.fields for one in found)


@contextmanager
def _nginx(folder: Path) -> Iterator[str]:
    port = free_port()
    (folder / "nginx.conf").write_text(CONFIG.format(port=port))
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", "nginx.conf"], stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            try:
                urlopen(address + PROBE).close()
            except HTTPError as error:
                error.close()
                break
            except OSError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.parametrize(("form", "has_zone"), [("--rfc5424=notq", True), ("--rfc3164", False)])
def test_loggers_own_messages(form: str, has_zone: bool) -> None:
    if not (logger := shutil.which("logger")):
        absent("LOGGER IS NOT INSTALLED: no message was made (apt-get install bsdutils)")
    line = "Failed password for invalid user a b from 198.51.100.7 port 40022 ssh2"
    with socket.socket(type=socket.SOCK_DGRAM) as received:
        received.bind(("127.0.0.1", 0))
        received.settimeout(20)
        to = ["--udp", "--server", "127.0.0.1", "--port", str(received.getsockname()[1])]
        about = [form, "--id=812", "--tag", "sshd", "--priority", "auth.info"]
        subprocess.run([logger, *to, *about, line], check=True, timeout=60)
        written = received.recv(65_536)
    now = int(time.time() * 1_000)
    zone = "" if has_zone else str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    (found,) = read(frame("syslog", written, zone=zone, received_at=now))
    assert (found.service, found.user, found.src_ip, found.status_id) == ("sshd", "a b", "198.51.100.7", 2)
    assert (found.fields["facility"], found.fields["pid"], bool(found.host)) == ("auth", "812", True)
    assert abs(now - found.at) < 60_000
    assert "limen.clock" not in found.fields
