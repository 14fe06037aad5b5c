// Rows that arrive by themselves, ids to copy, forms that send themselves. Works on what the HTML declares.
const trusted = window.trustedTypes?.createPolicy("server-fragment", { createHTML: (html) => html }) ?? { createHTML: (html) => html };
const parse = (html) => {
  const template = document.createElement("template");
  template.innerHTML = trusted.createHTML(html); // only our own server's escaped rows come through here
  return template.content;
};

for (const list of document.querySelectorAll("[data-stream]")) {
  const state = document.querySelector("[data-state]");
  const pause = document.querySelector("[data-pause]");
  const held = [];
  let paused = false;
  const say = (text, on) => { state.textContent = text; state.classList.toggle("on", on); };
  const show = (row) => {
    list.prepend(parse(row));
    while (list.children.length > Number(list.dataset.most)) list.lastElementChild.remove();
    document.querySelector("[data-empty]")?.remove();
  };
  const source = new EventSource(list.dataset.stream);
  source.addEventListener("open", () => say(paused ? "Paused" : "Live", !paused));
  source.addEventListener("error", () => say("Reconnecting…", false));
  source.addEventListener("decision", (event) => {
    if (!paused) { show(event.data); return; }
    held.push(event.data);
    if (held.length > Number(list.dataset.most)) held.shift();
    say(`Paused, ${held.length} waiting`, false);
  });
  source.addEventListener("over", () => { source.close(); location.reload(); });
  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Continue" : "Pause";
    pause.setAttribute("aria-pressed", paused);
    if (!paused) held.splice(0).forEach(show);
    say(paused ? "Paused" : "Live", !paused);
  });
}

for (const region of document.querySelectorAll("[data-live]")) { // sent anew; what somebody has begun to fill in stays
  const source = new EventSource(region.dataset.live);
  let waiting, touched;
  const show = () => {
    if (!waiting || touched || region.contains(document.activeElement)) return;
    region.replaceChildren(parse(waiting));
    waiting = "";
  };
  region.addEventListener("input", () => { touched = true; });
  region.addEventListener("focusout", () => setTimeout(show));
  source.addEventListener("region", (event) => { waiting = JSON.parse(event.data); show(); });
  source.addEventListener("over", () => { source.close(); location.reload(); });
}

for (const copy of document.querySelectorAll("[data-copy]")) {
  const word = copy.textContent;
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(copy.dataset.copy);
    copy.textContent = copy.dataset.copied;
    setTimeout(() => { copy.textContent = word; }, 1600);
  });
}
for (const choice of document.querySelectorAll("select[data-send]")) choice.addEventListener("change", () => choice.form.requestSubmit());
