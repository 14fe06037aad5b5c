"""Linux collectors on the real thing: the kernel's packet filter, clamd with EICAR, apt, a person's session."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from agent.tests.test_enrolling import with_path
from tests.interop.real_apps import absent

from limen_agent.collectors.looking import look
from limen_agent.collectors.machine import User
from limen_agent.collectors.memory import NoMemory
from limen_agent.collectors.this_machine import ThisMachine

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""In two halves, so that no scanner takes this file for it."""


def seen(id_: str):
    (found,) = look(ThisMachine(), NoMemory(), [id_])
    return found


def test_apt_is_asked_for_real_and_changes_nothing() -> None:
    if not shutil.which("apt-get") or not list(Path("/var/lib/apt/lists").glob("*security*_Packages*")):
        absent("NO APT WITH LISTS OF SECURITY UPDATES HERE: it was not asked")
    before = Path("/var/lib/dpkg/status").read_bytes(), sorted(Path("/var/cache/apt").iterdir())
    found = seen("updates")
    assert found.state == "observed", found
    assert found.observed["pending"] >= found.observed["security"] >= 0
    assert (Path("/var/lib/dpkg/status").read_bytes(), sorted(Path("/var/cache/apt").iterdir())) == before


FIREWALL = """
import json, subprocess, sys, threading, time
from limen_agent.collectors.looking import look
from limen_agent.collectors.this_machine import ThisMachine
from limen_agent.collectors.memory import NoMemory
from limen_agent.service.watching import watch_packet_filter

def nft(rules):
    subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)

def enabled():
    (found,) = look(ThisMachine(), NoMemory(), ["firewall"])
    return found.observed.get("enabled", found.reason)

noticed, stop = threading.Event(), threading.Event()
threading.Thread(target=watch_packet_filter, args=(lambda checks: noticed.set(), stop), daemon=True).start()
time.sleep(0.3)
said = {"empty": enabled()}
began = time.monotonic()
nft("table inet filter { chain input { type filter hook input priority 0; policy drop; iif lo accept; }; }")
said["noticed"] = noticed.wait(60)
said["noticed_ms"] = (time.monotonic() - began) * 1000
said["dropping"] = enabled()
nft("insert rule inet filter input accept")
said["accepting first"] = enabled()
nft("flush ruleset; table ip filter { chain INPUT { type filter hook input priority 0; tcp dport 22 accept; drop; }; }")
said["last rule drops"] = enabled()
nft("flush ruleset")
said["flushed"] = enabled()
stop.set()
print(json.dumps(said))
"""


def test_the_kernels_packet_filter_and_its_own_notice_of_a_change() -> None:
    """In a network namespace of its own, so that nothing of this machine's is touched."""
    if not shutil.which("nft") or os.geteuid() != 0:
        absent("NFTABLES IS NOT INSTALLED, OR THIS IS NOT ROOT: the packet filter was not tested")
    command = ["unshare", "--net", sys.executable, "-c", FIREWALL]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=with_path(), timeout=60)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said.pop("noticed_ms") < 3000
    assert said == {
        "empty": False,
        "noticed": True,
        "dropping": True,
        "accepting first": False,
        "last rule drops": True,  # this namespace has no address of IPv6 but its own loopback's
        "flushed": False,
    }


def test_what_the_unit_leaves_of_root_is_enough_to_look() -> None:
    if not shutil.which("setpriv") or not shutil.which("nft") or os.geteuid() != 0:
        absent("SETPRIV OR NFTABLES IS NOT INSTALLED, OR THIS IS NOT ROOT: the unit's capabilities were not tried")
    unit = (Path(__file__).parents[2] / "systemd" / "limen-agent.service").read_text()
    left = unit.partition("CapabilityBoundingSet=")[2].partition("\n")[0].casefold().split()
    kept = ",".join(["-all", *(f"+{name.removeprefix('cap_')}" for name in left)])
    checks = ["firewall", "edr", "secure_boot", "administrators"]
    looking = [sys.executable, "-m", "limen_agent", "check", "--json", *checks]
    command = ["unshare", "--net", "setpriv", "--no-new-privs", f"--bounding-set={kept}", *looking]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=with_path(), timeout=60)
    assert done.returncode == 0, done.stderr
    assert {one["id"]: one["state"] for one in json.loads(done.stdout)} == dict.fromkeys(checks, "observed")


def test_ordinary_users_may_not_list_rules_and_do_not_know() -> None:
    if not shutil.which("nft") or os.geteuid() != 0:
        absent("NFTABLES IS NOT INSTALLED, OR THIS IS NOT ROOT: an ordinary user's look was not tested")
    ran = ThisMachine().run("nft", "-j", "list", "ruleset", user=User(65534, 65534, "nobody", "/"))
    assert ran.is_denied


