"""One healthy machine of each platform, recorded. Linux after real outputs of Debian 13; macOS and Windows RECORDED,
NOT RUN ON THE SYSTEM: written after the documented shapes. `DECISIVE` names what each check rests on.
"""

from __future__ import annotations

import json
from typing import Any

from agent.tests.collectors.recorded import DAY, NOW, Recorded

from limen_agent.collectors import windows
from limen_agent.collectors.linux.threats import SPOOL
from limen_agent.collectors.machine import Program, Ran

OS_RELEASE = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n'
DEBIAN_CSV = (
    "version,codename,series,created,release,eol,eol-lts,eol-elts\n"
    "12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-07-11,2028-06-30,2033-06-30\n"
    "13,Trixie,trixie,2023-06-10,2025-08-09,2028-08-09,2030-06-30,2035-06-30\n"
)
APT_NOTHING = (
    "NOTE: This is only a simulation!\nReading package lists...\nBuilding dependency tree...\n"
    "Calculating upgrade...\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"
)
APT_CONFIG = (
    'APT "";\nAPT::Architecture "amd64";\nAPT::Periodic "";\nAPT::Periodic::Update-Package-Lists "1";\n'
    'APT::Periodic::Unattended-Upgrade "1";\n'
)
MOUNTS = (
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "29 1 254:1 / / rw,relatime shared:1 - ext4 /dev/mapper/wren-root rw\n"
    "60 29 259:2 / /boot rw,relatime shared:30 - ext4 /dev/nvme0n1p2 rw\n"
    "61 29 254:3 / /home rw,relatime shared:31 - ext4 /dev/mapper/wren-home rw\n"
)
LIST = "/var/lib/apt/lists/deb.debian.org_debian-security_dists_trixie-security"
SOCKET = "/run/clamav/clamd.ctl"


def chain(family: str, name: str, policy: str, hook: str = "input") -> dict[str, Any]:
    table = {"family": family, "table": "filter", "name": name, "handle": 1}
    return {"chain": {**table, "type": "filter", "hook": hook, "prio": 0, "policy": policy} if hook else table}


def rule(family: str, in_chain: str, *statements: dict[str, Any]) -> dict[str, Any]:
    return {"rule": {"family": family, "table": "filter", "chain": in_chain, "handle": 2, "expr": list(statements)}}


def ruleset(*items: dict[str, Any]) -> str:
    head = {"metainfo": {"version": "1.1.3", "release_name": "Commodore Bullmoose #4", "json_schema_version": 1}}
    return json.dumps({"nftables": [head, *items]}) + "\n"


MATCH = {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}}
DROPPING = ruleset(chain("inet", "input", "drop"), rule("inet", "input", MATCH, {"accept": None}))

_CRYPT = {"254:0": b"CRYPT-LUKS2-0f0e-wren_crypt\n", "254:1": b"LVM-abcroot\n", "254:3": b"LVM-abchome\n"}
_DISKS: dict[str, bytes] = {f"/sys/dev/block/{number}/dm/uuid": uuid for number, uuid in _CRYPT.items()}
_DISKS |= {f"/sys/dev/block/{number}/slaves/dm-0/dev": b"254:0\n" for number in ("254:1", "254:3")}
_DISKS |= {"/sys/dev/block/254:0/slaves/nvme0n1p3/dev": b"259:3\n", "/sys/dev/block/259:3/partition": b"3\n"}
_EFI = "/sys/firmware/efi/efivars/{}-8be4df61-93ca-11d2-aa0d-00e098032b8c"

