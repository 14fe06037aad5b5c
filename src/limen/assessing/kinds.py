"""What kinds of exports there are, and how each is made: the commands only read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Provider(StrEnum):
    """Where people have accounts."""

    ENTRA = "entra"
    GOOGLE = "google"

    @property
    def brand(self) -> str:
        """What people call it."""
        return {"entra": "Microsoft 365", "google": "Google Workspace"}[self.value]


class Kind(StrEnum):
    """What one file of an export is."""

    ENTRA_USERS = "entra-users"
    ENTRA_FACTORS = "entra-factors"
    ENTRA_SIGN_INS = "entra-sign-ins"
    ENTRA_ROLES = "entra-roles"
    ENTRA_POLICIES = "entra-policies"
    ENTRA_APPS = "entra-apps"
    ENTRA_CONSENTS = "entra-consents"
    INTUNE = "intune-devices"
    GOOGLE_USERS = "google-users"
    GOOGLE_TOKENS = "google-tokens"
    PEOPLE = "people"
    DEVICES = "devices"
    FIREWALL = "firewall"
    ADDRESSES = "addresses"
    DNS = "dns"

    @property
    def provider(self) -> Provider | None:
        """Whose file it is; None for what no provider of accounts writes."""
        head = self.value.partition("-")[0]
        return {"entra": Provider.ENTRA, "intune": Provider.ENTRA, "google": Provider.GOOGLE}.get(head)


@dataclass(frozen=True, slots=True)
class Export:
    """How one file is made: with which `tool`, in how many `minutes`, and what it is good for."""

    kind: Kind
    title: str
    minutes: int
    tells: str
    commands: tuple[tuple[str, str], ...]
    """A tool, and what to type or click there."""


def _graph(what: str, name: str, depth: int = 10) -> tuple[str, str]:
    command = f"{what} | ConvertTo-Json -Depth {depth} | Out-File -Encoding utf8 {name}.json"
    return "Graph PowerShell", command


EXPORTS: Final[tuple[Export, ...]] = (
    Export(
        Kind.PEOPLE,
        "the list of people who work here",
        1,
        "who is there, by somebody else's word than that of the accounts",
        (("personnel office", "people.csv with the columns name, email, and last_day where somebody leaves"),),
    ),
    Export(
        Kind.ENTRA_USERS,
        "users of Entra ID",
        1,
        "who has an account",
        (
            (
                "Graph PowerShell, once",
                (
                    "Connect-MgGraph -Scopes User.Read.All,AuditLog.Read.All,Policy.Read.All,Directory.Read.All,"
                    "DeviceManagementManagedDevices.Read.All"
                ),
            ),
            _graph(
                "Get-MgUser -All -Property id,displayName,userPrincipalName,mail,accountEnabled,userType,"
                "createdDateTime | Select-Object Id,DisplayName,UserPrincipalName,Mail,AccountEnabled,UserType,"
                "CreatedDateTime",
                "users",
            ),
            ("admin center", "entra.microsoft.com, Users, All users, Download users"),
        ),
    ),
    Export(
        Kind.ENTRA_FACTORS,
        "registered ways to sign in",
        1,
        "who has a second factor or a passkey",
        (_graph("Get-MgReportAuthenticationMethodUserRegistrationDetail -All", "factors"),),
    ),
    Export(
        Kind.ENTRA_SIGN_INS,
        "sign-ins of the last 30 days",
        2,
        "who came in with one factor, by which app, on which device",
        (
            _graph("Get-MgBetaAuditLogSignIn -All", "sign-ins"),
            ("admin center", "entra.microsoft.com, Sign-in logs, 1 month, Download, JSON (Entra ID P1 keeps 30 days)"),
        ),
    ),
    Export(
        Kind.ENTRA_ROLES,
        "holders of directory roles",
        1,
        "who administers",
        (
            (
                "Azure CLI",
                "az rest --url 'https://graph.microsoft.com/v1.0/directoryRoles?$expand=members' > roles.json",
            ),
        ),
    ),
    Export(
        Kind.ENTRA_POLICIES,
        "conditional access policies",
        1,
        "which conditions are enforced, and which only report",
        (
            (
                "Azure CLI",
                "az rest --url https://graph.microsoft.com/v1.0/identity/conditionalAccess/policies > policies.json",
            ),
            _graph("Get-MgIdentityConditionalAccessPolicy -All", "policies"),
        ),
    ),
    Export(
        Kind.ENTRA_APPS,
        "enterprise apps",
        1,
        "which apps are known",
        (
            _graph(
                "Get-MgServicePrincipal -All -Property id,appId,displayName,servicePrincipalType,"
                "preferredSingleSignOnMode | Select-Object Id,AppId,DisplayName,ServicePrincipalType,"
                "PreferredSingleSignOnMode",
                "apps",
            ),
        ),
    ),
    Export(
        Kind.ENTRA_CONSENTS,
        "consents to apps",
        1,
        "which apps people gave access to their mail and files",
        (_graph("Get-MgOauth2PermissionGrant -All", "consents"),),
    ),
    Export(
        Kind.INTUNE,
        "devices that Intune manages",
        1,
        "which devices are managed, encrypted and compliant",
        (_graph("Get-MgDeviceManagementManagedDevice -All", "intune"),),
    ),
    Export(
        Kind.GOOGLE_USERS,
        "users of Google Workspace",
        1,
        "who has an account, and two-step verification",
        (
            (
                "GAM",
                (
                    "gam redirect csv ./google-users.csv print users fields primaryEmail,name,suspended,archived,"
                    "isAdmin,isDelegatedAdmin,isEnrolledIn2Sv,isEnforcedIn2Sv,creationTime,lastLoginTime"
                ),
            ),
            ("admin console", "admin.google.com, Directory, Users, Download users, All user info columns"),
        ),
    ),
    Export(
        Kind.GOOGLE_TOKENS,
        "apps with access to Google accounts",
        2,
        "which apps people gave access to their mail and files",
        (("GAM", "gam redirect csv ./google-tokens.csv all users print tokens"),),
    ),
    Export(
        Kind.DEVICES,
        "a list of devices that somebody else keeps",
        2,
        "which devices there are beside those that are managed",
        (
            (
                "Windows domain",
                (
                    "Get-ADComputer -Filter * -Properties OperatingSystem,LastLogonDate | "
                    "Select-Object Name,OperatingSystem,@{n='last seen';e={$_.LastLogonDate.ToString('s')}} | "
                    "Export-Csv -Encoding utf8 -NoTypeInformation devices.csv"
                ),
            ),
            (
                "inventory",
                (
                    "devices.csv with the columns hostname, os, version, encrypted, last seen, and owner, managed, "
                    "edr, screen lock minutes where they are known"
                ),
            ),
        ),
    ),
    Export(
        Kind.FIREWALL,
        "rules of the firewall",
        1,
        "what passes between zones",
        (
            ("nftables", "nft -j list ruleset > firewall.json"),
            ("iptables", "iptables-save > firewall.v4; ip6tables-save > firewall.v6"),
            ("OPNsense", "Firewall, Automation, Filter: export as JSON"),
            ("FortiGate, Palo Alto, Cisco, UniFi, Windows", "as `limen network import` takes them"),
        ),
    ),
    Export(
        Kind.ADDRESSES,
        "addresses of the firewall's interfaces",
        1,
        "which network is behind which interface of nftables or iptables",
        (("Linux", "ip -j address > addresses.json"),),
    ),
    Export(
        Kind.DNS,
        "the zone of your domain",
        2,
        "where mail goes, and so which providers there are",
        (
            ("name server", "dig @ns1.harbor.example harbor.example AXFR > harbor.example.zone"),
            ("registrar", "DNS, Export zone file (BIND format)"),
            ("nothing to export", "limen assess FOLDER --dns --domain harbor.example asks the DNS itself"),
        ),
    ),
)
"""In the order in which they are best made."""
BY_KIND: Final = {one.kind: one for one in EXPORTS}
