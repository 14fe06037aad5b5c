"""`limen systemd-unit`: a hardened service for systemd; with `--front` the one for https."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from limen.company.load import load_settings
from limen.company.places import data_folder
from limen.errors import LimenError

_LOCKED_DOWN = """\
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
UMask=0077
"""

_LIMEN = """\
[Unit]
Description=Limen: decides every request
Documentation=file:{folder}/limen.toml
Wants=network-online.target{wants}
After=network-online.target{after}

[Service]
Type=notify
ExecStart={command} serve {folder}
User={user}
Restart=on-failure
RestartSec=1s
TimeoutStartSec=5min
WatchdogSec=60s
# The master key stays out of the data folder; `systemd-creds encrypt` can bind it to this machine.
LoadCredential=limen-master-key:{key}
ReadWritePaths={data}
MemoryMax=1G
TasksMax=256
CapabilityBoundingSet=
AmbientCapabilities=
{locked_down}
[Install]
WantedBy=multi-user.target
"""

_FRONT = """\
[Unit]
Description=Limen's front: https, and the outage page while Limen is down
Documentation=file:{folder}/limen.toml
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
ExecStart={command} front {folder}
User={user}
Restart=on-failure
RestartSec=2s
WatchdogSec=60s
ReadWritePaths={data}
MemoryMax=512M
TasksMax=128
# Ports 443 and 80, and nothing else that root may.
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
AmbientCapabilities=CAP_NET_BIND_SERVICE
{locked_down}
[Install]
WantedBy=multi-user.target
"""


def run(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The company folder")] = Path(),
    *,
    front: Annotated[bool, typer.Option("--front", help="The service for https, limen-front.service")] = False,
    user: Annotated[str, typer.Option(help="The user that owns the folder and runs Limen")] = "limen",
    key: Annotated[Path, typer.Option(help="The file with the master key, readable by root alone")] = Path(
        "/etc/limen/master.key"
    ),
) -> None:
    settings = load_settings(folder)
    command = Path(sys.argv[0]).resolve() if Path(sys.argv[0]).name == "limen" else Path("/usr/local/bin/limen")
    place = folder.resolve()
    data = data_folder(place, settings).resolve()
    print(unit(command, place, data, user, key, is_front=front, has_front=settings.https.is_on), end="")


def unit(command: Path, folder: Path, data: Path, user: str, key: Path, *, is_front: bool, has_front: bool) -> str:
    """The unit's text. Raises LimenError for what can't stand in one."""
    for word in (str(command), str(folder), str(data), str(key), user):
        if not re.fullmatch(r"[A-Za-z0-9_./@+-]+", word):
            raise LimenError(f"{word!r} can't stand in a unit as it is", "use a path of letters, digits and ./_@+-")
    return (_FRONT if is_front else _LIMEN).format(
        command=command,
        folder=folder,
        data=data,
        user=user,
        key=key,
        wants=" limen-front.service" if has_front else "",
        after=" limen-front.service" if has_front else "",
        locked_down=_LOCKED_DOWN,
    )
