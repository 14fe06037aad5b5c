"""Keys of what offices work with: documents, tasks, customers, maps, design."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.secrets.tables import by_form, by_name

_BY_FORM: Final = r"""
airtable-token | Airtable token | pat[A-Za-z0-9]{14}\.[0-9a-f]{64}
notion-token | Notion token | (?:secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{46})
linear-key | Linear key | lin_(?:api|oauth|wh)_[A-Za-z0-9]{40,64}
asana-token | Asana token | [12]/\d{13,19}(?:/\d{13,19})?:[0-9a-f]{32}
trello-token | Trello token | ATTA[0-9a-f]{64}[A-F0-9]{8}
clickup-token | ClickUp token | pk_\d{6,9}_[A-Z0-9]{32}
hubspot-token | HubSpot token | pat-(?:na|eu)\d-<uuid>
salesforce-session | Salesforce session | 00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{90,120}
salesforce-refresh-token | Salesforce refresh token | 5Aep861[A-Za-z0-9._=]{70,90}
figma-token | Figma token | fig[dour]_[A-Za-z0-9_-]{40}
typeform-token | Typeform token | tfp_[A-Za-z0-9_-]{44,59}
contentful-token | Contentful token | CFPAT-[A-Za-z0-9_-]{43}
mapbox-secret | Mapbox secret token | sk\.eyJ1Ijoi[A-Za-z0-9_-]{50,90}\.[A-Za-z0-9_-]{22}
adobe-secret | Adobe client secret | p8e-[A-Za-z0-9_-]{32}
deepl-key | DeepL key | <uuid>«:fx»
transifex-token | Transifex token | 1/[0-9a-f]{40}
personio-token | Personio token | papi-<uuid>
"""

_BY_NAME: Final = r"""
airtable-key | Airtable API key | airtable | key[A-Za-z0-9]{14}
trello-key | Trello key | trello | [0-9a-f]{32}
pipedrive-token | Pipedrive token | pipedrive | [0-9a-f]{40}
freshdesk-key | Freshdesk key | freshdesk | [A-Za-z0-9]{20}
webflow-token | Webflow token | webflow | [0-9a-f]{64}
sanity-token | Sanity token | sanity | sk[A-Za-z0-9]{80,180}
miro-token | Miro token | miro | [A-Za-z0-9_-]{27}
openweather-key | OpenWeather key | openweather(?:map)?|owm | [0-9a-f]{32}
windows-product-key | Windows product key | product[_ -]?key|(?:produkt|lizenz)schl(?:ü|Ü)ssel | (?:[A-Z0-9]{5}-){4}[A-Z0-9]{5}
"""  # noqa: E501 -- a row is a line

DETECTORS: Final = (*by_form(_BY_FORM), *by_name(_BY_NAME))
