// npm oidc-provider with an adapter on SQLite, as durable as Limen's database: what bench/sso.py measures beside Limen.
// Prints one line: the port, a refresh token for each chain, and what programs name: the issuer and their resource.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, chains, publicKeys] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")).href);
const Database = require("libsql");

const db = new Database(`${folder}/peer.db`);
db.exec("PRAGMA journal_mode=WAL");
db.exec("PRAGMA synchronous=FULL");
db.exec("CREATE TABLE IF NOT EXISTS kept (id TEXT PRIMARY KEY, payload TEXT, grant_id TEXT, until INTEGER)");
db.exec("CREATE INDEX IF NOT EXISTS kept_grant ON kept (grant_id)");
const put = db.prepare("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)");
const get = db.prepare("SELECT payload FROM kept WHERE id = ?");
const drop = db.prepare("DELETE FROM kept WHERE id = ?");
const dropGrant = db.prepare("DELETE FROM kept WHERE grant_id = ?");
const consume = db.prepare("UPDATE kept SET payload = json_set(payload, '$.consumed', ?) WHERE id = ?");
const now = () => Math.floor(Date.now() / 1000);

class Adapter {
  constructor(model) { this.model = model; }
  key(id) { return `${this.model}:${id}`; }
  async upsert(id, payload, expiresIn) {
    put.run(this.key(id), JSON.stringify(payload), payload.grantId ?? null, expiresIn ? now() + expiresIn : 0);
  }
  async find(id) { const row = get.get(this.key(id)); return row ? JSON.parse(row.payload) : undefined; }
  async findByUid() { return undefined; }
  async findByUserCode() { return undefined; }
  async consume(id) { consume.run(now(), this.key(id)); }
  async destroy(id) { drop.run(this.key(id)); }
  async revokeByGrantId(grantId) { dropGrant.run(grantId); }
}

const { generateKeyPairSync } = await import("node:crypto");
const jwk = (pair, alg) => ({ ...pair.privateKey.export({ format: "jwk" }), alg, use: "sig" });
const keys = [
  jwk(generateKeyPairSync("rsa", { modulusLength: 2048 }), "RS256"),
  jwk(generateKeyPairSync("ec", { namedCurve: "P-256" }), "ES256"),
];
const API = "http://127.0.0.1/api";
const provider = new Provider("http://127.0.0.1", {
  adapter: Adapter,
  jwks: { keys },
  clients: [{
    client_id: "app", client_secret: "s".repeat(43), redirect_uris: ["http://127.0.0.1/back"],
    grant_types: ["authorization_code", "refresh_token"], response_types: ["code"], application_type: "native",
  }, ...JSON.parse(publicKeys).map((key, number) => ({
    client_id: `program${number}`, redirect_uris: [], response_types: [], grant_types: ["client_credentials"],
    token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "ES256", jwks: { keys: [key] },
  }))],
  clientAuthMethods: ["client_secret_basic", "private_key_jwt"],
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  scopes: ["openid", "offline_access", "profile", "email", "groups"],
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"], groups: ["groups"] },
  conformIdTokenClaims: false,
  findAccount: async (ctx, id) => ({
    accountId: id,
    claims: async () => ({
      sub: id, name: "Person", preferred_username: `${id}@harbor.example`, email: `${id}@harbor.example`,
      email_verified: true, groups: ["staff"],
    }),
  }),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => API,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: "openid profile email groups", accessTokenFormat: "jwt", accessTokenTTL: 300, jwt: { sign: { alg: "ES256" } },
      }),
    },
  },
  cookies: { keys: ["k"] },
});

const tokens = [];
const client = await provider.Client.find("app");
for (let chain = 0; chain < Number(chains); chain += 1) {
  const accountId = `p_${chain}`;
  const scope = "openid profile email groups";
  const grant = new provider.Grant({ accountId, clientId: "app" });
  grant.addOIDCScope(scope);
  grant.addResourceScope(API, scope);
  const grantId = await grant.save();
  const token = new provider.RefreshToken({ accountId, client, grantId, scope, gty: "authorization_code", resource: API, authTime: now() });
  tokens.push(await token.save());
}
const server = provider.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ port: server.address().port, tokens, issuer: provider.issuer, resource: API }));
});
