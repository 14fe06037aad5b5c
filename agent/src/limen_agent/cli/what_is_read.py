"""What the agent reads and what it never reads, in the words of `status` and of the README, which a test compares."""

from __future__ import annotations

from typing import Final

READ: Final = (
    "which system and kernel this is, and until when its maker supports it",
    "which updates wait, and whether they are installed by themselves",
    "whether the disks that hold the system and your files are encrypted",
    "whether your screen locks itself, asked in your own session",
    "whether the firewall drops what comes in unasked",
    "whether anti-malware and sensors of the company run, and what anti-malware found (its name, not the file)",
    "whether the machine starts signed software only (Secure Boot)",
    "which accounts may become administrator",
    "logs of the system below /var/log and the systemd journal, where your company asks for them in Limen",
    "the machine's name, maker, model, serial number and hardware UUID",
)
NEVER_READ: Final = (
    "your files, their names and what is in them",
    "your mails, messages, calendar and photos",
    "what you browse, type or print, and what is on your screen",
    "your passwords, keys and clipboard",
    "where you are",
    "which other programs you use: only those of the list above are looked for by name",
)
