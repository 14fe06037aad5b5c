"""Keys of clouds, of hosting, of databases as a service and of what builds and configures them."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.secrets.structure import HoldsJson, is_aws_key_id
from limen.data.detectors.secrets.tables import by_form, by_name

_BY_FORM: Final = r"""
aws-access-key | AWS access key | (?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}
aws-bedrock-key | Amazon Bedrock API key | ABSKQmVkcm9ja0FQSUtleS[A-Za-z0-9+/]{80,120}={0,2}
aws-marketplace-token | Amazon Marketplace token | amzn\.mws\.<uuid>
amazon-login-secret | Login with Amazon secret | amzn1\.oa2-cs\.v1\.[0-9a-f]{64}
google-api-key | Google API key | AIza[A-Za-z0-9_-]{35}
google-oauth-secret | Google OAuth secret | GOCSPX-[A-Za-z0-9_-]{28}
google-oauth-token | Google OAuth token | ya29\.[A-Za-z0-9_-]{60,200}
google-refresh-token | Google refresh token | 1//0[A-Za-z0-9_-]{60,120}
google-storage-key | Google Cloud Storage HMAC key | GOOG1E[A-Z0-9]{55}
google-service-account | Google service account key | "private_key_id"\s{0,3}:\s{0,3}"[0-9a-f]{40}"
firebase-messaging-key | Firebase Cloud Messaging key | AAAA[A-Za-z0-9_-]{7}«:APA91b»[A-Za-z0-9_-]{134}
azure-storage-key | Azure storage key | AccountKey=[A-Za-z0-9+/]{86}==
azure-client-secret | Azure client secret | [A-Za-z0-9_][A-Za-z0-9_~.-]{2}«\dQ~»[A-Za-z0-9_~.-]{31,34}
azure-sas | Azure shared access signature | sig=[A-Za-z0-9%+/]{40,60}(?:%3D|=)
azure-shared-access-key | Azure shared access key | SharedAccessKey=[A-Za-z0-9+/]{43}=
azure-annotated-key | Azure service key | [A-Za-z0-9]{52}«JQQJ9[9DH]»[A-Za-z0-9][A-L][A-Za-z0-9]{16}[A-Za-z][A-Za-z0-9]{7}
azure-functions-key | Azure Functions key | [A-Za-z0-9_][A-Za-z0-9_-]{43}«AzFu»[A-Za-z0-9_-]{5}[AQgw]==
azure-search-key | Azure AI Search key | [A-Za-z0-9]{42}«AzSe[A-D]»[A-Za-z0-9]{5}
azure-registry-password | Azure Container Registry password | [A-Za-z0-9][A-Za-z0-9+/]{41}«\+ACR[A-D]»[A-Za-z0-9+/]{5}
azure-cosmos-key | Azure Cosmos DB key | [A-Za-z0-9]{76}«ACDb»[A-Za-z0-9+/]{5}[AQgw]==
azure-event-key | Azure messaging key | [A-Za-z0-9][A-Za-z0-9+/]{32}«(?:AIoT|\+A(?:SbA|EhA|RmA))»[A-Za-z0-9+/]{5}[AQgw]?=
azure-cache-key | Azure Cache key | [A-Za-z0-9]{33}«AzCa[A-P]»[A-Za-z0-9]{5}=
azure-devops-token | Azure DevOps token | [A-Za-z0-9]{76}«AZDO»[A-Za-z0-9]{4}
alibaba-key-id | Alibaba Cloud access key | LTAI[A-Za-z0-9]{20}
tencent-key-id | Tencent Cloud secret ID | AKID[A-Za-z0-9]{32}
yandex-cloud-key | Yandex Cloud API key | AQVN[A-Za-z0-9_-]{35}
digitalocean-token | DigitalOcean token | do[opr]_v1_[0-9a-f]{64}
digitalocean-spaces-key | DigitalOcean Spaces key | DO00[A-Z0-9]{16}
scaleway-key-id | Scaleway access key | SCW[A-Z0-9]{17}
heroku-key | Heroku key | HRKU-[A-Za-z0-9_-]{36,64}
flyio-token | Fly.io token | fm[12]_[A-Za-z0-9+/=_-]{100,200}
netlify-token | Netlify token | nf[pcoub]_[A-Za-z0-9]{36}
render-key | Render API key | rnd_[A-Za-z0-9]{28,32}
planetscale-token | PlanetScale token | pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}
supabase-token | Supabase token | sbp_[0-9a-f]{40}
supabase-secret-key | Supabase secret key | sb_secret_[A-Za-z0-9_-]{31}
neon-key | Neon API key | napi_[a-z0-9]{64}
mongodb-atlas-secret | MongoDB Atlas service account | mdb_sa_sk_[A-Za-z0-9_-]{40}
databricks-token | Databricks token | dapi[0-9a-f]{32}
dbt-token | dbt Cloud token | dbt[uc]_[A-Za-z0-9_-]{40}
prefect-key | Prefect API key | pnu_[A-Za-z0-9]{36}
clickhouse-key | ClickHouse Cloud secret | 4b1d[A-Za-z0-9]{38}
cloudflare-origin-key | Cloudflare origin CA key | v1\.0-[0-9a-f]{24}-[0-9a-f]{146}
hashicorp-vault-token | Vault token | hv[sbr]\.[A-Za-z0-9_-]{24,128}
terraform-token | Terraform token | [A-Za-z0-9]{14}«\.atlasv1\.»[A-Za-z0-9_-]{60,70}
pulumi-token | Pulumi token | pul-[0-9a-f]{40}
doppler-token | Doppler token | dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9.]{40,60}
infisical-token | Infisical token | st\.[0-9a-f]{24}\.[0-9a-f]{32}\.[0-9a-f]{32}
tailscale-key | Tailscale key | tskey-[a-z]{2,8}-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}
onepassword-token | 1Password service account | ops_eyJ[A-Za-z0-9+/=_-]{100,300}
onepassword-secret-key | 1Password secret key | A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}
bitwarden-token | Bitwarden Secrets Manager token | 0\.<uuid>\.[A-Za-z0-9]{30}:[A-Za-z0-9+/]{22}==
"""  # noqa: E501 -- a row is a line

_BY_NAME: Final = r"""
aws-secret-key | AWS secret key | aws_?secret|secret_?access_?key|secret_?key | [A-Za-z0-9/+]{40}
aws-session-token | AWS session token | aws_?session_?token|aws_?security_?token | [A-Za-z0-9/+=]{100,160}
alibaba-secret | Alibaba Cloud secret | ali(?:baba|yun) | [A-Za-z0-9]{30}
ibm-cloud-key | IBM Cloud API key | ibm_?cloud|ibm | [A-Za-z0-9_-]{44}
hetzner-token | Hetzner Cloud token | hcloud|hetzner | [A-Za-z0-9]{64}
ovh-secret | OVHcloud application secret | ovh | [A-Za-z0-9]{32}
linode-token | Linode token | linode | [0-9a-f]{64}
vultr-key | Vultr API key | vultr | [A-Z0-9]{36}
scaleway-secret | Scaleway secret key | scw|scaleway | <uuid>
vercel-token | Vercel token | vercel | [A-Za-z0-9]{24}
railway-token | Railway token | railway | <uuid>
cloudflare-token | Cloudflare API token | cloudflare|cf_api | [A-Za-z0-9_-]{40}
cloudflare-global-key | Cloudflare global API key | cloudflare|cf_api | [0-9a-f]{37}
fastly-token | Fastly token | fastly | [A-Za-z0-9_-]{32}
snowflake-password | Snowflake password | snowflake_?password | [^\s\"']{8,64}
confluent-secret | Confluent secret | confluent | [A-Za-z0-9+/]{64}
elastic-key | Elastic API key | elastic(?:search)? | [A-Za-z0-9_-]{58}==
algolia-key | Algolia admin key | algolia | [0-9a-f]{32}
ngrok-token | ngrok token | ngrok | [12][A-Za-z0-9]{26}_[A-Za-z0-9]{20,24}
kubernetes-bootstrap-token | Kubernetes bootstrap token | kube[a-z]{0,10}|bootstrap | [a-z0-9]{6}\.[a-z0-9]{16}
"""

DETECTORS: Final = (
    *by_form(
        _BY_FORM,
        checks={"aws-access-key": is_aws_key_id, "onepassword-token": HoldsJson(b"ops_")},
    ),
    *by_name(_BY_NAME),
)
