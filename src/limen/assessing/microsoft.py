"""What exports of Entra ID and Intune tell: users, factors, roles, policies, sign-ins, apps, consents, devices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from limen.assessing.entries import Entry
from limen.assessing.kinds import Kind, Provider
from limen.assessing.told import Account, Consent, ListedDevice, Registered, SignIn, Told
from limen.clock import DAY
from limen.devices.sources.intune import record_of
from limen.monitor.normal_form.flattening import flat
from limen.monitor.normal_form.mappers.microsoft import SIGN_INS
from limen.roadmap.identity.evidence import PolicyElsewhere
from limen.roadmap.identity.imported import LEGACY, why_weak

INTUNE_SOURCE: Final = "intune"
MEMBERS_AT_ONCE: Final = 20
"""As many as Graph gives of what is expanded."""
_CODES: Final = frozenset(
    (
        "microsoftauthenticatorpush",
        "microsoftauthenticatorpasswordless",
        "softwareonetimepasscode",
        "hardwareonetimepasscode",
        "mobilephone",
        "alternatemobilephone",
        "officephone",
    )
)
"""Registered methods (`methodsRegistered`) that are a second factor, if a weak one."""
_PASSKEYS: Final = frozenset(
    (
        "passkeydevicebound",
        "passkeydeviceboundauthenticator",
        "passkeydeviceboundwindowshello",
        "passkeysynced",
        "fido2",
        "fido2securitykey",
        "windowshelloforbusiness",
        "macossecureenclavekey",
    )
)
_RESISTANT: Final = ("fido2", "passkey", "windows hello", "x.509", "certificate")
"""Parts of what sign-ins call methods that can't be phished (`authenticationDetails.authenticationMethod`)."""
_ENFORCED: Final = {"enabled": "", "enabledForReportingButNotEnforced": "it only reports", "disabled": "it is disabled"}
_SYSTEMS: Final = (
    ("windows", "windows"),
    ("mac", "macos"),
    ("ios", "iphone"),
    ("ipad", "ipad"),
    ("android", "android"),
    ("linux", "linux"),
)


def take_users(told: Told, one: Entry) -> None:
    user = one.text("userPrincipalName").casefold()
    address = one.text("mail", "email").casefold() or user
    if not address:
        raise one.file.refused("a user has no address", "export it again", one.place if one.is_row else 0)
    for name in (one.text("id", "objectId"), user, address):
        if name:
            told.by_id[name.casefold()] = address
    is_active = one.flag("accountEnabled")
    account = Account(
        Provider.ENTRA,
        address,
        one.name("displayName") or address,
        is_active is not False,
        created_at=one.instant(told.at, "createdDateTime"),
    )
    _keep(told, account)


def _keep(told: Told, account: Account) -> None:
    """Of two entries about one account the one that is active counts."""
    before = told.accounts.get((account.provider, account.address))
    if before is None or account.is_active:
        told.accounts[account.provider, account.address] = account


def take_factors(told: Told, one: Entry) -> None:
    """Where the vendor itself says that somebody is not registered, what is listed counts for nothing."""
    methods = {word.casefold() for word in one.words("methodsRegistered")}
    is_registered = one.flag("isMfaRegistered") is not False
    address = one.text("userPrincipalName").casefold()
    found = Registered(
        address,
        one.flag("isAdmin") is True,
        is_registered and bool(methods & _CODES),
        len(methods & _PASSKEYS) if is_registered else 0,
    )
    before = told.registered.get(address)
    worst = found if before is None else min(before, found, key=lambda each: (each.has_code, each.passkeys))
    told.registered[address] = worst


def take_roles(told: Told, one: Entry) -> None:
    several = one.entries("members")
    if len(several) == MEMBERS_AT_ONCE:
        fix = "export its members by `Get-MgDirectoryRoleMember -All`"
        raise one.file.refused("a role has 20 members, as many as Graph tells without saying that there are more", fix)
    for member in several:
        who = member.text("userPrincipalName", "id").casefold()
        if "serviceprincipal" not in member.text("@odata.type").casefold() and who:
            told.roles[who] = one.text("displayName") or "a role"


def take_policies(told: Told, one: Entry) -> None:
    state, id_ = one.text("state"), one.text("id") or f"policy {one.place}"
    why = _ENFORCED.get(state, "its state is not known")
    told.policies.append(PolicyElsewhere(id_, one.name("displayName") or id_, why))


# Sign-ins


def take_sign_ins(told: Told, one: Entry) -> None:
    """Those that succeeded. Of two with one id the weaker counts."""
    record = _as_graph(one) if one.is_row else one.values
    found = _sign_in(told, record, Entry(one.file, one.place, record))
    if found is None:
        return
    before = told.sign_ins.get(found.id)
    if before is None or found.strength < before.strength or (found.why and not before.why):
        told.sign_ins[found.id] = found


def _sign_in(told: Told, record: Mapping[str, Any], one: Entry) -> SignIn | None:
    raw = msgspec.json.encode(record).decode()
    columns = SIGN_INS.draft(raw, flat(record)).columns
    is_legacy = one.text("clientAppUsed").casefold() in LEGACY
    if columns.get("status_id") != 1 or (one.flag("isInteractive") is False and not is_legacy):
        return None
    at = min(told.at, one.instant(told.at + DAY, "createdDateTime"))  # its clock may be ahead of this one
    if not at:
        fix = "export it again, with times by ISO 8601"
        raise one.file.refused(f"entry {one.place}: when this sign-in was can't be read, or is to come", fix)
    why = _why({**columns, "raw": raw})
    return SignIn(
        id=one.text("id") or f"{one.file.name} {one.place}",
        at=at,
        user=one.text("userPrincipalName"),
        user_id=one.text("userId"),
        app=one.text("appDisplayName", "resourceDisplayName") or "unnamed",
        strength=_strength(one, columns, is_weak=is_legacy),
        why=why,
        is_told="mfa" in columns or is_legacy,
        known=frozenset(_known(one)),
        device_id=one.text("deviceDetail.deviceId").casefold(),
        device=one.text("deviceDetail.displayName").casefold(),
        is_managed=one.flag("deviceDetail.isManaged") is True,
        browser=one.text("deviceDetail.browser").partition(" ")[0][:40],
        system=_system(one.text("deviceDetail.operatingSystem")),
    )