LINUX = Recorded(
    files={
        "/etc/os-release": OS_RELEASE.encode(),
        "/usr/share/distro-info/debian.csv": DEBIAN_CSV.encode(),
        "/proc/sys/kernel/osrelease": b"6.12.57+deb13-amd64\n",
        "/boot/vmlinuz-6.12.57+deb13-amd64": b"",
        "/boot/vmlinuz-6.12.48+deb13-amd64": b"",
        f"{LIST}_InRelease": b"",
        f"{LIST}_main_binary-amd64_Packages.lz4": b"",
        "/usr/bin/unattended-upgrade": b"",
        "/proc/self/mountinfo": MOUNTS.encode(),
        "/proc/swaps": b"Filename\tType\tSize\tUsed\tPriority\n/dev/dm-1 partition 8 0 -2\n",
        **_DISKS,
        "/usr/share/wayland-sessions/gnome.desktop": b"",
        "/run/user/1000/bus": b"",
        "/proc/net/if_inet6": b"fe80 02 40 20 80 wlan0\n",
        SOCKET: b"",
        "/etc/clamav/clamd.conf": f"LocalSocket {SOCKET}\nVirusEvent /usr/local/bin/limen-agent threat\n".encode(),
        _EFI.format("SecureBoot"): b"\6\0\0\0\1",
        _EFI.format("SetupMode"): b"\6\0\0\0\0",
        "/etc/passwd": b"root:x:0:0:root:/root:/bin/bash\nida:x:1000:1000:Ida Quay:/home/ida:/bin/bash\n",
        "/etc/group": b"root:x:0:\nsudo:x:27:ida\nida:x:1000:\n",
        "/etc/sudoers": b"Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n"
        b"%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
        "/etc/sudoers.d/README": b"# nothing\n",
        f"{SPOOL}/.": b"",
    },
    tools={
        "apt-get": Ran(0, APT_NOTHING),
        "apt-config": Ran(0, APT_CONFIG),
        "systemctl": Ran(0, "enabled\n"),
        "nft": Ran(0, DROPPING),
        "gsettings get org.gnome.desktop.screensaver lock-enabled": Ran(0, "true\n"),
        "gsettings get org.gnome.desktop.screensaver lock-delay": Ran(0, "uint32 0\n"),
        "gsettings get org.gnome.desktop.session idle-delay": Ran(0, "uint32 300\n"),
    },
    sockets={
        (SOCKET, b"zPING\0"): b"PONG\0",
        (SOCKET, b"zVERSION\0"): b"ClamAV 1.4.3/27800/Sun Sep 20 08:25:21 2026\0",
    },
    devices={"/dev/dm-1": (254, 1)},
    links={f"/sys/dev/block/{number}": f"/sys/devices/virtual/block/dm/{number}" for number in _CRYPT}
    | {"/sys/dev/block/259:3": "/sys/devices/pci/nvme0/nvme0n1/nvme0n1p3"},
    running=(
        Program(1, "systemd", 0, "/usr/lib/systemd/systemd"),
        Program(700, "wazuh-agentd", 997, "/var/ossec/bin/wazuh-agentd"),
        Program(900, "gnome-shell", 1000, "/usr/bin/gnome-shell"),
        Program(901, "clamonacc", 0, "/usr/sbin/clamonacc"),
    ),
)
"""Debian on a laptop, as its tools print it."""

DECISIVE_LINUX = {
    "os": ["file /etc/os-release", "file /proc/sys/kernel/osrelease"],
    "updates": ["tool apt-get", "file /etc/os-release"],
    "auto_updates": ["tool apt-config", "tool systemctl", "file /etc/os-release"],
    "disk_encryption": [
        "file /proc/self/mountinfo",
        "file /proc/swaps",
        "file /sys/dev/block/254:0/dm/uuid",
        "file /sys/dev/block/254:1/slaves/dm-0/dev",
    ],
    "screen_lock": [
        "tool gsettings get org.gnome.desktop.screensaver lock-enabled",
        "tool gsettings get org.gnome.desktop.screensaver lock-delay",
        "tool gsettings get org.gnome.desktop.session idle-delay",
    ],
    "firewall": ["tool nft"],
    "anti_malware": [f"socket {SOCKET} zPING", f"socket {SOCKET} zVERSION"],
    "secure_boot": [f"file {_EFI.format('SecureBoot')}", f"file {_EFI.format('SetupMode')}"],
    "administrators": ["file /etc/passwd", "file /etc/group", "file /etc/sudoers"],
    "threats": ["file /etc/clamav/clamd.conf", f"socket {SOCKET} zPING"],
}

DNF_SECURITY = "FEDORA-2026-1a2b3c Important/Sec. openssl-1:3.2.4-1.fc42.x86_64\n"
FEDORA = (
    LINUX.with_file("/etc/os-release", 'NAME="Fedora Linux"\nVERSION_ID=42\nID=fedora\nSUPPORT_END=2026-11-13\n')
    .with_file("/var/cache/libdnf5/updates-1/repodata/repomd.xml", b"")
    .with_file("/etc/dnf/automatic.conf", "[commands]\napply_updates = yes\n")
    .with_tool("dnf -q -C check-update", "")
    .with_tool("dnf -q -C updateinfo list --security", "")
)
"""RECORDED, NOT RUN ON THE SYSTEM: dnf after its documentation."""

