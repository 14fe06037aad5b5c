"""What its owner does about a check that is not good, and how many minutes that takes: unless the company says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from limen.devices.compliance import Judged
from limen.devices.verdicts import Verdict
from limen.messages import gettext_noop


@dataclass(frozen=True, slots=True)
class Steps:
    """In order, each one sentence. `minutes`: 0 where nobody can say."""

    steps: tuple[str, ...]
    minutes: int = 0


_ASK: Final = gettext_noop("Ask whoever administers Limen for help")
_UPDATE: Final = {
    "linux": gettext_noop("Install all updates (on Debian and Ubuntu: sudo apt update, then sudo apt full-upgrade)"),
    "macos": gettext_noop("Open System Settings, General, Software Update, and install everything"),
    "windows": gettext_noop("Open Settings, Windows Update, and install everything"),
}
_RESTART: Final = gettext_noop("Restart the device")
_CLAMAV: Final = gettext_noop("Install clamav-daemon and clamav-freshclam, and start both")
_STEPS: Final[Mapping[str, Mapping[str, Steps]]] = {
    "os": {
        "linux": Steps((gettext_noop("Upgrade to a release that gets security updates, or ask for help"),), 60),
        "macos": Steps((_UPDATE["macos"], gettext_noop("Upgrade to the newest macOS that it offers")), 60),
        "windows": Steps((_UPDATE["windows"], gettext_noop("Upgrade to the newest Windows that it offers")), 60),
    },
    "updates": {name: Steps((step, _RESTART), 15) for name, step in _UPDATE.items()},
    "auto_updates": {
        "linux": Steps((gettext_noop("Install unattended-upgrades or dnf-automatic, and enable it"),), 5),
        "macos": Steps(
            (gettext_noop("Open System Settings, General, Software Update, and switch on Automatic Updates"),), 2
        ),
        "windows": Steps((gettext_noop("Open Settings, Windows Update, and end the pause"),), 2),
    },
    "disk_encryption": {
        "linux": Steps((gettext_noop("Save your files: Linux encrypts a disk only when it is installed"), _ASK)),
        "macos": Steps((gettext_noop("Open System Settings, Privacy and Security, and switch on FileVault"),), 10),
        "windows": Steps(
            (gettext_noop("Open Settings, Privacy and security, Device encryption, and switch it on"),), 10
        ),
    },
    "screen_lock": {
        "linux": Steps((gettext_noop("Open Settings, Privacy, Screen Lock, and lock it after 15 minutes at most"),), 2),
        "macos": Steps(
            (gettext_noop("Open System Settings, Lock Screen, and require the password after 15 minutes at most"),), 2
        ),
        "windows": Steps(
            (gettext_noop("Open Settings, Accounts, Sign-in options, and lock it after 15 minutes at most"),), 2
        ),
    },
    "firewall": {
        "linux": Steps((gettext_noop("Switch the firewall on (on Ubuntu: sudo ufw enable)"),), 2),
        "macos": Steps((gettext_noop("Open System Settings, Network, Firewall, and switch it on"),), 2),
        "windows": Steps(
            (gettext_noop("Open Windows Security, Firewall and network protection, and switch it on"),), 2
        ),
    },
    "anti_malware": {
        "linux": Steps((_CLAMAV,), 10),
        "macos": Steps((_UPDATE["macos"], _ASK), 10),
        "windows": Steps(
            (gettext_noop("Open Windows Security, Virus and threat protection, and install its updates"),), 5
        ),
    },
    "threats": {
        name: Steps((gettext_noop("Leave the device as it is, and use another one"), _ASK))
        for name in ("linux", "macos", "windows")
    },
    "management": {
        name: Steps((gettext_noop("Open the company's device management app, and do what it asks for"), _ASK))
        for name in ("linux", "macos", "windows")
    },
}

_TO_BE_KNOWN: Final[Mapping[str, Mapping[str, Steps]]] = {
    "threats": {
        "linux": Steps(
            (
                _CLAMAV,
                gettext_noop("Add this line to /etc/clamav/clamd.conf: VirusEvent /usr/local/bin/limen-agent threat"),
                gettext_noop("Restart the scanner: sudo systemctl restart clamav-daemon"),
            ),
            10,
        ),
        "macos": Steps((_ASK,)),
        "windows": Steps((_ASK,)),
    },
}
"""Where it is not known, and what is done about a find would mislead."""


def steps_for(judged: Judged, platform: str) -> Steps:
    """The company's own words where it has some, else Limen's, else whom to ask."""
    own = judged.requirement
    if own.steps:
        return Steps(own.steps, own.minutes)
    if judged.found.verdict is Verdict.UNKNOWN and judged.check in _TO_BE_KNOWN:
        return _TO_BE_KNOWN[judged.check].get(platform, Steps((_ASK,)))
    return _STEPS.get(judged.check, {}).get(platform, Steps((_ASK,)))


TITLES: Final[Mapping[str, str]] = {
    "os": gettext_noop("Supported system"),
    "updates": gettext_noop("Security updates"),
    "auto_updates": gettext_noop("Automatic updates"),
    "disk_encryption": gettext_noop("Disk encryption"),
    "screen_lock": gettext_noop("Screen lock"),
    "firewall": gettext_noop("Firewall"),
    "anti_malware": gettext_noop("Protection against malware"),
    "edr": gettext_noop("Endpoint detection"),
    "secure_boot": gettext_noop("Secure Boot"),
    "administrators": gettext_noop("Administrators"),
    "threats": gettext_noop("Malware"),
    "management": gettext_noop("Device management"),
}
"""How people read the checks' ids."""
