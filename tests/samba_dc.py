"""A real Active Directory domain controller on loopback: Samba's, not Microsoft's, of the invented company Harbor.

It answers as MS-ADTS describes: objectGUID, userAccountControl, uSNChanged, groups in groups by one question.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ldap3
from tests.slapd import certificate

BASE = "DC=harbor,DC=example"
PEOPLE = f"OU=People,{BASE}"
GROUPS = f"OU=Groups,{BASE}"
SERVICES = f"OU=Services,{BASE}"
ADMINISTRATOR = "Administrator@harbor.example"
LIMEN = "limen@harbor.example"
SECRET = "Limen-at-Samba-1"
NORMAL, DISABLED, WORKSTATION = 0x220, 0x222, 0x1000
"""Of userAccountControl: an account that needs no password, one that is disabled, and one of a machine."""
USER_ACCOUNT_CONTROL = "bf967a68-0de6-11d0-a285-00aa003049e2"
"""The schema id of the attribute (MS-ADA3)."""
_AUTHENTICATED = "AU"
_CONFIG = """[global]
netbios name = DC1
realm = HARBOR.EXAMPLE
workgroup = HARBOR
server role = active directory domain controller
server services = ldap
interfaces = {address}/8
bind interfaces only = yes
private dir = {folder}/private
lock directory = {folder}
state directory = {folder}/state
cache directory = {folder}/cache
pid directory = {folder}
ncalrpc dir = {folder}/ncalrpc
log file = {folder}/log
tls certfile = {folder}/samba.crt
tls keyfile = {folder}/samba.key
tls cafile =
"""


def has_samba() -> bool:
    """Whether a domain controller can be made here: only root may write what it keeps beside its files."""
    return shutil.which("samba", path=_PATH) is not None and os.geteuid() == 0


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"


@dataclass
class SambaDc:
    """It listens on an address of its own, since its ports are fixed."""

    folder: Path
    address: str
    trust: str

    @property
    def url(self) -> str:
        return f"ldaps://{self.address}"

    def as_root(self) -> Any:
        tls = ldap3.Tls(ca_certs_data=self.trust)
        there = ldap3.Server(self.address, 636, use_ssl=True, tls=tls, get_info=ldap3.NONE)
        return ldap3.Connection(there, ADMINISTRATOR, SECRET, auto_bind=True, check_names=False)

    def add(self, dn: str, classes: list[str], said: dict[str, Any]) -> str:
        """The same name."""
        with self.as_root() as root:
            assert root.add(dn, classes, said), root.result
        return dn

    def add_person(self, uid: str, name: str, mail: str, **said: Any) -> str:
        """Their distinguished name."""
        all_said = {
            "sAMAccountName": uid,
            "displayName": name,
            "userAccountControl": NORMAL,
            **({"mail": mail} if mail else {}),
            **said,
        }
        return self.add(f"CN={name},{PEOPLE}", ["user"], all_said)

    def add_group(self, name: str, *members: str) -> str:
        said = {"sAMAccountName": name, **({"member": list(members)} if members else {})}
        return self.add(f"CN={name},{GROUPS}", ["group"], said)

    def set(self, dn: str, **said: Any) -> None:
        """Each attribute has this value from now on; None: it has none."""
        changes = {name: [("MODIFY_REPLACE", [] if value is None else [value])] for name, value in said.items()}
        with self.as_root() as root:
            assert root.modify(dn, changes), root.result

    def deny_reading(self, dn: str, schema_id: str) -> None:
        """Nobody but administrators reads the attribute of this schema id there, from now on."""
        right = f"(OD;;RP;{schema_id};;{_AUTHENTICATED})"
        database = f"--URL={self.folder}/private/sam.ldb"
        config = f"--configfile={self.folder}/etc/smb.conf"
        command = ["samba-tool", "dsacl", "set", database, config, f"--objectdn={dn}", f"--sddl={right}"]
        subprocess.run(command, check=True, capture_output=True)

    def delete(self, dn: str) -> None:
        with self.as_root() as root:
            assert root.delete(dn), root.result


@contextmanager
def running(folder: Path) -> Iterator[SambaDc]:
    """A domain controller with Harbor's units and Limen's account in it, until the end."""
    folder.mkdir(parents=True, exist_ok=True)
    number = os.getpid()
    address = f"127.77.{number >> 8 & 255}.{number & 255}"  # of this process alone, as other runs may be there
    there = SambaDc(folder, address, certificate(folder, "samba", address))
    _provision(folder)
    config = folder / "etc" / "smb.conf"
    config.write_text(_CONFIG.format(folder=folder, address=address))
    program = shutil.which("samba", path=_PATH)
    assert program is not None
    command = [program, "-s", str(config), "-i", "-M", "single", "--no-process-group", "-d", "0"]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        _wait_for(address, process)
        _fill(there)
        yield there
    finally:
        process.terminate()
        process.wait(10)


def _provision(folder: Path) -> None:
    subprocess.run(
        [
            "samba-tool",
            "domain",
            "provision",
            f"--targetdir={folder}",
            "--realm=HARBOR.EXAMPLE",
            "--domain=HARBOR",
            "--server-role=dc",
            "--dns-backend=NONE",
            f"--adminpass={SECRET}",
            "--host-name=dc1",
            "--host-ip=127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "samba ended"
        try:
            socket.create_connection((address, 636), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("samba did not start")


def _fill(there: SambaDc) -> None:
    for unit in (PEOPLE, GROUPS, SERVICES):
        there.add(unit, ["organizationalUnit"], {})
    said = {
        "sAMAccountName": "limen",
        "userPrincipalName": LIMEN,
        "userAccountControl": 0x200,
        "unicodePwd": f'"{SECRET}"'.encode("utf-16-le"),
    }
    there.add(f"CN=limen,{SERVICES}", ["user"], said)