@pytest.fixture
def clamd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A real clamd with one signature, told to report what it finds to the agent."""
    if not shutil.which("clamd") or os.geteuid() != 0:
        absent("CLAMD IS NOT INSTALLED, OR THIS IS NOT ROOT: it was not tested")
    spool, database, path = tmp_path / "threats", tmp_path / "database", tmp_path / "clamd.ctl"
    spool.mkdir(mode=0o770)
    database.mkdir()
    (database / "eicar.hdb").write_text("44d88612fea8a8f36de82e1278abb02f:68:EICAR\n")
    program = tmp_path / "limen-agent"
    imports = "from pathlib import Path; from limen_agent.cli.threat import threat"
    call = f"{imports}; threat(None, is_clear=False, spool=Path('{spool}'))"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={os.pathsep.join(sys.path)} exec {sys.executable} -c "{call}"\n')
    program.chmod(0o755)
    config = tmp_path / "clamd.conf"
    config.write_text(
        f"LocalSocket {path}\nDatabaseDirectory {database}\nForeground yes\n"
        f"VirusEvent {program} threat\nLogFile {tmp_path}/log\nLogTime yes\n"
    )
    monkeypatch.setattr(sys.modules["limen_agent.collectors.linux.anti_malware"], "CONFIGS", (str(config),))
    monkeypatch.setattr(sys.modules["limen_agent.collectors.linux.threats"], "SPOOL", str(spool))
    process = subprocess.Popen(["clamd", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ends = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, "clamd did not start"
        assert time.monotonic() < ends, "clamd did not start"
        time.sleep(0.05)
    yield SimpleNamespace(path=path, spool=spool, process=process)
    process.terminate()
    process.wait(60)


def scan(path: Path, content: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as there:
        there.connect(str(path))
        there.sendall(b"zINSTREAM\0" + len(content).to_bytes(4, "big") + content + bytes(4))
        return there.recv(1000)


def test_clamd_answers_and_what_it_finds_is_a_threat_until_it_is_cleared(clamd) -> None:
    running = seen("anti_malware").observed
    assert (running["running"], running["product"], running["signatures_age_days"]) == (True, "clamav", None)
    assert running["version"][0].isdigit()
    assert seen("threats").observed == {"active": []}
    assert b"FOUND" not in scan(clamd.path, b"a letter")
    began = time.monotonic()
    assert b"FOUND" in scan(clamd.path, EICAR)
    while not seen("threats").observed["active"]:
        assert time.monotonic() - began < 20
        time.sleep(0.02)
    print(f"EICAR to finding: {(time.monotonic() - began) * 1000:.0f} ms")
    (active,) = seen("threats").observed["active"]
    assert "EICAR" in active["name"]
    for file in clamd.spool.iterdir():
        file.unlink()
    assert seen("threats").observed == {"active": []}
    clamd.process.terminate()
    clamd.process.wait(60)
    assert seen("anti_malware").observed.get("running") is not True
    assert seen("threats").state == "unknown"


SESSION = """
import json, os, sys
from limen_agent.collectors.check import UndeterminedError
import limen_agent.collectors.linux
from limen_agent.collectors.machine import Program, User
from limen_agent.collectors.this_machine import ThisMachine

class Here(ThisMachine):
    def programs(self):
        return [Program(1, "gnome-shell", 65534, "/usr/bin/gnome-shell")]

module = sys.modules["limen_agent.collectors.linux.screen_lock"]
module._runtime = lambda _user: sys.argv[1]
user = User(65534, 65534, "nobody", sys.argv[1])
try:
    print(json.dumps({"after_s": module.of_user(Here(), user)}))
except UndeterminedError as undetermined:
    print(json.dumps({"unknown": str(undetermined)}))
"""


def test_gsettings_is_asked_as_the_person_in_their_session(tmp_path) -> None:
    """A real session bus of another user; a setting of theirs is seen, and not root's default."""
    if not shutil.which("gsettings") or not shutil.which("dbus-daemon") or os.geteuid() != 0:
        absent("GSETTINGS OR DBUS IS NOT INSTALLED, OR THIS IS NOT ROOT: the screen lock was not tested")
    schemas = subprocess.run(["gsettings", "list-schemas"], capture_output=True, text=True, check=False).stdout
    if "org.gnome.desktop.screensaver" not in schemas:
        absent("THE SCHEMAS OF GNOME ARE NOT INSTALLED: the screen lock was not tested")
    home = Path(f"/dev/shm/limen-agent-{os.getpid()}")
    home.mkdir()
    os.chown(home, 65534, 65534)
    bus = f"unix:path={home}/bus"
    own = {"HOME": str(home), "DBUS_SESSION_BUS_ADDRESS": bus, "PATH": "/usr/bin", "XDG_RUNTIME_DIR": str(home)}
    as_person: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": "/", "env": own}
    command = ["dbus-daemon", "--session", f"--address={bus}", "--nofork"]
    daemon = subprocess.Popen(command, **as_person, stderr=subprocess.DEVNULL)
    try:
        until_there(home / "bus")
        theirs = ["gsettings", "set", "org.gnome.desktop.session", "idle-delay", "uint32 120"]
        subprocess.run(theirs, **as_person, check=True)
        environ = {**with_path(), "DBUS_SESSION_BUS_ADDRESS": bus}
        command = [sys.executable, "-c", SESSION, str(home)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)
        assert json.loads(done.stdout) == {"after_s": 120}
    finally:
        daemon.terminate()
        daemon.wait(60)
        shutil.rmtree(home, ignore_errors=True)


def until_there(path: Path) -> None:
    for _ in range(3_000):
        if path.exists():
            return
        time.sleep(0.02)
    pytest.fail(f"{path} did not come")
