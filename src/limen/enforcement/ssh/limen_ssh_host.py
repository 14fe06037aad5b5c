#!/usr/bin/python3 -I
"""limen-ssh-host: what makes a host follow Limen. One file, Python 3.9 or newer and OpenSSH, and nothing else.

    limen-ssh-host enrol https://limen.harbor.example   the one-time token is typed, or piped in
    limen-ssh-host only                                 shut every other way to log in by SSH
    limen-ssh-host adopt ida                            let an account be somebody's own that was here before
    limen-ssh-host status
    limen-ssh-host leave                                undo all of it

sshd verifies certificates by itself. This program adds what sshd does not do: it asks Limen for what is revoked, ends
sessions when their time is over or their certificate is revoked, and lets people act as root for as long as their
certificate says. The ends are in the certificates, so they hold while Limen is away.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import getpass
import hashlib
import json
import os
import pwd
import re
import shutil
import signal
import ssl
import subprocess
import sys
import syslog
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

PROGRAM = Path("/usr/local/sbin/limen-ssh-host")
KEPT = Path("/etc/limen-ssh")
MADE = KEPT / "made"
"""The accounts that are people's own here, each with its uid: those that this program made, or root adopted."""
RUN = Path("/run/limen-ssh")
SESSIONS = RUN / "sessions"
ADMITTED = RUN / "admitted"
"""The certificate of each login between the first and the last line of its session, by the process of sshd."""
ALIVE = RUN / "alive"
HOST_KEY = Path("/etc/ssh/ssh_host_ed25519_key.pub")
SSHD = Path("/etc/ssh/sshd_config.d/10-limen.conf")
ONLY = Path("/etc/ssh/sshd_config.d/11-limen-only.conf")
PAM = Path("/etc/pam.d/sshd")
MOST_INCLUDED = 50
SUDOERS = Path("/etc/sudoers.d")
UNIT = Path("/etc/systemd/system/limen-ssh-host.service")
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
LOOKED_SECONDS = 60.0
NAMESPACE = "limen-ssh-state"
TICK_SECONDS = 0.1
ALIVE_SECONDS = 10.0
"""Nobody is let in with a certificate where nothing would end their session: this program has to run."""
ASTRAY_SECONDS = 30.0
"""Where the clock is further from Limen's, nobody is let in: certificates would last as long as it says."""
ANSWER_SECONDS = 40.0
MOST_BYTES = 4_000_000
USED_SECONDS = 60.0
ACCOUNT = re.compile(r"[a-z_][a-z0-9_.-]{0,31}")
LOGIND = re.compile(r"/session-([0-9a-z]{1,20})\.scope")
READS_HOME = re.compile(r"\buser_readenv\s*=\s*[^0\s\]]")
INCLUDES = re.compile(r"^\s*(?:@include\s+|-?\w+\s+(?:include|substack)\s+)(\S+)")
UNTIL, OWN, SUDO = "session-until@limen", "own-account@limen", "sudo@limen"
LINES = {
    "account": f"account    required pam_exec.so quiet {PROGRAM} session",
    "admit": f"session    required pam_exec.so quiet type=open_session {PROGRAM} admit",
    "session": f"session    required pam_exec.so quiet {PROGRAM} session",
}


class Wrong(Exception):
    """What can't be done, and what to do about it."""


# What a certificate says (PROTOCOL.certkeys of OpenSSH). sshd has verified it before anything here reads it.


class Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def number(self, size: int) -> int:
        found, self.data = self.data[:size], self.data[size:]
        if len(found) != size:
            raise Wrong("a certificate is cut off")
        return int.from_bytes(found, "big")

    def string(self) -> bytes:
        size = self.number(4)
        found, self.data = self.data[:size], self.data[size:]
        if len(found) != size:
            raise Wrong("a certificate is cut off")
        return found


class Certificate:
    """`serial`, `key_id`, `authority` (as it is sent) and `extensions` by their names."""

    def __init__(self, blob: bytes) -> None:
        read = Reader(blob)
        if read.string() != b"ssh-ed25519-cert-v01@openssh.com":
            raise Wrong("not a certificate of Limen's kind")
        read.string(), read.string()  # nonce and key
        self.serial = read.number(8)
        read.number(4)
        self.key_id = read.string().decode("utf-8", "replace")
        read.string()
        self.after, self.before = read.number(8), read.number(8)
        read.string()
        self.extensions = dict(_pairs(read.string()))
        read.string()
        self.authority = read.string()

    @property
    def until(self) -> float:
        """Until when a session may last, in seconds since 1970: as the certificate itself where it does not say."""
        said = self.extensions.get(UNTIL, b"")
        return int(said) / 1000 if said.isdigit() and len(said) < 15 else float(self.before)


