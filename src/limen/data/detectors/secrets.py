"""Passwords, tokens and keys: those that say what they are by their first letters, and those that stand beside a name.

The table has a line for each kind of token: its id, what people call it, and its form. Forms are what the makers
publish of their tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log2
from typing import Final

from limen.data.model import Confidence, Detector, Kind

_TOKENS: Final = r"""
aws-access-key | AWS access key | (?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}
github-token | GitHub token | gh[pousr]_[A-Za-z0-9]{36}
github-fine-grained-token | GitHub token, fine-grained | github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}
gitlab-token | GitLab token | glpat-[A-Za-z0-9_-]{20}
gitlab-runner-token | GitLab runner token | glrt-[A-Za-z0-9_-]{20}
gitlab-deploy-token | GitLab deploy token | gldt-[A-Za-z0-9_-]{20}
gitlab-trigger-token | GitLab trigger token | glptt-[0-9a-f]{40}
slack-token | Slack token | xox[abprse]-[A-Za-z0-9-]{20,72}
slack-app-token | Slack app token | xapp-\d-[A-Z0-9]{8,16}-\d{10,16}-[a-f0-9]{64}
slack-webhook | Slack webhook | hooks\.slack\.com/services/T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{24}
stripe-key | Stripe key | [sr]k_(?:live|test)_[A-Za-z0-9]{24,99}
stripe-webhook-secret | Stripe webhook secret | whsec_[A-Za-z0-9]{32,64}
google-api-key | Google API key | AIza[A-Za-z0-9_-]{35}
google-oauth-secret | Google OAuth secret | GOCSPX-[A-Za-z0-9_-]{28}
google-oauth-token | Google OAuth token | ya29\.[A-Za-z0-9_-]{60,200}
npm-token | npm token | npm_[A-Za-z0-9]{36}
pypi-token | PyPI token | pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,200}
rubygems-key | RubyGems key | rubygems_[0-9a-f]{48}
docker-token | Docker token | dckr_pat_[A-Za-z0-9_-]{27}
sendgrid-key | SendGrid key | SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}
mailgun-key | Mailgun key | key-[0-9a-f]{32}
mailchimp-key | Mailchimp key | [0-9a-f]{32}-us\d{1,2}
twilio-key | Twilio key | SK[0-9a-f]{32}
telegram-bot-token | Telegram bot token | \d{8,10}:AA[A-Za-z0-9_-]{33}
discord-webhook | Discord webhook | discord(?:app)?\.com/api/webhooks/\d{17,20}/[A-Za-z0-9_-]{60,72}
openai-key | OpenAI key | sk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,74}T3BlbkFJ[A-Za-z0-9_-]{20,74}
anthropic-key | Anthropic key | sk-ant-[a-z0-9]{5,8}-[A-Za-z0-9_-]{80,110}
huggingface-token | Hugging Face token | hf_[A-Za-z]{34}
digitalocean-token | DigitalOcean token | do[opr]_v1_[0-9a-f]{64}
heroku-key | Heroku key | HRKU-[A-Za-z0-9_-]{36,64}
shopify-token | Shopify token | shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}
square-token | Square token | (?:EAAA[A-Za-z0-9_-]{60}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43})
databricks-token | Databricks token | dapi[0-9a-f]{32}
grafana-token | Grafana token | gl(?:sa_[A-Za-z0-9]{32}_[0-9a-f]{8}|c_[A-Za-z0-9+/]{32,200})
newrelic-key | New Relic key | NRAK-[A-Z0-9]{27}
dynatrace-token | Dynatrace token | dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}
sentry-token | Sentry token | sntr(?:ys|yu)_[A-Za-z0-9+/=_]{60,200}
hashicorp-vault-token | Vault token | hv[sbr]\.[A-Za-z0-9_-]{24,128}
terraform-token | Terraform token | [A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,70}
atlassian-token | Atlassian token | ATATT3[A-Za-z0-9_=-]{180,190}
linear-key | Linear key | lin_api_[A-Za-z0-9]{40}
notion-token | Notion token | (?:secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{46})
figma-token | Figma token | figd_[A-Za-z0-9_-]{40}
postman-key | Postman key | PMAK-[0-9a-f]{24}-[0-9a-f]{34}
airtable-token | Airtable token | pat[A-Za-z0-9]{14}\.[0-9a-f]{64}
hubspot-token | HubSpot token | pat-(?:na|eu)1-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
cloudflare-origin-key | Cloudflare origin CA key | v1\.0-[0-9a-f]{24}-[0-9a-f]{146}
fastly-token | Fastly token | fastly_[A-Za-z0-9_-]{32}
flyio-token | Fly.io token | fm[12]_[A-Za-z0-9+/=_-]{100,200}
netlify-token | Netlify token | nfp_[A-Za-z0-9]{36}
planetscale-token | PlanetScale token | pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}
supabase-token | Supabase token | sbp_[0-9a-f]{40}
doppler-token | Doppler token | dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9]{40,44}
pulumi-token | Pulumi token | pul-[0-9a-f]{40}
tailscale-key | Tailscale key | tskey-[a-z]{2,8}-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}
age-secret-key | age secret key | AGE-SECRET-KEY-1[0-9A-Z]{58}
onepassword-token | 1Password token | ops_eyJ[A-Za-z0-9+/=_-]{100,300}
facebook-token | Facebook token | EAACEdEose0cBA[0-9A-Za-z]{20,200}
azure-storage-key | Azure storage key | AccountKey=[A-Za-z0-9+/]{86}==
azure-client-secret | Azure client secret | [A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}
azure-sas | Azure shared access signature | sig=[A-Za-z0-9%+/]{40,60}(?:%3D|=)
json-web-token | JSON Web Token | eyJ[A-Za-z0-9_-]{10,300}\.eyJ[A-Za-z0-9_-]{10,600}\.[A-Za-z0-9_-]{10,120}
"""

_LONGEST: Final = {
    "json-web-token": 1_030,
    "onepassword-token": 310,
    "anthropic-key": 130,
    "openai-key": 180,
}


def _tokens() -> Iterator[Detector]:
    for line in _TOKENS.strip().splitlines():
        detector, name, expression = (part.strip() for part in line.split("|", 2))
        yield Detector(
            detector, name, Kind.SECRET, rf"\b{expression}", longest=_LONGEST.get(detector, 256), alone=Confidence.HIGH
        )


_PLACEHOLDERS: Final = (
    b"example",
    b"changeme",
    b"change_me",
    b"password",
    b"passwort",
    b"placeholder",
    b"your",
    b"dein",
    b"ihr",
    b"xxxx",
    b"****",
    b"....",
    b"<",
    b"${",
    b"{{",
    b"%(",
    b"$(",
    b"env",
    b"null",
    b"none",
    b"true",
    b"false",
    b"required",
    b"optional",
    b"secret",
    b"getenv",
    b"config",
    b"input",
    b"prompt",
    b"dummy",
    b"sample",
    b"test",
)


def is_typed_password(matched: bytes) -> bool:
    """What stands behind "password:" looks like one: no placeholder, no word of prose, no code that fetches it."""
    value = _value(matched)
    plain = value.lower()
    if any(one in plain for one in _PLACEHOLDERS) or len(set(value)) < 5 or value.endswith((b"(", b")", b";")):
        return False
    kinds = sum(
        (
            any(97 <= c <= 122 for c in value),
            any(65 <= c <= 90 for c in value),
            any(48 <= c <= 57 for c in value),
            any(not (48 <= c <= 57 or 65 <= c <= 90 or 97 <= c <= 122) for c in value),
        )
    )
    return kinds >= 2


def is_random(matched: bytes) -> bool:
    """What stands behind a name is as mixed as keys are: 3.5 bits a character, with digits."""
    value = _value(matched)
    if any(one in value.lower() for one in _PLACEHOLDERS) or not any(48 <= code <= 57 for code in value):
        return False
    return -sum(n / len(value) * log2(n / len(value)) for n in (value.count(c) for c in set(value))) >= 3.5


def _value(matched: bytes) -> bytes:
    """What stands behind the last sign between name and value."""
    at = max(matched.find(b"="), matched.find(b":"))
    first = min((one for one in (matched.find(b"="), matched.find(b":")) if one >= 0), default=at)
    return matched[first + 1 :].strip(b"\"' >=:\t")


DETECTORS: Final = (
    *_tokens(),
    Detector(
        "private-key",
        "Private key",
        Kind.SECRET,
        r"-----BEGIN (?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----",
        longest=64,
        alone=Confidence.HIGH,
    ),
    Detector(
        "putty-key",
        "PuTTY private key",
        Kind.SECRET,
        r"PuTTY-User-Key-File-[23]: [a-z0-9-]{3,32}",
        longest=64,
        alone=Confidence.HIGH,
    ),
    Detector(
        "aws-secret-key",
        "AWS secret key",
        Kind.SECRET,
        r"(?i)\bsecret_?(?:access_?)?key[\"']?\s{0,3}[:=]\s{0,3}[\"']?[A-Za-z0-9/+]{40}\b",
        longest=100,
        alone=Confidence.HIGH,
        check=is_random,
    ),
    Detector(
        "address-with-password",
        "Address with a password in it",
        Kind.SECRET,
        r"\b[a-z][a-z0-9+]{1,15}://[^\s:/@\"'<>]{1,64}:[^\s/@\"'<>]{3,64}@[A-Za-z0-9.-]{1,100}",
        longest=250,
        alone=Confidence.MEDIUM,
    ),
    Detector(
        "typed-password",
        "Password",
        Kind.SECRET,
        r"(?i)\b(?:password|passwd|passwort|kennwort|pwd|passphrase|passcode)\b[\"']?\s{0,3}[:=]\s{0,3}[\"']?[^\s\"']{6,64}",
        longest=96,
        alone=Confidence.MEDIUM,
        check=is_typed_password,
    ),
    Detector(
        "named-key",
        "Key or token beside its name",
        Kind.SECRET,
        r"(?i)\b[a-z0-9_.-]{0,20}(?:api[_-]?key|secret|token|credential)[\"']?\s{0,3}(?::|=|=>)\s{0,3}[\"'][A-Za-z0-9_/+=.-]{16,64}[\"']",
        longest=120,
        alone=Confidence.MEDIUM,
        check=is_random,
    ),
)
