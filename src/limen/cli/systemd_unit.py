"""`limen systemd-unit`: a hardened service for systemd; with `--front` the one for https."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from limen.admission.descriptors import WANTED
from limen.cli.options import Folder
from limen.company.load import load_settings
from limen.company.places import data_folder
from limen.errors import LimenError
from limen.pillar import Installation
from limen.pillars import pillars

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
# Hashing passwords gives way to everything else: a priority can only be lowered by these.
SystemCallFilter=sched_setscheduler setpriority
SystemCallErrorNumber=EPERM
UMask=0077
"""

_UNIT = """\
[Unit]
Description={description}
Documentation=file:{folder}/limen.toml
Wants=network-online.target{beside}
After=network-online.target{beside}

[Service]
Type=notify
ExecStart={command} {task} {folder}
{reload}User={user}
Restart=on-failure
WatchdogSec=60s
ReadWritePaths={data}
{more}{own}{locked_down}
[Install]
WantedBy=multi-user.target
"""

_OF_LIMEN = """\
RestartSec=1s
TimeoutStartSec=5min
# The master key stays out of the data folder; `systemd-creds encrypt` can bind it to this machine.
LoadCredential=limen-master-key:{key}
# What reads documents takes up to 768 MB a process, and there are two. Where that is too much, one of them is ended,
# and fails one document: the rest goes on.
MemoryMax={memory}G
OOMPolicy=continue
TasksMax={tasks}
# Each open request holds a file descriptor, and one more for its app.
LimitNOFILE={descriptors}
CapabilityBoundingSet=
AmbientCapabilities=
"""

_OF_THE_FRONT = """\
RestartSec=2s
# Where Caddy holds some 400 MB, connections of whoever has the most are ended; see docs/decisions, 113.
MemoryMax=768M
TasksMax=128
# Each open request holds a file descriptor, and one more to Limen.
LimitNOFILE={descriptors}
# Ports 443 and 80, and nothing else that root may.
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
AmbientCapabilities=CAP_NET_BIND_SERVICE
"""


def run(
    folder: Folder = Path(),
    *,
    front: Annotated[bool, typer.Option("--front", help="The service for https, limen-front.service")] = False,
    user: Annotated[str, typer.Option(help="The user that owns the folder and runs Limen")] = "limen",
    key: Annotated[Path, typer.Option(help="The master key file, readable only by root")] = Path(
        "/etc/limen/master.key"
    ),
) -> None:
    settings = load_settings(folder)
    command = Path(sys.argv[0]).resolve() if Path(sys.argv[0]).name == "limen" else Path("/usr/local/bin/limen")
    place = folder.resolve()
    data = data_folder(place, settings).resolve()
    here = Installation(place, settings)
    more = () if front else tuple(one for pillar in pillars() for one in pillar.writes(here))
    https, workers = settings.https.is_on, settings.listen.workers
    print(unit(command, place, data, user, key, is_front=front, has_front=https, workers=workers, more=more), end="")


def unit(
    command: Path,
    folder: Path,
    data: Path,
    user: str,
    key: Path,
    *,
    is_front: bool,
    has_front: bool,
    workers: int = 1,
    more: Sequence[Path] = (),
) -> str:
    """The unit's text; `more` are folders that it may write to beside its own. Raises LimenError for a path or user
    that can't be written in one.
    """
    for word in (str(command), str(folder), str(data), str(key), user):
        if not re.fullmatch(r"[A-Za-z0-9_./@+-]+", word):
            raise LimenError(f"{word!r} can't be written in a unit", "use a path of letters, digits and ./_@+-")
    front = "Limen's front: https, and the outage page while Limen is down"
    return _UNIT.format(
        description=front if is_front else "Limen: decides every request",
        folder=folder,
        beside=" limen-front.service" if has_front and not is_front else "",
        command=command,
        reload=f"ExecReload={command} workers restart {folder}\n" if workers > 1 and not is_front else "",
        task="front" if is_front else "serve",
        user=user,
        data=data,
        more="".join(f'ReadWritePaths="-{_quotable(one)}"\n' for one in more),
        own=(_OF_THE_FRONT if is_front else _OF_LIMEN).format(
            key=key, descriptors=WANTED, memory=1 + workers, tasks=256 * workers
        ),
        locked_down=_LOCKED_DOWN,
    )


def _quotable(path: Path) -> str:
    """A path as it stands between quotes in a unit. Raises LimenError."""
    if not re.fullmatch(r"[\w./@+&,()' -]+", str(path)):
        raise LimenError(f"{str(path)!r} can't be written in a unit", "use a path without quotes, % and \\")
    return str(path)