def _pairs(data: bytes) -> Iterator[tuple[str, bytes]]:
    read = Reader(data)
    while read.data:
        name, value = read.string().decode("utf-8", "replace"), read.string()
        yield name, Reader(value).string() if value else b""


def presented(info: str) -> tuple[str, Certificate] | None:
    """The certificate of Limen's that somebody logged in with, as sshd tells (`SSH_AUTH_INFO_0`), as it was sent and
    read; None: another way. Its signature is sshd's to verify, so this has to be what sshd says.
    """
    trusted = {base64.b64decode(line.split()[1]) for line in (KEPT / "authorities").read_text().splitlines()}
    for line in info.splitlines():
        words = line.split()
        if len(words) >= 3 and words[0] == "publickey" and words[1] == "ssh-ed25519-cert-v01@openssh.com":
            found = Certificate(base64.b64decode(words[2]))
            if found.authority in trusted:
                return words[2], found
            raise Wrong("the certificate's authority is not Limen's any more")
    return None


# Files


def write(path: Path, text: str | bytes, mode: int = 0o644) -> None:
    """All of it or nothing, and never half of it to whoever reads meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".limen.")
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode() if isinstance(text, str) else text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(name, mode)
    os.replace(name, path)


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return {}


@contextmanager
def locked() -> Iterator[None]:
    """One at a time: logins come together."""
    RUN.mkdir(mode=0o700, exist_ok=True)
    with (RUN / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# Sessions: one record each, from the login to the end


def session(environment: dict[str, str], task: str) -> None:
    """What PAM calls, as root: first in `account`, first in `session` (`admit`), and last in it. An error refuses."""
    kind, account, pid = environment.get("PAM_TYPE", ""), environment.get("PAM_USER", ""), os.getppid()
    info = environment.get("SSH_AUTH_INFO_0", "")
    if kind == "close_session":
        found = _record(pid)
        if found is not None:
            leave_nothing(found)
    elif kind == "open_session":
        try:
            (admit if task == "admit" else open_session)(info, account, pid)
        except Exception:
            os.kill(pid, signal.SIGKILL)  # sshd goes on without a session of PAM's; Limen does not
            raise
    else:
        check_pam()  # before anything runs here as root with an environment that is not sshd's, whoever logs in


def admit(info: str, account: str, pid: int) -> None:
    """The first line of the session: the environment is what sshd has just written. What it says of the certificate is
    kept, since what comes after may write it as well.
    """
    found, path = presented(info), ADMITTED / f"{pid}-{start_of(pid)}"
    path.unlink(missing_ok=True)
    if found is not None:
        judge(found[1], account)
        ADMITTED.mkdir(mode=0o700, parents=True, exist_ok=True)
        write(path, found[0], 0o600)


def open_session(info: str, account: str, pid: int) -> None:
    """Begin the session of the certificate that was admitted. Raises Wrong where the environment says another by now,
    or none: whoever changed it is not sshd.
    """
    path = ADMITTED / f"{pid}-{start_of(pid)}"
    try:
        admitted = path.read_text()
        path.unlink()
    except FileNotFoundError:
        admitted = ""
    said = presented(info)
    if (said[0] if said is not None else "") != admitted:
        raise Wrong("PAM's environment says another certificate than sshd did")
    if said is not None:
        judge(said[1], account)
        begin(said[1], account, pid)


def judge(certificate: Certificate, account: str) -> None:
    """Raises Wrong where this login may not go on."""
    try:
        alive, *agreed = map(float, ALIVE.read_text().split())
    except (FileNotFoundError, ValueError):
        alive, agreed = -ALIVE_SECONDS, []
    if not 0 <= boottime() - alive < ALIVE_SECONDS:
        raise Wrong("nobody is let in for now: start limen-ssh-host, and see what its status says")
    now = max([time.time(), *(boottime() + one for one in agreed)])
    if now - time.time() > ASTRAY_SECONDS or any(time.time() - boottime() - one > ASTRAY_SECONDS for one in agreed):
        raise Wrong("the clock is not Limen's")
    if now >= min(certificate.until, certificate.before):
        raise Wrong("what was permitted is over")
    if certificate.serial in read_json(KEPT / "ended"):
        raise Wrong("the certificate is revoked")
    if not ACCOUNT.fullmatch(account):
        raise Wrong("the account's name is none that Limen gives")
    if is_root(account):
        raise Wrong("nobody logs in as root with a certificate: that is for sudo, by an account of one's own")
    if OWN in certificate.extensions and not is_own(account):
        raise Wrong(
            f"{account} was here before Limen, or is the system's: `limen-ssh-host adopt {account}` if it is theirs"
        )


def begin(certificate: Certificate, account: str, pid: int) -> None:
    record = {
        "pid": pid,
        "start": start_of(pid),
        "serial": certificate.serial,
        "account": account,
        "until": certificate.until,
        "ends": boottime() + certificate.until - time.time(),
        "is_elevated": SUDO in certificate.extensions and OWN in certificate.extensions,
        "is_own": OWN in certificate.extensions,
        "logind": logind_of(pid),
        "audit": _audit_session(pid),
    }
    SESSIONS.mkdir(mode=0o700, parents=True, exist_ok=True)
    write(SESSIONS / f"{pid}-{record['start']}", json.dumps(record), 0o600)
    if record["is_elevated"]:
        write_sudoers(account)


def records() -> list[dict[str, Any]]:
    try:
        return [read_json(path) for path in SESSIONS.iterdir() if not path.name.startswith(".")]
    except FileNotFoundError:
        return []


def _record(pid: int) -> dict[str, Any] | None:
    return next((one for one in records() if one.get("pid") == pid and one.get("start") == start_of(pid)), None)


def forget(record: dict[str, Any]) -> None:
    (SESSIONS / f"{record['pid']}-{record['start']}").unlink(missing_ok=True)
    if record["is_elevated"]:
        write_sudoers(record["account"])


def write_sudoers(account: str) -> None:
    """Let this account act as root until the latest end of its elevated sessions, or not at all. sudo itself holds to
    that end (NOTAFTER of sudoers(5)), whatever becomes of this program.
    """
    if not ACCOUNT.fullmatch(account):
        return
    path = SUDOERS / f"limen-ssh_{account.replace('.', '_')}"
    with locked():
        ends = [
            one["until"]
            for one in records()
            if one.get("is_elevated") and one["account"] == account and start_of(one["pid"]) == one["start"]
        ]
        until = max(ends, default=0)
        if until <= time.time():
            path.unlink(missing_ok=True)
            return
        stamp = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(until))
        made = SUDOERS / f".limen.{account}.new"  # sudo reads no file with a dot in its name
        write(made, f"{account} ALL=(ALL:ALL) NOTAFTER={stamp} NOPASSWD: ALL\n", 0o440)
        if subprocess.run(["visudo", "-cqf", str(made)], check=False, capture_output=True).returncode:
            made.unlink()
            raise Wrong("this sudo knows no NOTAFTER: it has to be 1.8.20 or newer")
        os.replace(made, path)


# The clock


def boottime() -> float:
    """Seconds since the boot, which nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class LimensClock:
    """What time it is by Limen, which each answer tells: nobody who turns this host's clock makes anything last longer.

    Until the first answer after a boot, the time of the last state that Limen signed is the least that it can be.
    """

    def __init__(self) -> None:
        self.since_boot: float | None = None
        self._least = float(read_json(KEPT / "config").get("at", 0))

    def hear(self, at: float) -> None:
        self.since_boot = at - boottime()

    def astray(self) -> float:
        """By how many seconds this host's clock is ahead of Limen's (below 0: behind it)."""
        if self.since_boot is None:
            return min(time.time() - self._least, 0.0)
        return time.time() - boottime() - self.since_boot

    def is_right(self) -> bool:
        return abs(self.astray()) <= ASTRAY_SECONDS

    def written(self) -> str:
        """What `judge` reads: that this program runs, and how it tells Limen's time."""
        return f"{boottime()} {'' if self.since_boot is None else self.since_boot}"


