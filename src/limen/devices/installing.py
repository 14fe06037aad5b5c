"""How `limen-agent` comes onto a device, system by system; and what it reads there, and what it never reads.

The agent is a package of its own that imports nothing of Limen, so its words stand here once more; a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from limen.devices.model import Platform
from limen.messages import gettext_noop

READ: Final = (
    gettext_noop("which system and kernel this is, and until when its maker supports it"),
    gettext_noop("which updates wait, and whether they are installed by themselves"),
    gettext_noop("whether the disks that hold the system and your files are encrypted"),
    gettext_noop("whether your screen locks itself, asked in your own session"),
    gettext_noop("whether the firewall drops what comes in unasked"),
    gettext_noop(
        "whether anti-malware and sensors of the company run, and what anti-malware found (its name, not the file)"
    ),
    gettext_noop("whether the machine starts signed software only (Secure Boot)"),
    gettext_noop("which accounts may become administrator"),
    gettext_noop(
        "logs of the system below /var/log and the systemd journal, where your company asks for them in Limen"
    ),
    gettext_noop("the machine's name, maker, model, serial number and hardware UUID"),
)
NEVER_READ: Final = (
    gettext_noop("your files, their names and what is in them"),
    gettext_noop("your mails, messages, calendar and photos"),
    gettext_noop("what you browse, type or print, and what is on your screen"),
    gettext_noop("your passwords, keys and clipboard"),
    gettext_noop("where you are"),
    gettext_noop("which other programs you use: only those of the list above are looked for by name"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """What is done, in a sentence, and the commands for it, each with `{address}` where Limen's belongs."""

    says: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Installation:
    """One system. `heed`: what does not work there yet; `instead`: what its owner does
    then. `by_token` is the one command with a one-time token, "" where
    there is none; `{token}` stands for it.
    """

    title: str
    steps: tuple[Step, ...] = ()
    heed: str = ""
    instead: str = ""
    by_token: str = ""


_INSTALL: Final = Step(
    gettext_noop("Install the agent, in the folder with its wheel, which whoever administers Limen gives you"),
    ("sudo PIPX_HOME=/opt/pipx PIPX_BIN_DIR=/usr/local/bin pipx install ./limen_agent-*.whl",),
)
"""Words for pipx that versions before 1.5 understand as well; they mean what `--global` does."""
_ENROL: Final = Step(gettext_noop("Enrol the device: it shows a code"), ("sudo limen-agent enrol {address}",))
_CODE: Final = Step(gettext_noop("Type that code below, and confirm that the device is yours"))
_BY_TOKEN: Final = "printf %s {token} | sudo limen-agent enrol {address} --token-file -"  # noqa: S105 -- a place for one
START: Final = (
    "sudo cp /opt/pipx/venvs/limen-agent/share/limen-agent/limen-agent.service /etc/systemd/system/",
    "sudo systemctl enable --now limen-agent",
)
"""By which the service runs on Linux, now and at every start."""

INSTALLATIONS: Final[Mapping[Platform, Installation]] = {
    Platform.LINUX: Installation(
        "Linux",
        (
            _INSTALL,
            _ENROL,
            _CODE,
            Step(gettext_noop("Have it run from now on and at every start"), START),
        ),
        by_token=" && ".join((_BY_TOKEN, *START)),
    ),
    Platform.MACOS: Installation(
        "macOS",
        (_INSTALL, _ENROL, _CODE, Step(gettext_noop("Have it run"), ("sudo limen-agent run",))),
        gettext_noop("On macOS the agent was tried on recorded outputs only, and browsers can't be tied to it yet."),
        by_token=_BY_TOKEN,
    ),
    Platform.WINDOWS: Installation(
        "Windows",
        heed=gettext_noop("The agent does not start on Windows yet."),
        instead=gettext_noop("Ask whoever administers Limen what to do instead."),
    ),
}


def platform_of(user_agent: str) -> Platform:
    """The system that a browser says it is on; Linux where that is none of these."""
    marks = {"Windows": Platform.WINDOWS, "Macintosh": Platform.MACOS, "Mac OS X": Platform.MACOS}
    return next((platform for mark, platform in marks.items() if mark in user_agent), Platform.LINUX)
