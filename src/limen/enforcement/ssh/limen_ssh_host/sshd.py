"""What sshd is told, and what of its settings lets people in without Limen (sshd_config(5))."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

from limen.enforcement.ssh.limen_ssh_host.places import HOST_KEY, KEPT
from limen.following.program.commands import SYSTEMD
from limen.following.program.kept import Wrong, write

SSHD = Path("/etc/ssh/sshd_config.d/10-limen.conf")
ONLY = Path("/etc/ssh/sshd_config.d/11-limen-only.conf")
SHUT = {
    "AuthorizedKeysFile": "none",
    "AuthorizedKeysCommand": "none",
    "AuthenticationMethods": "publickey",
    "PasswordAuthentication": "no",
    "KbdInteractiveAuthentication": "no",
    "HostbasedAuthentication": "no",
    "GSSAPIAuthentication": "no",
}
"""What is in force where certificates are the only way in."""
_MOST_INCLUDED = 50


def let_in_by_certificates(app: str) -> None:
    """Have sshd take certificates of Limen's for this app. Raises Wrong where it does not take that."""
    settings = (
        "# Written by limen-ssh-host: people log in with certificates of Limen's.\n"
        f"TrustedUserCAKeys {KEPT.folder}/authorities\n"
        f"RevokedKeys {KEPT.folder}/revoked\n"
        f"AuthorizedPrincipalsCommand {shutil.which('echo', path='/usr/bin:/bin')} %u@{app}\n"
        "AuthorizedPrincipalsCommandUser nobody\n"
        f"HostKey {str(HOST_KEY)[:-4]}\n"
        f"HostCertificate {KEPT.folder}/host-certificate.pub\n"
        "UsePAM yes\n"
        "PermitUserEnvironment no\n"
    )
    write(SSHD, settings, 0o644)
    check_sshd(SSHD)


def shut_other_ways() -> None:
    """From now on certificates are the only way in. Raises Wrong where sshd does not take that."""
    about = "# Written by limen-ssh-host only: people log in with certificates of Limen's, and in no other way.\n"
    write(ONLY, about + "".join(f"{name} {value}\n" for name, value in SHUT.items()), 0o644)
    check_sshd(ONLY)
    reload_sshd()


def check_sshd(written: Path) -> None:
    """Raises Wrong where sshd does not take this file, which is gone then."""
    Path("/run/sshd").mkdir(exist_ok=True)
    done = subprocess.run([_sshd(), "-t"], capture_output=True, text=True, check=False)
    if done.returncode:
        written.unlink()
        raise Wrong(f"sshd does not take {written}: {done.stderr.strip()[:300]}")


def reload_sshd() -> None:
    """Have sshd read its own certificate again; all else it reads at each login."""
    if SYSTEMD.exists():
        for unit in ("ssh.service", "sshd.service"):
            subprocess.run(["systemctl", "try-reload-or-restart", unit], check=False, capture_output=True)
        return
    pid = Path("/run/sshd.pid")
    if pid.exists():
        os.kill(int(pid.read_text()), signal.SIGHUP)


def other_ways_in() -> list[str]:
    """What of sshd's settings lets people in without Limen: as they are in force for each sshd that runs here, and what
    a `Match` changes of them for some.
    """
    if not ONLY.exists():
        return ["`limen-ssh-host only` was not run"]
    wanted = {
        **SHUT,
        "TrustedUserCAKeys": f"{KEPT.folder}/authorities",
        "RevokedKeys": f"{KEPT.folder}/revoked",
        "UsePAM": "yes",
    }
    found = []
    for options in _running_sshds() or [[]]:
        if None in options:
            found.append("a command line of sshd that can't be read")
        told = [word for word in options if word]
        command = [_sshd(), "-T", *told, "-C", "user=root,host=localhost,addr=127.0.0.1"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            found.append("sshd does not say what is in force")
        in_force = dict(line.lower().split(" ", 1) for line in done.stdout.splitlines() if " " in line)
        found += [f"{key} {value}" for key, value in in_force.items() if _is_other(key, value, wanted)]
        file = told[told.index("-f") + 1] if "-f" in told else "/etc/ssh/sshd_config"
        found += _matched(Path(file), {name.lower() for name in wanted}, set(), is_matched=False)
    return found[:20]


def _is_other(key: str, value: str, wanted: dict[str, str]) -> bool:
    return any(name.lower() == key and value != said.lower() for name, said in wanted.items())


def _running_sshds() -> list[list[str | None]]:
    """The options that each sshd listens with, those that say what is in force; None for what is none."""
    found: list[list[str | None]] = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = Path(f"/proc/{name}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").split()
        except OSError:
            continue
        is_renamed = words[:1] == ["sshd:"]  # since 8.2 it says so, and behind its command line that it listens
        if (is_renamed and "[listener]" not in words) or os.path.basename(words[is_renamed] if words else "") != "sshd":
            continue
        found.append(_options(words[is_renamed + 1 : words.index("[listener]") if is_renamed else len(words)]))
    return found


def _options(words: list[str]) -> list[str | None]:
    """Of a command line of sshd(8) what says which settings are in force."""
    told: list[str | None] = []
    rest = iter(words)
    for word in rest:
        if word[:2] in {"-f", "-o"}:
            told += [word[:2], word[2:] or next(rest, None)]
        elif word in {"-b", "-c", "-E", "-g", "-h", "-k", "-p", "-u"}:
            next(rest, None)
        elif not word.startswith("-"):
            told.append(None)
    return told


def _matched(path: Path, names: set[str], seen: set[Path], *, is_matched: bool) -> list[str]:
    """Where a `Match` says anything of these settings (sshd_config(5))."""
    if path in seen or len(seen) >= _MOST_INCLUDED or not path.is_file():
        return []
    seen.add(path)
    found = []
    for line in path.read_text(errors="replace").splitlines():
        words = line.replace("=", " ", 1).split()
        key = words[0].lower() if words else ""
        if key == "match":
            is_matched = [word.lower() for word in words[1:]] != ["all"]
        elif key == "include":
            for pattern in words[1:]:
                for file in sorted(Path("/").glob(os.path.join("/etc/ssh", pattern.strip('"')).lstrip("/"))):
                    found += _matched(file, names, seen, is_matched=is_matched)
        elif key in names and is_matched:
            found.append(f"{words[0]} behind a Match in {path}")
    return found


def _sshd() -> str:
    return shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "/usr/sbin/sshd"