# Processes


def start_of(pid: int) -> int:
    """When a process began, in ticks since the boot: its number alone may be another's by now. 0: it is gone."""
    fields = _stat(pid)
    return int(fields[19]) if fields else 0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on (proc(5))."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return fields if fields and fields[0] not in "ZX" else []


def processes_of(pid: int) -> set[int]:
    """A session's processes: what descends from it, and what carries its audit session although it was detached."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        fields = _stat(int(name)) if name.isdigit() else []
        if fields:
            parents[int(name)] = int(fields[1])
    found, size = {pid}, 0
    while len(found) != size:
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    audited = {_audit_session(one) for one in found - {pid}} - {_audit_session(os.getpid()), _audit_session(1), ""}
    return found | ({one for one in parents if _audit_session(one) in audited} if audited else set())


def _audit_session(pid: int) -> str:
    try:
        said = Path(f"/proc/{pid}/sessionid").read_text().strip()
    except OSError:
        return ""
    return "" if said == "4294967295" else said


def logind_of(pid: int) -> str:
    """The session of systemd-logind's that a process is in; "": none. The kernel tells it, and nobody's environment."""
    try:
        found = LOGIND.search(Path(f"/proc/{pid}/cgroup").read_text())
    except OSError:
        return ""
    return found[1] if found else ""


def end(record: dict[str, Any], why: str) -> None:
    """End a session with all that runs in it."""
    if start_of(record["pid"]) == record["start"]:
        syslog.syslog(f"ends the session of {record['account']} (serial {record['serial']}): {why}")
        if record["logind"] and Path("/run/systemd/system").exists():
            subprocess.run(["loginctl", "kill-session", "--signal=KILL", "--", record["logind"]], check=False)
        for _ in range(5):
            theirs = processes_of(record["pid"]) - {os.getpid(), 1}
            _send(theirs, signal.SIGSTOP)  # first nothing may begin anything, then all ends
            theirs |= processes_of(record["pid"]) - {os.getpid(), 1}
            _send(theirs, signal.SIGKILL)
            time.sleep(0.01)
            if not start_of(record["pid"]):
                break
    if start_of(record["pid"]) == record["start"]:  # the kernel has not let go of it: it is ended again in a moment
        keep_unelevated(record)
    else:
        leave_nothing(record)


def keep_unelevated(record: dict[str, Any]) -> None:
    """Nobody acts as root by it any more, whatever becomes of its processes."""
    if record["is_elevated"]:
        record = {**record, "is_elevated": False}
        write(SESSIONS / f"{record['pid']}-{record['start']}", json.dumps(record), 0o600)
        write_sudoers(record["account"])


def leave_nothing(record: dict[str, Any]) -> None:
    """A session is over, and so is what it leaves running: nothing would end it with the grant. What carries its audit
    session or its logind session ends, and all of an account of somebody's own when they are in nowhere else here.
    """
    forget(record)
    for _ in range(20):
        left = remains_of(record)
        if not left:
            break
        _send(left, signal.SIGSTOP)
        _send(remains_of(record) | left, signal.SIGKILL)
        time.sleep(0.01)
    if record.get("is_own") and Path("/run/systemd/system").exists() and not _is_in(record["account"]):
        Path("/var/lib/systemd/linger", record["account"]).unlink(missing_ok=True)
        subprocess.run(["loginctl", "terminate-user", "--", record["account"]], check=False, capture_output=True)


def remains_of(record: dict[str, Any]) -> set[int]:
    """What a session that is over has left running."""
    uid = read_json(MADE).get(record["account"]) if record.get("is_own") and not _is_in(record["account"]) else None
    found = set()
    for pid in {int(name) for name in os.listdir("/proc") if name.isdigit()} - {os.getpid(), record["pid"], 1}:
        is_audited = bool(record.get("audit")) and _audit_session(pid) == record["audit"]
        is_in_scope = bool(record["logind"]) and logind_of(pid) == record["logind"]
        if (is_audited or is_in_scope or (uid is not None and uid in _uids(pid))) and _stat(pid):
            found.add(pid)
    return found


def _is_in(account: str) -> bool:
    """Whether a session of this account is open."""
    return any(one["account"] == account and start_of(one["pid"]) == one["start"] for one in records())


def _uids(pid: int) -> set[int]:
    """Whom a process acts as, or could (real, effective, saved and of the file system; proc(5))."""
    try:
        said = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return set()
    return {int(word) for line in said.splitlines() if line.startswith("Uid:") for word in line.split()[1:]}


def _send(pids: set[int], what: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, what)
        except ProcessLookupError:
            continue


def is_used(record: dict[str, Any]) -> bool:
    """Whether somebody typed in a session within the last minute, or a command of it runs without a terminal."""
    others = [fields for fields in map(_stat, processes_of(record["pid"]) - {record["pid"]}) if fields]
    terminals = {int(fields[4]) for fields in others} - {0}
    if not terminals:
        return len(others) > 1
    now = time.time()
    for terminal in terminals:
        number = (terminal & 0xFF) | (terminal >> 12 & 0xFFF00)
        try:
            if now - os.stat(f"/dev/pts/{number}").st_atime < USED_SECONDS:
                return True
        except FileNotFoundError:
            continue
    return False


# What Limen says


class Limen:
    """Where Limen is, and how it is asked."""

    def __init__(self, url: str, authority: str = "", secret: str = "") -> None:
        place = urllib.parse.urlsplit(url)
        is_here = place.hostname in {"127.0.0.1", "::1"} or (place.hostname or "").endswith(".localhost")
        if place.scheme != "https" and not (place.scheme == "http" and is_here):
            raise Wrong("Limen is asked over https")
        self._url, self._secret = url.rstrip("/"), secret
        self.at = 0.0
        """What time it was there at the last answer, in seconds since 1970; 0: it did not say."""
        self._context = ssl.create_default_context(cafile=authority or None)

    def ask(self, path: str, said: dict[str, Any]) -> dict[str, Any] | None:
        """What Limen answers; None where there is nothing new. Raises OSError where it can't be asked."""
        headers = {"content-type": "application/json", "user-agent": "limen-ssh-host/1"}
        if self._secret:
            headers["authorization"] = f"Bearer {self._secret}"
        request = urllib.request.Request(self._url + path, json.dumps(said).encode(), headers, method="POST")
        opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=self._context), NoRedirects(), urllib.request.ProxyHandler({})
        )
        with opener.open(request, timeout=ANSWER_SECONDS) as answer:
            body, at = answer.read(MOST_BYTES + 1), answer.headers.get("limen-at", "")
        self.at = int(at) / 1000 if at.isdigit() and len(at) < 15 else 0.0
        if len(body) > MOST_BYTES:
            raise Wrong("Limen's answer is too long")
        return json.loads(body) if body else None


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """The secret goes nowhere else."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


def take_over(answer: dict[str, Any], *, is_first: bool = False) -> None:
    """Put a state into force that Limen's authority signed. Raises Wrong for any other, an older one, or another's."""
    text = answer["state"]
    if not is_first:
        verify(text, answer["signature"])
    said = json.loads(text)
    about = read_json(KEPT / "config")
    if said["host"] != about["host"]:
        raise Wrong("this state is another host's")
    if said["number"] < about.get("number", 0):
        raise Wrong("this state is older than the one in force")
    write(KEPT / "revoked", base64.b64decode(said["revoked"]))
    write(KEPT / "ended", json.dumps(said["ended"]), 0o600)
    write(KEPT / "authorities", "".join(f"{line}\n" for line in said["authorities"]))
    write(KEPT / "signers", "".join(f'limen namespaces="{NAMESPACE}" {line}\n' for line in said["signers"]))
    for account in said["accounts"]:
        create(account)
    for account in [one for one in read_json(MADE) if mark_of(one) in said.get("locked", [])]:
        lock(account)
    if said["certificate"]:
        write(KEPT / "host-certificate.pub", said["certificate"] + "\n")
    write(KEPT / "config", json.dumps({**about, "number": said["number"], "at": said["at"]}), 0o600)
    if said["certificate"] and not is_first:
        reload_sshd()


def verify(text: str, signature: str) -> None:
    """Raises Wrong where no authority that is known here signed this."""
    with tempfile.NamedTemporaryFile("w", suffix=".sig") as file:
        file.write(signature)
        file.flush()
        command = ["ssh-keygen", "-Y", "verify", "-f", str(KEPT / "signers"), "-I", "limen", "-n", NAMESPACE]
        done = subprocess.run([*command, "-s", file.name], input=text.encode(), capture_output=True, check=False)
    if done.returncode:
        raise Wrong("Limen's authority did not sign this state")


def create(account: str) -> None:
    """Somebody's own account, where there is none of that name. One that is there is left alone, and opens to nobody:
    a name after an address says nothing of whose it was.
    """
    if not ACCOUNT.fullmatch(account):
        raise Wrong("an account's name is none that Limen gives")
    if account in read_json(MADE):
        return
    try:
        pwd.getpwnam(account)
    except KeyError:
        subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", account], check=True, capture_output=True)
        adopt(account)
    else:
        syslog.syslog(
            syslog.LOG_WARNING, f"{account} was here before Limen, and is opened to nobody until it is adopted"
        )


def adopt(account: str) -> None:
    """From now on this account is the one of whom Limen calls so. Root says it of accounts that were here before."""
    if not ACCOUNT.fullmatch(account):
        raise Wrong("name the account: limen-ssh-host adopt ida")
    try:
        uid = pwd.getpwnam(account).pw_uid
    except KeyError:
        raise Wrong(f"there is no account {account}") from None
    if uid < 1000:
        raise Wrong(f"{account} is one of the system's")
    with locked():
        write(MADE, json.dumps({**read_json(MADE), account: uid}), 0o600)
        shut_jobs(account)


def shut_jobs(account: str) -> None:
    """Let an account leave no jobs behind (crontab(1), at(1)): they would run when nobody may act by it any more."""
    for program in ("cron", "at"):
        allowed, denied = Path(f"/etc/{program}.allow"), Path(f"/etc/{program}.deny")
        is_open = denied.exists() or (program == "cron" and Path("/etc/debian_version").exists())
        if is_open and not allowed.exists():  # where neither file is nobody but root may; Debian's cron alone lets all
            lines = denied.read_text().splitlines() if denied.exists() else []
            if account not in lines:
                write(denied, "".join(f"{line}\n" for line in [*lines, account]))


def mark_of(account: str) -> str:
    """What Limen calls an account whose owner was erased there."""
    return f"#{hashlib.sha256(account.encode()).hexdigest()[:31]}"


def lock(account: str) -> None:
    """Its owner is no more: nobody logs in to it, whatever they are called, and nothing runs in it."""
    command = ["usermod", "--lock", "--expiredate", "1", "--shell", "/usr/sbin/nologin", account]
    subprocess.run(command, check=False, capture_output=True)
    for record in records():
        if record["account"] == account:
            end(record, "its owner was erased")
    nothing = {"pid": 0, "start": 0, "account": account, "is_own": True, "is_elevated": True, "logind": "", "audit": ""}
    leave_nothing(nothing)
    with locked():
        write(MADE, json.dumps({name: uid for name, uid in read_json(MADE).items() if name != account}), 0o600)
    syslog.syslog(f"{account} is locked: its owner was erased")


def is_root(account: str) -> bool:
    """Whether it is root by another name, or by none that this host knows: then nobody can tell."""
    try:
        return pwd.getpwnam(account).pw_uid == 0
    except KeyError:
        return True


def is_own(account: str) -> bool:
    """Whether it is somebody's own by this program's doing, and still the same."""
    try:
        return bool(1000 <= pwd.getpwnam(account).pw_uid == read_json(MADE).get(account))
    except KeyError:
        return False


def reload_sshd() -> None:
    """Have sshd read its own certificate again; all else it reads at each login."""
    if Path("/run/systemd/system").exists():
        for unit in ("ssh.service", "sshd.service"):
            subprocess.run(["systemctl", "try-reload-or-restart", unit], check=False, capture_output=True)
        return
    pid = Path("/run/sshd.pid")
    if pid.exists():
        os.kill(int(pid.read_text()), signal.SIGHUP)


# Following


def follow() -> None:
    """Ask Limen, for ever; meanwhile end what has to end. While this host is not as it was checked nobody is let in."""
    RUN.mkdir(mode=0o700, exist_ok=True)
    for path in SUDOERS.glob("limen-ssh_*"):
        path.unlink()  # of sessions before a reboot; those that still are get theirs again
    for record in records():
        if record["is_elevated"]:
            write_sudoers(record["account"])
    changed, soundness, clock = threading.Event(), Soundness(), LimensClock()
    threading.Thread(target=_ask_for_ever, args=(changed, clock), daemon=True).start()
    while True:
        if soundness.holds() and clock.is_right():
            write(ALIVE, clock.written(), 0o600)
        else:
            ALIVE.unlink(missing_ok=True)
        look()
        changed.wait(TICK_SECONDS)
        changed.clear()


class Soundness:
    """Whether what begins here could be ended, looked at each second: packages write PAM's files anew."""

    def __init__(self) -> None:
        self.wrong = ""
        self._next = 0.0

    def holds(self) -> bool:
        now = time.monotonic()
        if now >= self._next:
            self._next, before = now + 1.0, self.wrong
            try:
                check_pam()
                self.wrong = ""
            except (Wrong, OSError) as wrong:
                self.wrong = str(wrong)
            if self.wrong not in {"", before}:
                syslog.syslog(syslog.LOG_ERR, self.wrong)
        return not self.wrong


