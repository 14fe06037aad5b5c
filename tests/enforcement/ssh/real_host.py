"""A host as it is set up for Limen: the real sshd, sudo, PAM and limen-ssh-host, with files and processes of its own.

It is this machine in a mount namespace and a PID namespace (namespaces(7)): its /etc is a copy, and nothing that is
created or killed there is anybody else's.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.ports import free_port

from limen.following.one_file import one_file
from limen.web.access.ssh_hosts import PROGRAM

SSHD = "/usr/sbin/sshd"
_SET_UP = """
set -e
cp -a /etc "$1/etc"
mount --bind "$1/etc" /etc
for place in /run /home /usr/local/sbin; do mount -t tmpfs -o mode=755 tmpfs "$place"; done
mkdir -p /run/sshd /etc/sudoers.d
rm -f /etc/ssh/sshd_config.d/* /etc/sudoers.d/limen* /etc/ssh/ssh_host_*
printf '127.0.0.1 localhost limen.harbor.localhost %s\\n' "$(hostname)" > /etc/hosts
echo is up
exec sleep infinity
"""


def can_be_made() -> str:
    """Why no such host can be made here; "" where one can."""
    if os.geteuid() != 0:
        return "needs root"
    for program in (SSHD, "/usr/bin/sudo", "/usr/sbin/visudo", "/usr/sbin/useradd"):
        if not Path(program).exists():
            return f"{program} is missing (apt: openssh-server sudo)"
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "no namespaces here"


needs_a_host = pytest.mark.skipif(bool(can_be_made()), reason=can_be_made() or "-")


@dataclass
class RealHost:
    """`port` is where its sshd listens on loopback."""

    folder: Path
    inside: int
    port: int = field(default_factory=free_port)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, *command: str, given: str = "", check: bool = True) -> str:
        """What a command says there, as root."""
        words = ["nsenter", "--target", str(self.inside), "--mount", "--pid", *command]
        done = subprocess.run(words, input=given, capture_output=True, check=False, text=True, timeout=60)
        assert done.returncode == 0 or not check, (command, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        words = ["nsenter", "--target", str(self.inside), "--mount", "--pid", *command]
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.running.append(process)
        return process

    def follow(self) -> subprocess.Popen[bytes]:
        process = self.start("follow", "/usr/local/sbin/limen-ssh-host", "follow")
        self.run("rm", "-f", "/run/limen-ssh/alive")
        self.wait_for("test", "-e", "/run/limen-ssh/alive")
        return process

    def enrol(self, url: str, token: str) -> None:
        """As the page says, then sshd and what follows Limen."""
        (self.folder / "limen-ssh-host").write_text(one_file(PROGRAM))
        self.run("python3", "-I", str(self.folder / "limen-ssh-host"), "enrol", url, given=f"{token}\n")
        self.start("sshd", SSHD, "-D", "-e", "-p", str(self.port), "-o", "PidFile=/run/sshd.pid")
        self.follow()
        self.wait_for("test", "-e", "/run/sshd.pid")

    def cut_off(self) -> None:
        """From now on Limen is not heard there: the answer that its program waits for is dropped with the program."""
        self.run("sh", "-c", "echo '127.0.0.1 localhost' > /etc/hosts; sed -i s/http/https/ /etc/limen-ssh/config")
        self.run("pkill", "-KILL", "-f", "limen-ssh-host follow")  # in the host's own PID namespace
        self.follow()

    def wait_for(self, *command: str, seconds: float = 20.0) -> None:
        until = time.monotonic() + seconds
        words = ["nsenter", "--target", str(self.inside), "--mount", "--pid", *command]
        while subprocess.run(words, capture_output=True, check=False).returncode:
            assert time.monotonic() < until, (command, self.said("sshd"), self.said("follow"))
            time.sleep(0.05)

    def said(self, name: str) -> str:
        log = self.folder / f"{name}.log"
        return log.read_text() if log.exists() else ""


@contextmanager
def real_host(folder: Path) -> Iterator[RealHost]:
    folder.mkdir()
    words = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"]
    outer = subprocess.Popen([*words, "sh", "-c", _SET_UP, "sh", str(folder)], stdout=subprocess.PIPE)
    host = None
    try:
        assert outer.stdout is not None
        assert outer.stdout.readline() == b"is up\n"
        inner = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()[0]
        host = RealHost(folder, int(inner))
        yield host
    finally:
        outer.kill()  # and with it every process of its namespace
        outer.wait()
        for process in host.running if host is not None else ():
            process.kill()  # one that was stopped has stopped what started it
            process.wait(timeout=60)


@dataclass
class Client:
    """Plain ssh, with a key and a certificate in files."""

    folder: Path
    host: RealHost
    name: str = "db1.harbor.example"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    algorithms: str = "ssh-ed25519-cert-v01@openssh.com"

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        private = self.key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        (self.folder / "id").write_bytes(private)
        (self.folder / "id").chmod(0o600)

    def trust(self, *vouching: str, pinned: str = "") -> None:
        """A host for which one of these vouches; with `pinned` that key alone, as `limen ssh` does."""
        lines = [f"@cert-authority {self.name} {line}\n" for line in vouching]
        (self.folder / "known_hosts").write_text(f"{self.name} {pinned}\n" if pinned else "".join(lines))
        self.algorithms = "ssh-ed25519" if pinned else "ssh-ed25519-cert-v01@openssh.com"

    def words(self, account: str, *command: str) -> list[str]:
        options = {
            "IdentityFile": self.folder / "id",
            "CertificateFile": self.folder / "id-cert.pub",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "UserKnownHostsFile": self.folder / "known_hosts",
            "GlobalKnownHostsFile": "none",
            "HostKeyAlias": self.name,
            "HostKeyAlgorithms": self.algorithms,
            "StrictHostKeyChecking": "yes",
            "BatchMode": "yes",
            "Port": self.host.port,
        }
        given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return ["ssh", "-F", "none", *given, f"{account}@127.0.0.1", *command]

    def log_in(self, certificate: str, account: str, *command: str, check: bool = True) -> str:
        """What a command says there."""
        (self.folder / "id-cert.pub").write_text(certificate + "\n")
        done = subprocess.run(self.words(account, *command), capture_output=True, check=False, text=True, timeout=60)
        assert done.returncode == 0 or not check, (done.stderr, self.host.said("sshd"), self.host.said("follow"))
        return done.stdout if done.returncode == 0 else f"refused: {done.stderr}"

    def stay(self, certificate: str, account: str, *command: str) -> subprocess.Popen[str]:
        """A session that stays open: what it prints can be read."""
        (self.folder / "id-cert.pub").write_text(certificate + "\n")
        words = self.words(account, *command)
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
