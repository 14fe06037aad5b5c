// Passkeys: asks our server what to ask the browser, and gives the browser's answer back. Forms say where, and in which
// words what goes wrong, in data-*.
const post = async (url, body) => {
  const reply = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  return reply.json();
};
const fields = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
const problem = (form, what, fix) => {
  const place = form.querySelector("[data-problem]");
  place.querySelector("p").textContent = fix ? `${what}: ${fix}.` : what;
  place.hidden = !what;
};
const finish = async (form, credential) => {
  const reply = await post(form.dataset.finish, { ...fields(form), credential: credential.toJSON() });
  if (reply.location) location.assign(reply.location);
  else problem(form, reply.what, reply.fix);
  return Boolean(reply.location);
};
const options = async (form) => {
  const reply = await post(form.dataset.options, fields(form));
  if (reply.location) location.assign(reply.location);
  else if (reply.what) problem(form, reply.what, reply.fix);
  return reply.options;
};

let waiting; // the autofill request that waits for a choice; only one may be open at a time

const ceremony = async (form, more = {}) => {
  const asked = await options(form);
  if (!asked) return false;
  const ask = form.dataset.passkey === "create"
    ? { publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) }
    : { publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked), ...more };
  return finish(form, await (form.dataset.passkey === "create" ? navigator.credentials.create(ask) : navigator.credentials.get(ask)));
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
    problem(form, form.dataset.noPasskeys);
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    problem(form, "");
    waiting?.abort();
    try {
      if (await ceremony(form)) return;
    } catch (error) {
      problem(form, error.name === "InvalidStateError" ? form.dataset.held : form.dataset.unused);
    }
    button.disabled = false;
  });
  if (form.dataset.autofill !== undefined && await PublicKeyCredential.isConditionalMediationAvailable?.()) {
    waiting = new AbortController();
    ceremony(form, { mediation: "conditional", signal: waiting.signal }).catch(() => {});
  }
}

// A one-time link carries its secret behind the #, where no server or log sees it. Take it out of the address at once.
const link = document.querySelector("form[data-link]");
if (link && location.hash.length > 1) {
  link.elements.token.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  link.submit();
}
