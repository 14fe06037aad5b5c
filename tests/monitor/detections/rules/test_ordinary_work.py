"""What administrators, updates and programs do daily raises no alert: a list of ours, and no rate of false alarms."""

from __future__ import annotations

import pytest

from limen.monitor.detections.own_rules import QUIET, own_rules
from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.normal_form.event import NormalEvent

EXPLORER = r"C:\Windows\explorer.exe"
LINUX = (
    "/usr/bin/apt-get -y upgrade",
    "apt-get -y install clamav-daemon auditd",
    "dnf -y remove cowsay",
    "systemctl restart nginx",
    "systemctl reload rsyslog",
    "systemctl status auditd",
    "systemctl enable --now limen-agent",
    "ufw allow 443/tcp",
    "nft -f /etc/nftables.conf",
    "iptables-save",
    "journalctl --vacuum-time=14d",
    "journalctl --vacuum-size=500M",
    "journalctl -u nginx --since today",
    "logrotate /etc/logrotate.conf",
    "gzip /var/log/nginx/access.log.1",
    "rm -f /var/log/nginx/access.log.14.gz",
    "tail -f /var/log/auth.log",
    "restic backup /srv/files",
    "restic forget --keep-daily 7 --keep-weekly 5 --prune",
    "borg prune --keep-daily 7 /srv/repo",
    "borg create /srv/repo::2026-11-27 /srv/files",
    "rsync -a --delete /srv/files/ backup1:/srv/backup/files/",
    "rm -rf /var/tmp/build-77",
    "rm -rf /srv/app/releases/20261001",
    "zfs snapshot tank/data@daily",
    "zfs list -t snapshot",
    "chmod 755 /usr/local/bin/tool",
    "chmod -R u+rwX,go+rX /srv/www",
    "chmod u+x /root/.ansible/tmp/ansible-tmp-17/AnsiballZ_setup.py",
    "chmod 0600 /home/jane/.ssh/authorized_keys",
    "setcap cap_net_bind_service=+ep /usr/bin/caddy",
    "usermod -s /bin/zsh jane",
    "usermod -aG printers jane",
    "useradd -m -s /bin/bash jane",
    "passwd jane",
    "crontab -l",
    "run-parts --report /etc/cron.daily",
    "/usr/bin/certbot -q renew",
    "/usr/sbin/sendmail -i -FCronDaemon -B8BITMIME -oem root",
    "docker compose up -d",
    "docker run --rm -v /srv/app:/app node:22 npm ci",
    "podman run -d -p 8080:80 nginx",
    "git pull --rebase",
    "curl -fsS https://wiki.harbor.example/health",
    "curl -fsSL https://download.docker.com/linux/debian/gpg -o /etc/apt/keyrings/docker.asc",
    "wget -q https://releases.harbor.example/app.tar.gz -O /srv/app.tar.gz",
    "sh -c curl -fsSL https://sh.rustup.rs | sh",
    "nc -z db1 5432",
    "ssh backup1 true",
    "ssh-keygen -t ed25519 -f /root/.ssh/id_ed25519 -N ",
    "ssh-copy-id jane@web1",
    "openssl req -new -key web1.key -out web1.csr",
    "gpg --verify SHA256SUMS.gpg",
    "python3 -m venv /srv/app/venv",
    "python3 -c import ssl; print(ssl.OPENSSL_VERSION)",
    "modprobe nf_conntrack",
    "cat /etc/passwd",
    "getent group sudo",
    "pkill -HUP nginx",
    "base64 -d /srv/app/key.b64",
    "tar czf /srv/backup/etc.tgz /etc",
)
WINDOWS = (
    (r"C:\Windows\System32\svchost.exe", "svchost.exe -k netsvcs -p -s Schedule", r"C:\Windows\System32\services.exe"),
    (r"C:\Windows\System32\cmd.exe", "cmd /c ver", EXPLORER),
    (r"C:\Windows\System32\whoami.exe", "whoami", EXPLORER),
    (r"C:\Windows\System32\net.exe", r"net use z: \\srv-files\plans", EXPLORER),
    (r"C:\Windows\System32\vssadmin.exe", "vssadmin list shadows", EXPLORER),
    (r"C:\Windows\System32\wbadmin.exe", "wbadmin start backup -backupTarget:E: -quiet", EXPLORER),
    (r"C:\Windows\System32\bcdedit.exe", "bcdedit /enum", EXPLORER),
    (r"C:\Windows\System32\sc.exe", "sc query windefend", EXPLORER),
    (r"C:\Windows\System32\net.exe", "net stop spooler", EXPLORER),
    (r"C:\Windows\System32\netsh.exe", "netsh advfirewall show allprofiles", EXPLORER),
    (r"C:\Windows\System32\netsh.exe", "netsh advfirewall firewall add rule name=App dir=in action=allow", EXPLORER),
    (
        r"C:\Windows\System32\schtasks.exe",
        r'schtasks /create /sc daily /tn Backup /tr "C:\Program Files\B\b.exe"',
        EXPLORER,
    ),
    (r"C:\Windows\System32\schtasks.exe", "schtasks /query /fo list", EXPLORER),
    (r"C:\Windows\System32\reg.exe", r"reg query HKLM\Software\Microsoft", EXPLORER),
    (r"C:\Windows\System32\reg.exe", r"reg export HKCU\Software\App c:\app.reg", EXPLORER),
    (r"C:\Windows\System32\certutil.exe", "certutil -hashfile setup.exe SHA256", EXPLORER),
    (r"C:\Windows\System32\regsvr32.exe", r"regsvr32 /s C:\Program Files\App\shell.dll", EXPLORER),
    (r"C:\Windows\System32\rundll32.exe", "rundll32 shell32.dll,Control_RunDLL desk.cpl", EXPLORER),
    (r"C:\Windows\System32\mshta.exe", r"mshta C:\Program Files\App\help.hta", EXPLORER),
    (r"C:\Windows\splwow64.exe", "splwow64 8192", r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"),
    (r"C:\Program Files\Google\Chrome\Application\chrome.exe", "chrome --type=renderer --lang=de", EXPLORER),
    (r"C:\Users\jane\AppData\Local\slack\slack.exe", "slack.exe --process-start-args", EXPLORER),
    (r"C:\Program Files (x86)\TeamViewer\TeamViewer_Service.exe", "TeamViewer_Service.exe", EXPLORER),
    (r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", r"powershell -File C:\it\inventory.ps1", EXPLORER),
    (r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", "powershell Get-MpComputerStatus", EXPLORER),
    (
        r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        r"powershell -ExecutionPolicy Bypass -NoProfile -File C:\it\logon.ps1",
        EXPLORER,
    ),
    (
        r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        "powershell -NonInteractive -EncodedCommand RwBlAHQALQBJAHQAZQBtACAAQwA6AFwAIAB8ACAATwB1AHQALQBOAHUAbABsAA==",
        r"C:\Program Files (x86)\Microsoft Intune Management Extension\AgentExecutor.exe",
    ),
    (
        r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        "powershell Invoke-WebRequest https://releases.harbor.example/setup.msi -OutFile setup.msi",
        EXPLORER,
    ),
)


def loud(event: NormalEvent) -> list[str]:
    return [hit.title for hit in SigmaDetector(own_rules()).feed(event) if hit.level not in QUIET]


@pytest.mark.parametrize("service", ["sudo", "auditd"])
@pytest.mark.parametrize("command", LINUX)
def test_on_linux(command: str, service: str) -> None:
    event = NormalEvent(
        uid="e", at=1, received_at=1, source="web1", product="linux", service=service, class_uid=3003, status_id=1,
        host="web1", user="jane", command_line=command, raw=f"{service}[7]: jane : USER=root ; COMMAND={command}",
    )  # fmt: skip
    assert loud(event) == []


@pytest.mark.parametrize(("program", "command", "parent"), WINDOWS)
def test_on_windows(program: str, command: str, parent: str) -> None:
    said = {"EventID": 1, "Image": program, "CommandLine": command, "ParentImage": parent, "User": "jane"}
    event = NormalEvent(
        uid="e", at=1, received_at=1, source="pc", product="windows", category="process_creation", service="sysmon",
        host="wren", user="jane", process=program, command_line=command, fields=said,
    )  # fmt: skip
    assert loud(event) == []
