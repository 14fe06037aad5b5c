"""Keys of monitoring, analytics, identity and security services."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.secrets.structure import HoldsJson
from limen.data.detectors.secrets.tables import by_form, by_name

_BY_FORM: Final = r"""
newrelic-key | New Relic key | NRAK-[A-Z0-9]{27}
newrelic-license-key | New Relic license key | [0-9a-f]{36}«NRAL»
newrelic-insert-key | New Relic insert key | NRII-[A-Za-z0-9_-]{32}
newrelic-rest-key | New Relic REST key | NRRA-[0-9a-f]{42}
dynatrace-token | Dynatrace token | dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}
grafana-token | Grafana service account | glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}
grafana-cloud-token | Grafana Cloud token | glc_eyJ[A-Za-z0-9+/=]{32,200}
sentry-org-token | Sentry organisation token | sntrys_eyJ[A-Za-z0-9+/=_]{80,200}
sentry-token | Sentry token | sntry[ua]_[0-9a-f]{64}
honeycomb-key | Honeycomb ingest key | hc[abcdefghijkmnpqrstvwxyz]ik_[a-z0-9]{58}
axiom-token | Axiom token | xa[ap]t-<uuid>
posthog-key | PostHog personal key | phx_[A-Za-z0-9]{43}
fullstory-key | FullStory key | na1\.[A-Za-z0-9+/]{100,120}
okta-token | Okta SSWS token | SSWS 00[A-Za-z0-9_-]{40}
frameio-token | Frame.io token | fio-u-[A-Za-z0-9_=-]{64}
maxmind-key | MaxMind license key | [A-Za-z0-9]{6}_[A-Za-z0-9]{29}«_mmk»
"""

_BY_NAME: Final = r"""
datadog-key | Datadog key | datadog|dd_api|dd_app | [0-9a-f]{32}(?:[0-9a-f]{8})?
splunk-token | Splunk HEC token | splunk|hec_token | <uuid>
sumologic-key | Sumo Logic key | sumo_?logic|sumo | [A-Za-z0-9]{64}
rollbar-token | Rollbar token | rollbar | [0-9a-f]{32}
bugsnag-key | Bugsnag key | bugsnag | [0-9a-f]{32}
mixpanel-secret | Mixpanel secret | mixpanel | [0-9a-f]{32}
amplitude-secret | Amplitude secret | amplitude | [0-9a-f]{32}
segment-key | Segment write key | segment | [A-Za-z0-9]{32}
okta-api-token | Okta API token | okta | 00[A-Za-z0-9_-]{40}
auth0-secret | Auth0 client secret | auth0 | [A-Za-z0-9_-]{64}
duo-secret | Duo secret key | duo_?skey|duo_?secret|duo | [A-Za-z0-9]{40}
virustotal-key | VirusTotal key | virus_?total|vt_api | [0-9a-f]{64}
shodan-key | Shodan key | shodan | [A-Za-z0-9]{32}
abuseipdb-key | AbuseIPDB key | abuseipdb | [0-9a-f]{80}
crowdstrike-secret | CrowdStrike secret | crowdstrike|falcon_client | [A-Za-z0-9]{40}
"""

DETECTORS: Final = (
    *by_form(
        _BY_FORM,
        checks={"sentry-org-token": HoldsJson(b"sntrys_"), "grafana-cloud-token": HoldsJson(b"glc_")},
    ),
    *by_name(_BY_NAME),
)
