"""What kind of export a file is, by what stands in it. Its name decides only where nothing stands in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePath
from typing import Final, NamedTuple

from limen.assessing.entries import Entries, csv_entries, json_entries
from limen.assessing.folder import File
from limen.assessing.kinds import Kind
from limen.errors import LimenError
from limen.network.reading.files import File as RulesFile, read_files

_OF_JSON: Final[tuple[tuple[frozenset[str], Kind], ...]] = (
    (frozenset({"nftables"}), Kind.FIREWALL),
    (frozenset({"ifname", "addr_info"}), Kind.ADDRESSES),
    (frozenset({"methodsRegistered"}), Kind.ENTRA_FACTORS),
    (frozenset({"isMfaRegistered"}), Kind.ENTRA_FACTORS),
    (frozenset({"createdDateTime", "appDisplayName", "status"}), Kind.ENTRA_SIGN_INS),
    (frozenset({"roleTemplateId", "members"}), Kind.ENTRA_ROLES),
    (frozenset({"conditions", "grantControls", "state"}), Kind.ENTRA_POLICIES),
    (frozenset({"appId", "servicePrincipalType"}), Kind.ENTRA_APPS),
    (frozenset({"clientId", "consentType", "scope"}), Kind.ENTRA_CONSENTS),
    (frozenset({"deviceName", "complianceState"}), Kind.INTUNE),
    (frozenset({"deviceName", "managementAgent"}), Kind.INTUNE),
    (frozenset({"primaryEmail"}), Kind.GOOGLE_USERS),
    (frozenset({"displayText", "scopes", "clientId"}), Kind.GOOGLE_TOKENS),
    (frozenset({"events", "actor", "id"}), Kind.GOOGLE_TOKENS),
    (frozenset({"userPrincipalName"}), Kind.ENTRA_USERS),
)
"""By which of its keys an object is known; the first that fits counts."""
_OF_CSV: Final[tuple[tuple[frozenset[str], Kind], ...]] = (
    (frozenset({"methodsregistered"}), Kind.ENTRA_FACTORS),
    (frozenset({"ismfaregistered"}), Kind.ENTRA_FACTORS),
    (frozenset({"dateutc", "application", "status"}), Kind.ENTRA_SIGN_INS),
    (frozenset({"createddatetime", "appdisplayname"}), Kind.ENTRA_SIGN_INS),
    (frozenset({"primaryemail"}), Kind.GOOGLE_USERS),
    (frozenset({"emailaddressrequired"}), Kind.GOOGLE_USERS),
    (frozenset({"clientid", "scopes"}), Kind.GOOGLE_TOKENS),
    (frozenset({"devicename", "compliance"}), Kind.INTUNE),
    (frozenset({"userprincipalname"}), Kind.ENTRA_USERS),
)
_CONTEXTS: Final = {
    "users": Kind.ENTRA_USERS,
    "userregistrationdetails": Kind.ENTRA_FACTORS,
    "signins": Kind.ENTRA_SIGN_INS,
    "directoryroles": Kind.ENTRA_ROLES,
    "policies": Kind.ENTRA_POLICIES,
    "serviceprincipals": Kind.ENTRA_APPS,
    "oauth2permissiongrants": Kind.ENTRA_CONSENTS,
    "manageddevices": Kind.INTUNE,
}
"""What Graph's annotation calls them."""
HOSTS: Final = frozenset({"hostname", "host", "devicename", "computername", "device", "name"})
SYSTEMS: Final = frozenset({"os", "operatingsystem", "system", "platform", "osversion"})
_ADDRESSES: Final = frozenset({"email", "mail", "emailaddress", "emailadresse", "mailadresse"})
_CONTEXT: Final = re.compile(r"\$metadata#(?:[A-Za-z0-9]+/)*([A-Za-z0-9]+)")
_ZONE: Final = re.compile(r"^(?:\$ORIGIN\s|\S+\s+(?:\d+\w?\s+)?(?:IN\s+)?(?:\d+\w?\s+)?SOA\s)", re.MULTILINE)
_HEAD: Final = 1 << 16


class Recognised(NamedTuple):
    """`kind` is None for what is no export that anything is known of. `entries` where the file has such."""

    file: File
    kind: Kind | None
    entries: Entries | None = None


def recognised(file: File) -> Recognised:
    """Raises RefusedError for a file that is cut short, or broken."""
    head = file.data[:_HEAD].lstrip()
    if head.startswith((b"{", b"[")):
        entries = json_entries(file)
        if entries is None:
            return Recognised(file, None)
        return Recognised(file, _of_json(file, entries), entries)
    text = head.decode("utf-8", "ignore")
    if _ZONE.search(text):
        return Recognised(file, Kind.DNS)
    if _is_firewall(file):
        return Recognised(file, Kind.FIREWALL)
    rows = csv_entries(file)
    kind = None if rows is None else _of_csv(rows.keys)
    return Recognised(file, kind, rows if kind is not None else None)


def _of_json(file: File, entries: Entries) -> Kind | None:
    named = _CONTEXT.search(entries.context)
    if named and (kind := _CONTEXTS.get(named[1].casefold())):
        return kind
    if not entries.keys:
        return _of_name(file.name)
    kind = next((kind for keys, kind in _OF_JSON if keys <= entries.keys), None)
    return kind or (Kind.FIREWALL if _is_firewall(file) else None)


def _of_csv(keys: Collection[str]) -> Kind | None:
    there = frozenset(keys)
    kind = next((kind for keys, kind in _OF_CSV if keys <= there), None)
    if kind is not None:
        return kind
    if there & HOSTS and there & SYSTEMS:
        return Kind.DEVICES
    return Kind.PEOPLE if there & _ADDRESSES else None


def _of_name(name: str) -> Kind | None:
    """What is empty is known by the name that `limen assess --how` gives it."""
    stem = re.sub(r"[^a-z]", "", PurePath(name).stem.casefold())
    return _STEMS.get(stem)


_STEMS: Final = {
    "users": Kind.ENTRA_USERS,
    "factors": Kind.ENTRA_FACTORS,
    "signins": Kind.ENTRA_SIGN_INS,
    "roles": Kind.ENTRA_ROLES,
    "policies": Kind.ENTRA_POLICIES,
    "apps": Kind.ENTRA_APPS,
    "consents": Kind.ENTRA_CONSENTS,
    "intune": Kind.INTUNE,
}


def _is_firewall(file: File) -> bool:
    """Whether the readers of `limen network import` know what firewall it is of."""
    try:
        read_files([RulesFile(file.name, file.data.decode())])
    except LimenError as error:
        return "can't be told" not in error.what and "is not JSON" not in error.what
    except RecursionError:
        return False
    return True
