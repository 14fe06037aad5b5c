"""A real slapd (OpenLDAP) on loopback, with Harbor's people and groups in it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ldap3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.ports import free_port

BASE = "dc=harbor,dc=example"
PEOPLE = f"ou=people,{BASE}"
GROUPS = f"ou=groups,{BASE}"
DOMAIN_ADMINS = f"cn=domain-admins,{GROUPS}"
DATABASE_ADMINS = f"cn=database-admins,{GROUPS}"
KEEPER = f"cn=keeper,{GROUPS}"
"""Who is in the group of names for good: groupOfNames lets no group be empty (RFC 4519)."""
LIMEN = f"cn=limen,{BASE}"
READER = f"cn=reader,{BASE}"
"""As LIMEN, but slapd gives it answers of any length."""
SECRET = "limen's own, at slapd"
LOCKED = "000001010000Z"
"""What ppolicy writes into pwdAccountLockedTime where an administrator locked an account for good."""
_CONFIG = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/slapd.crt
TLSCertificateKeyFile {folder}/slapd.key
security simple_bind=128
sizelimit 500
database mdb
maxsize 268435456
suffix "{base}"
rootdn "cn=root,{base}"
rootpw "{secret}"
directory {folder}/data
index objectClass,mail,uid,entryUUID eq
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="{groups}" by dn.exact="{limen}" write by dn.exact="{reader}" read by * none
access to * by dn.exact="{limen}" read by dn.exact="{reader}" read by * none
limits dn.exact="{reader}" size.soft=unlimited size.hard=unlimited size.prtotal=unlimited
overlay memberof
overlay ppolicy
"""


def has_slapd() -> bool:
    return _program() is not None


def _program() -> str | None:
    return shutil.which("slapd") or shutil.which("/usr/sbin/slapd")


@dataclass
class Slapd:
    """Started, stopped and started again on the same ports, with the same data."""

    folder: Path
    ldaps: int = field(default_factory=free_port)
    ldap: int = field(default_factory=free_port)
    trust: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"ldaps://localhost:{self.ldaps}"

    def start(self) -> None:
        program = _program()
        assert program is not None
        urls = f"ldaps://127.0.0.1:{self.ldaps} ldap://127.0.0.1:{self.ldap}"
        self.process = subprocess.Popen(
            [program, "-d", "0", "-f", str(self.folder / "slapd.conf"), "-h", urls], stderr=subprocess.DEVNULL
        )
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.ldaps), 1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("slapd did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def as_root(self) -> Any:
        """A connection of its administrator's, who does what nobody asked Limen about."""
        tls = ldap3.Tls(ca_certs_data=self.trust)
        there = ldap3.Server("localhost", self.ldaps, use_ssl=True, tls=tls, get_info=ldap3.NONE)
        return ldap3.Connection(there, f"cn=root,{BASE}", SECRET, auto_bind=True, check_names=False)

    def members(self, group: str = DOMAIN_ADMINS, attribute: str = "member") -> list[str]:
        """Who is in it, but for its keeper."""
        with self.as_root() as root:
            root.search(group, "(objectClass=*)", "BASE", attributes=[attribute])
            found = root.response[0]["attributes"].get(attribute, [])
        return sorted(one for one in found if one != KEEPER)

    def change(self, group: str, how: str, *members: str, attribute: str = "member") -> None:
        with self.as_root() as root:
            assert root.modify(group, {attribute: [(how, list(members))]}), root.result

    def add_person(self, uid: str, name: str, mail: str, **more: Any) -> str:
        """Their distinguished name."""
        dn = f"uid={uid},{PEOPLE}"
        said = {"cn": name, "sn": name.rsplit(maxsplit=1)[-1], "uid": uid, **({"mail": mail} if mail else {}), **more}
        with self.as_root() as root:
            assert root.add(dn, ["inetOrgPerson"], said), root.result
        return dn

    def add_group(self, name: str, *members: str) -> str:
        """Its distinguished name."""
        dn = f"cn={name},{GROUPS}"
        with self.as_root() as root:
            assert root.add(dn, ["groupOfNames"], {"cn": name, "member": list(members)}), root.result
        return dn

    def set(self, dn: str, **said: Any) -> None:
        """Each attribute has this value from now on; None: it has none."""
        changes = {name: [("MODIFY_REPLACE", [] if value is None else [value])] for name, value in said.items()}
        with self.as_root() as root:
            assert root.modify(dn, changes), root.result

    def hide(self, attribute: str) -> None:
        """From Limen, from now on; it is started anew."""
        self.stop()
        config = self.folder / "slapd.conf"
        shown = config.read_text()
        rule = f"access to attrs={attribute} by * none\n"
        config.write_text(shown.replace("access to ", f"{rule}access to ", 1))
        self.start()

    def delete(self, dn: str) -> None:
        with self.as_root() as root:
            assert root.delete(dn), root.result

    def add_people(self, number: int) -> None:
        """Person 0, 1, …, with the addresses p0@harbor.example, …"""
        with self.as_root() as root:
            for one in range(number):
                said = {"cn": f"Person {one}", "sn": "Person", "mail": f"p{one}@harbor.example"}
                assert root.add(f"uid=p{one},{PEOPLE}", ["inetOrgPerson"], said), root.result

    def rename(self, dn: str, uid: str) -> str:
        with self.as_root() as root:
            assert root.modify_dn(dn, f"uid={uid}"), root.result
        return f"uid={uid},{PEOPLE}"


@contextmanager
def running(folder: Path) -> Iterator[Slapd]:
    """slapd with Harbor's groups and no people, until the end."""
    (folder / "data").mkdir(parents=True)
    there = Slapd(folder)
    there.trust = certificate(folder, "slapd", "127.0.0.9")
    sign_in = ["organizationalRole", "simpleSecurityObject"]
    config = _CONFIG.format(folder=folder, base=BASE, secret=SECRET, groups=GROUPS, limen=LIMEN, reader=READER)
    (folder / "slapd.conf").write_text(config)
    there.start()
    try:
        with there.as_root() as root:
            for dn, classes, said in (
                (BASE, ["dcObject", "organization"], {"dc": "harbor", "o": "Harbor"}),
                (PEOPLE, ["organizationalUnit"], {"ou": "people"}),
                (GROUPS, ["organizationalUnit"], {"ou": "groups"}),
                (LIMEN, sign_in, {"cn": "limen", "userPassword": SECRET}),
                (READER, sign_in, {"cn": "reader", "userPassword": SECRET}),
                (DOMAIN_ADMINS, ["groupOfNames"], {"cn": "domain-admins", "member": KEEPER}),
                (DATABASE_ADMINS, ["posixGroup"], {"cn": "database-admins", "gidNumber": "5000"}),
            ):
                assert root.add(dn, classes, said), root.result
        yield there
    finally:
        there.stop()


def certificate(folder: Path, program: str, address: str) -> str:
    """Of localhost and this address, signed by itself; as PEM. It and its key are files called after the program."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{program} of Harbor")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(address))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / f"{program}.crt").write_bytes(pem)
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    kept = folder / f"{program}.key"
    kept.write_bytes(secret)
    kept.chmod(0o600)
    return pem.decode()