def look() -> None:
    """End each session whose time is over or whose certificate is revoked; forget those that have gone."""
    now, ended = time.time(), set(read_json(KEPT / "ended"))
    for path in ADMITTED.glob("[0-9]*"):
        pid, _, start = path.name.partition("-")
        if str(start_of(int(pid))) != start:
            path.unlink(missing_ok=True)
    for record in records():
        try:
            if start_of(record["pid"]) != record["start"]:
                leave_nothing(record)
            elif record["serial"] in ended:
                end(record, "its certificate is revoked")
            elif now >= record["until"] or boottime() >= record.get("ends", 0):
                end(record, "its time is over")
        except (OSError, Wrong) as wrong:
            syslog.syslog(syslog.LOG_ERR, f"could not end a session: {wrong}")


def _ask_for_ever(changed: threading.Event, clock: LimensClock) -> None:
    wait, is_only, looked = 1.0, False, -LOOKED_SECONDS
    while True:
        try:
            if time.monotonic() >= looked + LOOKED_SECONDS or is_only != ONLY.exists():
                looked, is_only = time.monotonic(), not other_ways_in()
            about = read_json(KEPT / "config")
            limen = Limen(about["url"], about["authority"], about["secret"])
            open_now = records()
            used = [one["serial"] for one in open_now if is_used(one)]
            said: dict[str, Any] = {
                "after": about.get("number", 0),
                "open": [one["serial"] for one in open_now],
                "active": used,
                "only": is_only,
                "clock": int(clock.astray()),
            }
            answer = limen.ask("/ssh/host/state", said)
            if limen.at:
                clock.hear(limen.at)
            if not clock.is_right():
                syslog.syslog(syslog.LOG_ERR, f"nobody is let in: the clock is {clock.astray():.0f} s from Limen's")
            if answer is not None:
                take_over(answer)
                changed.set()
            wait = 1.0
        except Exception as wrong:  # noqa: BLE001 -- whatever is wrong, the ends in the certificates hold
            syslog.syslog(syslog.LOG_WARNING, f"Limen could not be followed: {wrong}")
            time.sleep(wait)
            wait = min(wait * 2, 15.0)