def _why(row: dict[str, Any]) -> str:
    """As `why_weak` says it of those that are; "" where two factors were proved by other ways than a text message."""
    said = why_weak(row)
    is_strong = row.get("mfa") == 2
    return "" if is_strong and not said.startswith(("by ", "with a text")) else said


def _strength(one: Entry, columns: Mapping[str, Any], *, is_weak: bool) -> int:
    if is_weak or columns.get("mfa") != 2:
        return 1
    methods = [
        each.text("authenticationMethod").casefold()
        for each in one.entries("authenticationDetails")
        if each.flag("succeeded") is not False
    ]
    return 3 if any(word in method for method in methods for word in _RESISTANT) else 2


def _known(one: Entry) -> list[str]:
    found = []
    if one.text("deviceDetail.deviceId"):
        found.append("device")
    if one.text("location.countryOrRegion") or one.text("location"):
        found.append("place")
    if one.text("riskLevelAggregated", "riskLevelDuringSignIn").casefold() not in {"", "hidden", "unknownfuturevalue"}:
        found.append("risk")
    return found


def _system(said: str) -> str:
    return next((name for part, name in _SYSTEMS if part in said.casefold()), "")


def _as_graph(one: Entry) -> dict[str, Any]:
    """A row of the admin center's CSV as the object that Graph gives of the same sign-in."""
    code = one.text("Sign-in error code", "status.errorCode")
    is_good = one.text("Status").casefold() == "success" and code in {"", "0", "None"}
    requirement = one.text("Authentication requirement", "authenticationRequirement")
    return {
        "id": one.text("Request ID", "id"),
        "createdDateTime": one.text("Date (UTC)", "createdDateTime"),
        "userPrincipalName": one.text("Username", "userPrincipalName"),
        "userId": one.text("User ID", "userId"),
        "appDisplayName": one.text("Application", "appDisplayName"),
        "clientAppUsed": one.text("Client app", "clientAppUsed"),
        "authenticationRequirement": requirement.replace("-", "").replace(" ", "").casefold(),
        "status": {"errorCode": 0 if is_good or code == "0" else 1},
        "location": {"countryOrRegion": one.text("Location")},
        "deviceDetail": {
            "deviceId": one.text("Device ID"),
            "operatingSystem": one.text("Operating System"),
            "browser": one.text("Browser"),
            "isManaged": one.flag("Managed") is True,
        },
        "authenticationDetails": [
            {"authenticationMethod": one.text("Multifactor authentication auth method"), "succeeded": True}
        ],
    }


# Apps and devices


def take_apps(told: Told, one: Entry) -> None:
    name = one.text("displayName")
    for key in (one.text("id"), one.text("appId")):
        if key:
            told.apps[key.casefold()] = name or key


def take_consents(told: Told, one: Entry) -> None:
    by = "" if one.text("consentType") == "AllPrincipals" else one.text("principalId")
    app, scopes = one.text("clientId").casefold(), _scopes(one)
    told.consents.append(Consent(Provider.ENTRA, app, "", by.casefold(), scopes))


def _scopes(one: Entry) -> tuple[str, ...]:
    found = one.values.get("scope")
    return tuple(found.split()[:200]) if isinstance(found, str) else ()


def take_intune(told: Told, one: Entry) -> None:
    record = record_of(_as_managed(one) if one.is_row else one.values)
    if record is None:
        line = one.place if one.is_row else 0
        raise one.file.refused("a device has no id", "export it again", line)
    ids = {one.text("azureADDeviceId", "azureAdDeviceId").casefold(), record.name.casefold()} - {""}
    told.devices.append(ListedDevice(INTUNE_SOURCE, record, frozenset(ids)))


def _as_managed(one: Entry) -> dict[str, Any]:
    """A row of Intune's list of devices as the object that Graph gives of the same device."""
    ownership = one.text("Ownership").casefold()
    return {
        "id": one.text("Device ID"),
        "deviceName": one.name("Device name"),
        "managedDeviceOwnerType": "company" if ownership in {"company", "corporate"} else ownership,
        "managementAgent": one.text("Managed by"),
        "complianceState": one.text("Compliance").casefold().replace(" ", ""),
        "operatingSystem": one.text("OS"),
        "osVersion": one.text("OS version"),
        "userPrincipalName": one.text("Primary user UPN"),
        "lastSyncDateTime": one.text("Last check-in"),
        "serialNumber": one.text("Serial number"),
        "isEncrypted": one.flag("Encrypted"),
        "jailBroken": one.text("Jailbroken"),
    }


TAKING: Final[Mapping[Kind, Callable[[Told, Entry], None]]] = {
    Kind.ENTRA_USERS: take_users,
    Kind.ENTRA_FACTORS: take_factors,
    Kind.ENTRA_ROLES: take_roles,
    Kind.ENTRA_POLICIES: take_policies,
    Kind.ENTRA_SIGN_INS: take_sign_ins,
    Kind.ENTRA_APPS: take_apps,
    Kind.ENTRA_CONSENTS: take_consents,
    Kind.INTUNE: take_intune,
}
