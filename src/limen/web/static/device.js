// Which device this is: asks the agent on this machine to sign a challenge for this session, and gives the answer to our
// server. Nothing is asked of anybody else: the page's policy names the agent's three addresses and no other.
const place = document.querySelector("[data-prove]");
const csrf = new FormData(place.querySelector("form")).get("csrf");
const post = async (url, body) => {
  const reply = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ csrf, ...body }) });
  return reply.json();
};
const askAgent = async (asked) => {
  for (const agent of place.dataset.prove.split(" ")) {
    try {
      const reply = await fetch(`${agent}/prove`, {
        method: "POST", mode: "cors", credentials: "omit", signal: AbortSignal.timeout(3000),
        headers: { "content-type": "application/json" }, body: JSON.stringify(asked),
      });
      if (reply.ok) return (await reply.json()).proof;
    } catch { /* nobody there, or it is not for us: the next address */ }
  }
};
const prove = async (tries) => {
  const proof = await askAgent(await post("/devices/challenge", {}));
  if (!proof) return { none: true };
  const reply = await post("/devices/prove", { proof });
  if (reply.error === "report_first" && tries > 0) {
    await new Promise((done) => setTimeout(done, 700));
    return prove(tries - 1);
  }
  return reply;
};

const told = await prove(4);
if (told.device || (told.none && place.dataset.auto !== undefined)) location.replace(place.dataset.onward);
else if (told.none) place.querySelector("[data-none]").hidden = false;
else {
  place.querySelector("[data-problem] p").textContent = told.fix ? `${told.what}: ${told.fix}.` : told.what;
  place.querySelector("[data-problem]").hidden = false;
}