# Setting up


def enrol(url: str, authority: str, token: str) -> None:
    limen = Limen(url, authority)
    check_host()
    answer = limen.ask("/ssh/host/enrol", {"token": token, "key": HOST_KEY.read_text().strip()})
    if answer is None:
        raise Wrong("Limen answered nothing")
    KEPT.mkdir(mode=0o755, exist_ok=True)
    said = json.loads(answer["state"])
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", said["app"]):
        raise Wrong("Limen named no app")
    about = {"url": url, "authority": authority, "secret": answer["secret"], "host": said["host"], "app": said["app"]}
    write(KEPT / "config", json.dumps(about), 0o600)
    take_over(answer, is_first=True)
    verify(answer["state"], answer["signature"])
    install(said["app"])


def check_host() -> None:
    """Raises Wrong for a host that could not hold to what Limen says."""
    for program in ("ssh-keygen", "visudo", "useradd"):
        if shutil.which(program) is None:
            raise Wrong(f"{program} is missing: install openssh-server and sudo")
    if not HOST_KEY.exists():
        subprocess.run(["ssh-keygen", "-A"], check=True, capture_output=True)
    if not re.search(r"(?m)^\s*Include\s+/etc/ssh/sshd_config\.d/\*\.conf", Path("/etc/ssh/sshd_config").read_text()):
        raise Wrong("write `Include /etc/ssh/sshd_config.d/*.conf` at the top of /etc/ssh/sshd_config")
    if not PAM.exists():
        raise Wrong(f"{PAM} is missing: this sshd does not use PAM")
    check_pam()


