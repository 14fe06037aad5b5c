"""How a machine begins to follow Limen, what somebody asks of it there, and how it leaves."""

from __future__ import annotations

import json
import shutil
import subprocess

from limen.following.program.asking import Limen
from limen.following.program.clock import boottime
from limen.following.program.commands import disable, enable, install, run
from limen.following.program.kept import Wrong, locked
from limen.network.firewalls.limen_firewall.differences import differences
from limen.network.firewalls.limen_firewall.places import EARLY, KEPT, MOST_BYTES, NAME, PROGRAM, RUN, STATES, UNIT
from limen.network.firewalls.limen_firewall.rulesets import Ruleset, closed_ruleset
from limen.network.firewalls.limen_firewall.tables import intended, live, load
from limen.network.firewalls.limen_firewall.told import confirmed, ruleset_file, taken_over
from limen.network.firewalls.limen_firewall.trials import go_back
from limen.network.firewalls.limen_firewall.tunnels import Tunnels

_FOLLOW = f"""[Unit]
Description=Follow Limen: the rules of this firewall
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart={PROGRAM} follow
Restart=always
RestartSec=1
KillMode=process

[Install]
WantedBy=multi-user.target
"""
_RESTORE = f"""[Unit]
Description=The rules of this firewall that were confirmed last
DefaultDependencies=no
Before=network-pre.target shutdown.target
Wants=network-pre.target
After=local-fs.target nftables.service netfilter-persistent.service ufw.service iptables.service
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={PROGRAM} restore

[Install]
WantedBy=sysinit.target
"""


def enrol(url: str, authority: str, token: str) -> None:
    for program in ("nft", "ip", "ssh-keygen", "unshare", "nsenter"):
        if shutil.which(program) is None:
            raise Wrong(f"{program} is missing: install nftables, iproute2, openssh-client and util-linux")
    run("nft", "list", "tables")
    answer = Limen(url, NAME, MOST_BYTES, authority).ask("/network/firewall/enrol", {"token": token})
    if answer is None:
        raise Wrong("Limen answered nothing")
    said = json.loads(answer["state"])
    about = {"url": url, "authority": authority, "secret": answer["secret"], "firewall": said["firewall"]}
    KEPT.folder.mkdir(mode=0o700, exist_ok=True)
    KEPT.put("config", about)
    taken_over(answer, is_first=True)
    STATES.verify(answer["state"], answer["signature"])
    install(__file__, PROGRAM)
    enable(EARLY, _RESTORE, is_started=False)
    enable(UNIT, _FOLLOW)
    print(f"This machine follows {url}. No rule was changed: on Limen's server, `limen firewall plan` is next.")


def restore() -> None:
    """Before the network is up, and without Limen: what was confirmed last. Where that can't be had, nothing goes
    through the machine until Limen has sent it again.
    """
    try:
        if not go_back("this machine started again before it was confirmed"):
            load(confirmed(), [])
    except (Wrong, OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError):
        load(Ruleset(closed_ruleset()), [])
        raise


def undo() -> None:
    if not go_back("somebody undid it on this machine"):
        raise Wrong("nothing is on trial")


def leave() -> None:
    for unit in (UNIT, EARLY):
        disable(unit)
    with locked(RUN):
        Tunnels().end()
        load(None, [])
        shutil.rmtree(KEPT.folder, ignore_errors=True)


def status() -> None:
    about, trial = KEPT.read("config"), KEPT.read("trial")
    if not about:
        raise Wrong("this machine has not enrolled")
    print(f"follows {about['url']}")
    ruleset = confirmed()
    print(f"confirmed: {ruleset.digest[:12] if ruleset is not None else 'nothing yet'}")
    if trial:
        print(f"on trial: {trial['digest'][:12]}, {max(0, int(trial['until'] - boottime()))} s left")
    wanted = Ruleset(ruleset_file(trial["digest"]).read_text()) if trial else ruleset
    if wanted is not None:
        for one in differences(live(), intended(wanted), wanted.timed | wanted.noted):
            print(f"not as it is to be: {one['where']}: was {one['was'] or 'nothing'}, is {one['is'] or 'nothing'}")
