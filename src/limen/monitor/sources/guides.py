"""What to do at a service so that Limen may ask it for its logs, and no more: by the kind of the source.

From the vendors' own pages; none of them was tried with the vendor. docs/how-to/clouds.md says the same at length.
"""

from __future__ import annotations

from typing import Final

_GUIDES: Final = {
    "m365": """\
1. In the Microsoft Entra admin center, App registrations, New registration: register an app for Limen.
2. API permissions, Add a permission, Application permissions; then grant admin consent:
     Microsoft Graph: AuditLog.Read.All, SecurityAlert.Read.All
     Office 365 Management APIs: ActivityFeed.Read
3. Certificates & secrets: create a client secret.
4. On this server:
     limen source secret NAME
""",
    "google_workspace": """\
1. In the Google Cloud console create a project, enable the Admin SDK API there, and create a service account.
2. Keys, Add key, JSON: download the file.
3. In the Google Admin console, Security, API controls, Domain-wide delegation: add the service account's client ID with
     https://www.googleapis.com/auth/admin.reports.audit.readonly
4. On this server, with that file; then delete the file:
     limen source secret NAME --from key.json
""",
    "okta": """\
1. With a read-only administrator, in the Okta Admin Console, Security, API, Tokens: create a token.
   Or register a service app with a public key (RSA), the scope okta.logs.read, and without DPoP.
2. On this server:
     limen source secret NAME
   or, with the service app's private key; then delete the file:
     limen source secret NAME --from key.pem
""",
    "aws": """\
1. In IAM create a user for Limen with this policy, and an access key:
     s3:ListBucket for the bucket, s3:GetObject for AWSLogs/* in it, below the trail's prefix
   (kms:Decrypt, too, where the trail's files are encrypted with a key of your own)
2. On this server, with the secret access key:
     limen source secret NAME
""",
    "github": """\
1. As an owner of the organization create a personal access token (classic) with the scope read:audit_log alone.
   GitHub keeps an audit log that can be asked for on Enterprise Cloud only.
2. On this server:
     limen source secret NAME
""",
}


def guide(kind: str, name: str) -> str:
    """The steps for a source of this kind and name; "" where Limen can't ask for it."""
    return _GUIDES.get(kind, "").replace("NAME", name)