def check_pam() -> None:
    """Raises Wrong where people write the environment of PAM themselves, in ~/.pam_environment (pam_env(8)): what runs
    as root in their session reads it.
    """
    seen: set[Path] = set()
    left = [PAM]
    while left and len(seen) < MOST_INCLUDED:
        path = left.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        for line in path.read_text(errors="replace").replace("\\\n", " ").splitlines():
            said = line.partition("#")[0]
            if READS_HOME.search(said):
                raise Wrong(f"people write PAM's environment: sed -i s/user_readenv=1/user_readenv=0/ {path}")
            left += [path.parent / name for name in INCLUDES.findall(said)]
    if left:
        raise Wrong(f"{PAM} includes more files than anybody reads")


def install(app: str) -> None:
    """The program itself, PAM, sshd and systemd. What sshd does not take is taken back."""
    if Path(__file__).resolve() != PROGRAM:
        write(PROGRAM, Path(__file__).read_bytes(), 0o755)
    lines = PAM.read_text().splitlines()
    mine = [line for line in lines if str(PROGRAM) not in line]
    write(PAM, "\n".join([LINES["account"], LINES["admit"], *mine, LINES["session"]]) + "\n")
    settings = (
        "# Written by limen-ssh-host: people log in with certificates of Limen's.\n"
        f"TrustedUserCAKeys {KEPT}/authorities\n"
        f"RevokedKeys {KEPT}/revoked\n"
        f"AuthorizedPrincipalsCommand {shutil.which('echo', path='/usr/bin:/bin')} %u@{app}\n"
        "AuthorizedPrincipalsCommandUser nobody\n"
        f"HostKey {str(HOST_KEY)[:-4]}\n"
        f"HostCertificate {KEPT}/host-certificate.pub\n"
        "UsePAM yes\n"
        "PermitUserEnvironment no\n"
    )
    write(SSHD, settings)
    check_sshd(SSHD)
    if Path("/run/systemd/system").exists():
        write(UNIT, _UNIT)
        subprocess.run(["systemctl", "daemon-reload"], check=True)
        subprocess.run(["systemctl", "enable", "--now", "--quiet", UNIT.name], check=True)
        subprocess.run(["systemctl", "restart", UNIT.name], check=True)
    reload_sshd()


