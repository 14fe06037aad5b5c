"""What PAM is told, and what else it reads (pam.d(5))."""

from __future__ import annotations

import re
from pathlib import Path

from limen.enforcement.ssh.limen_ssh_host.places import PROGRAM
from limen.following.program.kept import Wrong, write

PAM = Path("/etc/pam.d/sshd")
MOST_INCLUDED = 50
_READS_HOME = re.compile(r"\buser_readenv\s*=\s*[^0\s\]]")
_INCLUDES = re.compile(r"^\s*(?:@include\s+|-?\w+\s+(?:include|substack)\s+)(\S+)")
_LINES = {
    "account": f"account    required pam_exec.so quiet {PROGRAM} session",
    "admit": f"session    required pam_exec.so quiet type=open_session {PROGRAM} admit",
    "session": f"session    required pam_exec.so quiet {PROGRAM} session",
}


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
            if _READS_HOME.search(said):
                raise Wrong(f"people write PAM's environment: sed -i s/user_readenv=1/user_readenv=0/ {path}")
            left += [path.parent / name for name in _INCLUDES.findall(said)]
    if left:
        raise Wrong(f"{PAM} includes more files than anybody reads")


def call_from_pam() -> None:
    """Have PAM call this program at each login. What was there stays as it is."""
    write(PAM, "\n".join([_LINES["account"], _LINES["admit"], *_others(), _LINES["session"]]) + "\n", 0o644)


def leave_pam() -> None:
    if PAM.exists():
        write(PAM, "".join(f"{line}\n" for line in _others()), 0o644)


def _others() -> list[str]:
    return [line for line in PAM.read_text().splitlines() if str(PROGRAM) not in line]
