"""What PAM calls at each login and its end, as root. An error refuses."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from limen.enforcement.ssh.limen_ssh_host.accounts import is_own, is_root
from limen.enforcement.ssh.limen_ssh_host.alive import time_agreed
from limen.enforcement.ssh.limen_ssh_host.certificates import Certificate, presented
from limen.enforcement.ssh.limen_ssh_host.pam import check_pam
from limen.enforcement.ssh.limen_ssh_host.places import ACCOUNT, KEPT, OWN, RUN, SUDO
from limen.enforcement.ssh.limen_ssh_host.processes import audit_session, logind_of, start_of
from limen.enforcement.ssh.limen_ssh_host.records import keep, record_of
from limen.enforcement.ssh.limen_ssh_host.sessions import leave_nothing
from limen.enforcement.ssh.limen_ssh_host.sudo import write_sudoers
from limen.following.program.clock import boottime
from limen.following.program.kept import Wrong, write


def session(environment: dict[str, str], task: str) -> None:
    """What PAM calls, as root: first in `account`, first in `session` (`admit`), and last in it. An error refuses."""
    kind, account, pid = environment.get("PAM_TYPE", ""), environment.get("PAM_USER", ""), os.getppid()
    info = environment.get("SSH_AUTH_INFO_0", "")
    if kind == "close_session":
        found = record_of(pid)
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
    found, path = presented(info), admitted_file(pid)
    path.unlink(missing_ok=True)
    if found is not None:
        judge(found[1], account)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write(path, found[0])


def open_session(info: str, account: str, pid: int) -> None:
    """Begin the session of the certificate that was admitted. Raises Wrong where the environment says another by now,
    or none: whoever changed it is not sshd.
    """
    path = admitted_file(pid)
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
    now = time_agreed()
    if now >= min(certificate.until, certificate.before):
        raise Wrong("what was permitted is over")
    if certificate.serial in KEPT.read("ended"):
        raise Wrong("the certificate is revoked")
    if not ACCOUNT.fullmatch(account):
        raise Wrong("the account's name is none that Limen gives")
    if is_root(account):
        raise Wrong("nobody logs in as root with a certificate: that is for sudo, by an account of one's own")
    if OWN in certificate.extensions and not is_own(account):
        raise Wrong(
            f"{account} was here before Limen, or is the system's: `limen-ssh-host adopt {account}` if it is theirs"
        )


def admitted_file(pid: int) -> Path:
    """Where the certificate is kept between the first and the last line of the session of this process of sshd."""
    return RUN.path("admitted") / f"{pid}-{start_of(pid)}"


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
        "audit": audit_session(pid),
    }
    keep(record)
    if record["is_elevated"]:
        write_sudoers(account)