_UNIT = f"""[Unit]
Description=Follow Limen: certificates that are revoked, and the end of SSH sessions
After=network.target

[Service]
ExecStart={PROGRAM} follow
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
"""


def check_sshd(written: Path) -> None:
    """Raises Wrong where sshd does not take this file, which is gone then."""
    Path("/run/sshd").mkdir(exist_ok=True)
    done = subprocess.run([_sshd(), "-t"], capture_output=True, text=True, check=False)
    if done.returncode:
        written.unlink()
        raise Wrong(f"sshd does not take {written}: {done.stderr.strip()[:300]}")


def _sshd() -> str:
    return shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "/usr/sbin/sshd"


def only() -> None:
    """From now on certificates are the only way in by SSH. The machine's own console stays as it is."""
    write(
        ONLY,
        "# Written by limen-ssh-host only: people log in with certificates of Limen's, and in no other way.\n"
        + "".join(f"{name} {value}\n" for name, value in SHUT.items()),
    )
    check_sshd(ONLY)
    reload_sshd()
    left = other_ways_in()
    if left:
        raise Wrong("others still get in, by what else sshd was told: " + "; ".join(left))


def other_ways_in() -> list[str]:
    """What of sshd's settings lets people in without Limen: as they are in force for each sshd that runs here, and what
    a `Match` changes of them for some.
    """
    if not ONLY.exists():
        return ["`limen-ssh-host only` was not run"]
    wanted = {**SHUT, "TrustedUserCAKeys": f"{KEPT}/authorities", "RevokedKeys": f"{KEPT}/revoked", "UsePAM": "yes"}
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
    if path in seen or len(seen) >= MOST_INCLUDED or not path.is_file():
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


