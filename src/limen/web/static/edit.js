// Says a rule's sentence, or what is wrong with its text, while it is being changed. Without it the page's buttons do.
const wait = 350;
const sent = async (form, url) => {
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const reply = await fetch(url, { method: "POST", body });
  return reply.ok && !reply.redirected ? reply.json() : null;
};
// One question at a time: while one is being answered, what was typed meanwhile waits, and only the newest is asked.
const after = (form, work) => {
  let timer, asking = false, again = false;
  const ask = async () => {
    if (asking) { again = true; return; }
    asking = true;
    again = false;
    const found = await work().catch(() => null);
    asking = false;
    if (again) ask();
    else if (found) found();
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, wait); });
};

for (const form of document.querySelectorAll("form[data-preview]")) {
  const place = form.querySelector("[data-said]");
  after(form, async () => {
    const reply = await sent(form, form.dataset.preview);
    return reply && (() => { place.textContent = reply.said ?? (reply.fix ? `${reply.what}: ${reply.fix}.` : reply.what); });
  });
}

for (const form of document.querySelectorAll("form[data-check]")) {
  const place = form.querySelector("[data-problems]");
  after(form, async () => {
    const reply = await sent(form, form.dataset.check);
    return reply && (() => {
      place.hidden = false;
      place.classList.toggle("problem", reply.problems.length > 0);
      place.classList.toggle("done", reply.problems.length === 0);
      place.querySelector("ul").replaceChildren(...(reply.problems.length ? reply.problems : [null]).map((one) => {
        const line = document.createElement("li");
        if (!one) { line.textContent = "Nothing is wrong with it."; return line; }
        const where = document.createElement("strong");
        where.textContent = one.where;
        line.append(where, `: ${one.what}${one.fix ? `; ${one.fix}` : ""}`);
        return line;
      }));
    });
  });
}
