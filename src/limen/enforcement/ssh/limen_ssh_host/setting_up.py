"""How a host begins to follow Limen, what somebody asks of it there, and how it leaves."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

from limen.enforcement.ssh.limen_ssh_host.pam import PAM, call_from_pam, check_pam, leave_pam
from limen.enforcement.ssh.limen_ssh_host.places import HOST_KEY, KEPT, MOST_BYTES, NAME, PROGRAM, STATES, SUDOERS, UNIT
from limen.enforcement.ssh.limen_ssh_host.records import records
from limen.enforcement.ssh.limen_ssh_host.sshd import (
    ONLY,
    SSHD,
    let_in_by_certificates,
    other_ways_in,
    reload_sshd,
    shut_other_ways,
)
from limen.enforcement.ssh.limen_ssh_host.told import take_over
from limen.following.program.asking import Limen
from limen.following.program.commands import disable, enable, install
from limen.following.program.kept import Wrong

_UNIT = f"""[Unit]
Description=Follow Limen: certificates that are revoked, and the end of SSH sessions
StartLimitIntervalSec=0
After=network.target

[Service]
ExecStart={PROGRAM} follow
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
"""


def enrol(url: str, authority: str, token: str) -> None:
    limen = Limen(url, NAME, MOST_BYTES, authority)
    check_host()
    answer = limen.ask("/ssh/host/enrol", {"token": token, "key": HOST_KEY.read_text().strip()})
    if answer is None:
        raise Wrong("Limen answered nothing")
    KEPT.folder.mkdir(mode=0o755, exist_ok=True)
    said = json.loads(answer["state"])
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", said["app"]):
        raise Wrong("Limen named no app")
    about = {"url": url, "authority": authority, "secret": answer["secret"], "host": said["host"], "app": said["app"]}
    KEPT.put("config", about)
    take_over(answer, is_first=True)
    STATES.verify(answer["state"], answer["signature"])
    install(__file__, PROGRAM)
    call_from_pam()
    let_in_by_certificates(said["app"])
    enable(UNIT, _UNIT)
    reload_sshd()


def check_host() -> None:
    """Raises Wrong for a host that could not hold to what Limen says."""
    for program in ("ssh-keygen", "visudo", "useradd"):
        if shutil.which(program) is None:
            raise Wrong(f"{program} is missing: install openssh-server and sudo")
    if not HOST_KEY.exists():
        subprocess.run(["ssh-keygen", "-A"], check=True, capture_output=True)
    if not re.search(r"(?m)^\s*Include\s+/etc/ssh/sshd_config\.d/\*\.conf", Path("/etc/ssh/sshd_config").read_text()):
        raise Wrong("write `Include /etc/ssh/sshd_config.d/*.conf` at the top of /etc/ssh/sshd_config")
    if not PAM.exists():
        raise Wrong(f"{PAM} is missing: this sshd does not use PAM")
    check_pam()


def only() -> None:
    """From now on certificates are the only way in by SSH. The machine's own console stays as it is."""
    shut_other_ways()
    left = other_ways_in()
    if left:
        raise Wrong("others still get in, by what else sshd was told: " + "; ".join(left))


def leave() -> None:
    disable(UNIT)
    for path in (SSHD, ONLY, *SUDOERS.glob("limen-ssh_*")):
        path.unlink(missing_ok=True)
    leave_pam()
    shutil.rmtree(KEPT.folder, ignore_errors=True)
    reload_sshd()


def status() -> None:
    about = KEPT.read("config")
    if not about:
        raise Wrong("this host has not enrolled")
    check_pam()
    now = time.time()
    print(f"follows {about['url']} as a host of {about['app']}")
    for way in other_ways_in():
        print(f"others get in: {way}")
    for one in records():
        print(f"{one['account']}: {max(0, int(one['until'] - now))} s left{', acts as root' * one['is_elevated']}")