def leave() -> None:
    if Path("/run/systemd/system").exists():
        subprocess.run(["systemctl", "disable", "--now", "--quiet", UNIT.name], check=False)
    for path in (SSHD, ONLY, UNIT, *SUDOERS.glob("limen-ssh_*")):
        path.unlink(missing_ok=True)
    if PAM.exists():
        write(PAM, "".join(line + "\n" for line in PAM.read_text().splitlines() if str(PROGRAM) not in line))
    shutil.rmtree(KEPT, ignore_errors=True)
    reload_sshd()


def status() -> None:
    about = read_json(KEPT / "config")
    if not about:
        raise Wrong("this host has not enrolled")
    check_pam()
    now = time.time()
    print(f"follows {about['url']} as a host of {about['app']}")
    for way in other_ways_in():
        print(f"others get in: {way}")
    for one in records():
        print(f"{one['account']}: {max(0, int(one['until'] - now))} s left{', acts as root' * one['is_elevated']}")


def main() -> int:
    parser = argparse.ArgumentParser(prog=PROGRAM.name, description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=("enrol", "only", "adopt", "status", "leave", "follow", "session", "admit"))
    parser.add_argument("about", nargs="?", default="", help="with enrol: where Limen is; with adopt: the account")
    parser.add_argument("--authority", default="", help="with enrol: the certificates to trust instead of the system's")
    chosen = parser.parse_args()
    os.umask(0o022)
    os.environ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    syslog.openlog(PROGRAM.name, syslog.LOG_PID, syslog.LOG_AUTH)
    if os.geteuid() != 0:
        parser.error("this needs root")
    try:
        if chosen.task == "enrol":
            token = sys.stdin.readline().strip() if not sys.stdin.isatty() else getpass.getpass("One-time token: ")
            enrol(chosen.about, os.path.abspath(chosen.authority) if chosen.authority else "", token)
        elif chosen.task == "adopt":
            adopt(chosen.about)
        elif chosen.task in {"session", "admit"}:
            session(dict(os.environ), chosen.task)
        else:
            {"only": only, "status": status, "leave": leave, "follow": follow}[chosen.task]()
    except (Wrong, OSError, ValueError, KeyError, subprocess.CalledProcessError) as wrong:
        said = f"HTTP {wrong.code}" if isinstance(wrong, urllib.error.HTTPError) else str(wrong)
        syslog.syslog(syslog.LOG_ERR, said)
        print(f"limen-ssh-host: {said}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
