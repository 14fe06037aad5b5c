// npm oidc-provider as an upstream issuer: its own login page, an account for whoever types a name.
// node oidc_provider.mjs FOLDER PORT BACK SIGNED_OUT BACKCHANNEL
import dns from "node:dns";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, port, back, signedOut, backchannel] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")).href);

const asked = dns.lookup; // `.localhost` is this machine (RFC 6761 section 6.3), whatever its resolver says
dns.lookup = (host, ...more) => asked(host.endsWith(".localhost") ? "127.0.0.1" : host, ...more);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "limen", client_secret: "s".repeat(43), redirect_uris: [back], post_logout_redirect_uris: [signedOut],
    backchannel_logout_uri: backchannel, backchannel_logout_session_required: true,
    grant_types: ["authorization_code"], response_types: ["code"],
  }],
  claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
  findAccount: async (ctx, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, name: id, email: `${id}@harbor.example`, email_verified: true }),
  }),
  features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }), // it would not call this machine
  pkce: { required: () => true },
  cookies: { keys: ["of a test"] },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
