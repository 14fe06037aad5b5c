"""Tokens of chats, mail services, telephony and social networks."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.secrets.structure import is_discord_bot_token, is_slack_token
from limen.data.detectors.secrets.tables import by_form, by_name

_BY_FORM: Final = r"""
slack-token | Slack token | xox[abpsr]-[A-Za-z0-9-]{30,90}
slack-refresh-token | Slack refresh token | xoxe(?:\.xox[bp])?-1-[A-Za-z0-9]{140,180}
slack-app-token | Slack app token | xapp-\d-[A-Z0-9]{8,16}-\d{10,16}-[0-9a-f]{64}
slack-webhook | Slack webhook | hooks\.slack\.com/services/T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{24}
slack-workflow-webhook | Slack workflow webhook | hooks\.slack\.com/(?:workflows|triggers)/[A-Z0-9]{8,12}/[A-Z0-9]{8,20}/[A-Za-z0-9/]{24,64}
discord-webhook | Discord webhook | discord(?:app)?\.com/api/webhooks/\d{17,20}/[A-Za-z0-9_-]{60,72}
discord-bot-token | Discord bot token | [MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}
telegram-bot-token | Telegram bot token | \d{8,10}«:AA[A-Za-z0-9_-]{8}»[A-Za-z0-9_-]{25}
teams-webhook | Microsoft Teams webhook | webhook\.office\.com/webhookb2/<uuid>@<uuid>/IncomingWebhook/[0-9a-f]{32}/<uuid>
zapier-webhook | Zapier webhook | hooks\.zapier\.com/hooks/catch/\d{4,9}/[a-z0-9]{6,8}
make-webhook | Make webhook | hook\.(?:eu|us)\d\.make\.com/[a-z0-9]{32}
ifttt-key | IFTTT webhook key | maker\.ifttt\.com/trigger/[A-Za-z0-9_-]{1,40}/with/key/[A-Za-z0-9_-]{22,43}
twilio-key | Twilio key | SK[0-9a-f]{32}
sendgrid-key | SendGrid key | SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}
mailgun-key | Mailgun key | key-[0-9a-f]{32}
mailgun-domain-key | Mailgun sending key | [0-9a-f]{32}«-[0-9a-f]{8}-[0-9a-f]{8}»
mailchimp-key | Mailchimp key | [0-9a-f]{32}«-us\d»\d?
mandrill-key | Mandrill key | md-[A-Za-z0-9_-]{22}
brevo-key | Brevo API key | xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}
brevo-smtp-key | Brevo SMTP key | xsmtpsib-[0-9a-f]{64}-[A-Za-z0-9]{16}
mailersend-token | MailerSend token | mlsn\.[0-9a-f]{64}
resend-key | Resend key | re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}
klaviyo-key | Klaviyo private key | pk_[0-9a-f]{34}
intercom-token | Intercom token | dG9rO[A-Za-z0-9+/=]{50,80}
onesignal-key | OneSignal key | os_v2_(?:app|org)_[a-z2-7]{103}
facebook-token | Facebook token | EAA[A-Za-z0-9]{90,200}
instagram-token | Instagram token | IGQ[A-Za-z0-9_-]{100,200}
twitter-bearer-token | X (Twitter) bearer token | AAAAAAAAAAAAAAAAAAAAA[A-Za-z0-9%]{60,120}
linkedin-secret | LinkedIn client secret | WPL_AP1\.[A-Za-z0-9]{16}\.[A-Za-z0-9+/]{6}==
dropbox-token | Dropbox token | sl\.(?:u\.)?[A-Za-z0-9_-]{120,200}
"""  # noqa: E501 -- a row is a line

_BY_NAME: Final = r"""
twilio-auth-token | Twilio auth token | twilio | [0-9a-f]{32}
postmark-token | Postmark server token | postmark | <uuid>
messagebird-key | MessageBird key | messagebird | [A-Za-z0-9]{25}
vonage-secret | Vonage secret | vonage|nexmo | [A-Za-z0-9]{16}
plivo-token | Plivo token | plivo | [A-Za-z0-9]{40}
zendesk-token | Zendesk token | zendesk | [A-Za-z0-9]{40}
mattermost-token | Mattermost token | mattermost | [a-z0-9]{26}
pagerduty-key | PagerDuty key | pagerduty | (?:[a-z0-9]\+[A-Za-z0-9_-]{18}|[A-Za-z0-9_-]{20}|[0-9a-f]{32})
opsgenie-key | Opsgenie key | opsgenie | <uuid>
twitter-secret | X (Twitter) API secret | twitter | [A-Za-z0-9]{45,50}
facebook-secret | Facebook app secret | facebook|fb_app | [0-9a-f]{32}
reddit-secret | Reddit secret | reddit | [A-Za-z0-9_-]{27,30}
twitch-secret | Twitch secret | twitch | [a-z0-9]{30}
box-secret | Box secret | box_?client|box_?secret | [A-Za-z0-9]{32}
ably-key | Ably key | ably | [A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{6}:[A-Za-z0-9_-]{43}
"""

DETECTORS: Final = (
    *by_form(
        _BY_FORM,
        checks={"slack-token": is_slack_token, "discord-bot-token": is_discord_bot_token},
    ),
    *by_name(_BY_NAME),
)
