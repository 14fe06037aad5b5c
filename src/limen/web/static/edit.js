// Says a rule's sentence, or what is wrong with its text, while it is being changed. Without it the page's buttons do.
const wait = 350;
const sent = async (form, url) => {
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const reply = await fetch(url, { method: "POST", body });
  return reply.ok && !reply.redirected ? reply.json() : null;
};
// Somebody was quicker than this script, or the browser kept what they had entered.
const isTouched = (form) => [...form.elements].some((one) => one.checked !== one.defaultChecked || (one.defaultValue ?? one.value) !== one.value);
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
  if (isTouched(form)) ask();
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
  const text = form.querySelector("textarea");
  const numbers = form.querySelector("[data-lines]");
  const most = Number(form.dataset.most);
  let wrong = new Set([...numbers.querySelectorAll(".wrong")].map((line) => Number(line.textContent)));
  const number = () => {
    const count = Math.max(8, text.value.split("\n").length + 2);
    text.rows = count;
    numbers.replaceChildren(...Array.from({ length: Math.min(count, 4000) }, (_, at) => {
      const line = document.createElement("li");
      line.textContent = at + 1;
      line.classList.toggle("wrong", wrong.has(at + 1));
      return line;
    }));
  };
  const show = (problems) => {
    wrong = new Set(problems.map((one) => one.line));
    number();
    text.setAttribute("aria-invalid", problems.length > 0);
    place.hidden = false;
    place.classList.toggle("problem", problems.length > 0);
    place.classList.toggle("done", problems.length === 0);
    place.querySelector("ul").replaceChildren(...(problems.length ? problems : [null]).map((one) => {
      const line = document.createElement("li");
      if (!one) { line.textContent = "No problems found."; return line; }
      const where = document.createElement("strong");
      where.textContent = one.where;
      line.append(where, `: ${one.what}${one.fix ? `; ${one.fix}` : ""}`);
      return line;
    }));
  };
  // What the server would refuse whole stays here, where it can be made shorter.
  const tooLong = () => {
    const over = text.value.length - most;
    text.setCustomValidity(over > 0 ? `This is ${over.toLocaleString()} characters too long.` : "");
    return over > 0;
  };
  text.addEventListener("input", () => {
    number();
    if (tooLong()) show([{ where: "The whole", line: 0, what: `it is longer than ${most.toLocaleString()} characters`, fix: "split it, or change the file in the company folder" }]);
  });
  tooLong();
  number();
  after(form, async () => {
    if (tooLong()) return null;
    const reply = await sent(form, form.dataset.check);
    return reply && (() => show(reply.problems));
  });
}
