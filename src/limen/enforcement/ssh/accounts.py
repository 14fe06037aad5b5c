"""What somebody's own account is called on hosts: after their address, and never what another's is called."""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import sha256
from typing import Final

LONGEST: Final = 32
"""What Linux takes (useradd(8))."""
_FALLBACK: Final = "person"
RESERVED: Final = frozenset(
    {
        "root",
        "daemon",
        "bin",
        "sys",
        "sync",
        "games",
        "man",
        "lp",
        "mail",
        "news",
        "uucp",
        "proxy",
        "www-data",
        "backup",
        "list",
        "irc",
        "gnats",
        "nobody",
        "systemd-network",
        "systemd-resolve",
        "messagebus",
        "sshd",
        "ubuntu",
        "debian",
        "ec2-user",
        "centos",
        "fedora",
        "admin",
        "adm",
        "operator",
        "wheel",
        "sudo",
        "staff",
        "shutdown",
        "halt",
        "ftp",
        "postgres",
        "mysql",
        "mongodb",
        "redis",
        "nginx",
        "apache",
        "git",
        "docker",
        "libvirt-qemu",
        "postfix",
        "dovecot",
        "bind",
        "ntp",
        "tss",
        "polkitd",
        "limen",
    }
)
"""Accounts that are something else on many hosts. The host itself refuses whatever else it does not keep for people."""


def mark_of(name: str) -> str:
    """What is kept of a name when whose it was is erased: nobody gets it again, and hosts tell by it what to lock."""
    return f"#{sha256(name.encode()).hexdigest()[: LONGEST - 1]}"


def account_name(email: str, taken: Collection[str]) -> str:
    """A name after the first part of the address, with a number where it is taken or means something else."""
    wanted = re.sub(r"[^a-z0-9_-]+", "-", email.partition("@")[0].partition("+")[0].lower()).strip("-")
    wanted = wanted if wanted[:1].isalpha() else f"{_FALLBACK}-{wanted}".rstrip("-")
    wanted = wanted[: LONGEST - 4]
    name, number = wanted, 1
    while name in taken or mark_of(name) in taken or name in RESERVED:
        number += 1
        name = f"{wanted}{number}"
    return name