MACOS = Recorded(
    files={},
    tools={
        "sw_vers": Ran(0, "ProductName:\t\tmacOS\nProductVersion:\t\t15.3\nBuildVersion:\t\t24D60\n"),
        "uname": Ran(0, "24.3.0\n"),
        "softwareupdate": Ran(
            0, "Software Update Tool\n\nFinding available software\n", "No new software available.\n"
        ),
        f"defaults read {'/Library/Preferences/com.apple.SoftwareUpdate'} AutomaticallyInstallMacOSUpdates": Ran(
            0, "1\n"
        ),
        f"defaults read {'/Library/Preferences/com.apple.SoftwareUpdate'} CriticalUpdateInstall": Ran(0, "1\n"),
        "defaults": Ran(0, "5287\n"),
        "fdesetup": Ran(0, "FileVault is On.\n"),
        "sysadminctl": Ran(0, "", "2026-09-21 10:00:00.000 sysadminctl[812:9999] screenLock delay is immediate\n"),
        "socketfilterfw": Ran(0, "Firewall is enabled. (State = 1)\n"),
        "spctl": Ran(0, "assessments enabled\n"),
        "system_profiler": Ran(0, "Controller:\n\n      Boot Policy:\n          Secure Boot: Full Security\n"),
        "dscl": Ran(0, "GroupMembership: root ida\n"),
    },
    running=(
        Program(1, "launchd", 0, "/sbin/launchd"),
        Program(88, "sentineld", 0, "/Library/Sentinel/sentinel-agent.bundle/sentineld"),
    ),
    times={},
    root=False,
)
"""RECORDED, NOT RUN ON THE SYSTEM."""

DECISIVE_MACOS = {
    "updates": ["tool softwareupdate"],
    "auto_updates": [
        name for name in (f"tool {tool}" for tool in MACOS.tools) if name.endswith(("Updates", "Install"))
    ],
    "disk_encryption": ["tool fdesetup"],
    "screen_lock": ["tool sysadminctl"],
    "firewall": ["tool socketfilterfw"],
    "anti_malware": ["tool spctl"],
    "secure_boot": ["tool system_profiler"],
    "administrators": ["tool dscl"],
}


class Windows(Recorded):
    """PowerShell is known by the script that it is given."""

    def run(self, *words: str, **more: Any) -> Ran:
        script = next((name for name in SCRIPTS if getattr(windows, name) in words[-1]), "")
        return super().run(f"powershell {script}", **more)


SCRIPTS: dict[str, dict[str, Any]] = {
    "_OS": {"version": "10.0.26100", "ubr": 2894},
    "_UPDATES": {"code": 2, "searched": int(NOW - DAY), "restart": False, "updates": []},
    "_AUTO": {"level": 4},
    "_DISKS": {
        "volumes": [
            {"letter": "C:", "type": 0, "protection": 1, "conversion": 1},
            {"letter": "E:", "type": 2, "protection": 0, "conversion": 0},
        ]
    },
    "_LOCK": {"policy_s": 600},
    "_FIREWALL": {"profiles": [{"name": name, "enabled": 1, "inbound": 4} for name in ("Domain", "Private", "Public")]},
    "_MALWARE": {"on": True, "service": True, "real_time": True, "version": "4.18.25010.11", "age": 1},
    "_EDR": {"services": [{"name": "Sense", "status": 4}, {"name": "Spooler", "status": 1}]},
    "_BOOT": {"on": True},
    "_ADMINS": {
        "members": [
            {"name": "WREN\\Administrator", "sid": "S-1-5-21-1-2-3-500"},
            {"name": "WREN\\ida", "sid": "S-1-5-21-1-2-3-1001"},
        ]
    },
    "_THREATS": {"threats": []},
}
WINDOWS = Windows(tools={f"powershell {name}": Ran(0, json.dumps(said) + "\r\n") for name, said in SCRIPTS.items()})
"""RECORDED, NOT RUN ON THE SYSTEM."""

DECISIVE_WINDOWS = {
    check: [f"tool powershell {script}"]
    for check, script in {
        "updates": "_UPDATES",
        "auto_updates": "_AUTO",
        "disk_encryption": "_DISKS",
        "screen_lock": "_LOCK",
        "firewall": "_FIREWALL",
        "anti_malware": "_MALWARE",
        "edr": "_EDR",
        "secure_boot": "_BOOT",
        "administrators": "_ADMINS",
        "threats": "_THREATS",
    }.items()
}
