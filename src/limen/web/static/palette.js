// "Go to…" over any page of the console: Ctrl-K or Cmd-K opens it, / goes to the page's own search, or else opens it too.
// Without it the button leads to the same search as a page. What the server found is text; no HTML is made of it.
const dialog = document.getElementById("palette");
const input = dialog.querySelector("input");
const list = dialog.querySelector("[role=listbox]");
const status = dialog.querySelector("[role=status]");
const wait = 140; // each question is decided and journaled like any other request
let timer, asking, chosen = -1;

const choose = (at) => {
  const options = [...list.children];
  chosen = options.length ? (at + options.length) % options.length : -1;
  options.forEach((option, place) => option.setAttribute("aria-selected", place === chosen));
  if (chosen < 0) { input.removeAttribute("aria-activedescendant"); return; }
  input.setAttribute("aria-activedescendant", options[chosen].id);
  options[chosen].scrollIntoView({ block: "nearest" });
};

const part = (kind, name, text) => {
  const made = document.createElement(kind);
  made.className = name;
  made.textContent = text;
  return made;
};

const show = (found) => {
  list.replaceChildren(...found.map((one, at) => {
    const option = document.createElement("li");
    option.id = `palette-${at}`;
    option.role = "option";
    option.dataset.href = one.href;
    option.append(part("strong", "name", one.title), part("span", "soft hint", one.hint), part("span", "label", one.kind));
    return option;
  }));
  input.setAttribute("aria-expanded", found.length > 0);
  status.textContent = found.length ? `${found.length} found. ↑ ↓ choose, Enter opens, Esc closes.` : "No matches.";
  choose(0);
};

// Only the newest question counts: an older one is given up.
const ask = async () => {
  asking?.abort();
  asking = new AbortController();
  const url = `/console/find?${new URLSearchParams({ q: input.value })}`;
  try {
    const reply = await fetch(url, { headers: { accept: "application/json" }, signal: asking.signal });
    if (reply.redirected || !reply.ok) { location.assign(url); return; }
    show(await reply.json());
  } catch (error) {
    if (error.name !== "AbortError") status.textContent = "Search failed. Press Enter to search on a page.";
  }
};

const open = () => {
  if (dialog.open) return;
  dialog.showModal();
  input.select();
  ask();
};

const go = (option) => {
  const to = option?.dataset.href;
  if (to?.startsWith("/") && !to.startsWith("//")) location.assign(to);
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (dialog.open) dialog.close(); else open();
    return;
  }
  const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const own = document.querySelector("main input[type=search]");
  if (own) own.focus(); else open();
});

for (const button of document.querySelectorAll("[data-palette]")) {
  button.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
}

// On a phone the menu is wider than the screen: where one is shows.
const menu = document.querySelector(".side nav");
const current = menu.querySelector("[aria-current]");
if (current && menu.scrollWidth > menu.clientWidth) menu.scrollLeft = current.offsetLeft - menu.offsetLeft - 12;

input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, wait); });
input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen - 1);
  else if (event.key === "Escape") dialog.close();
  else if (event.key === "Enter" && chosen >= 0) go(list.children[chosen]);
  else return;
  event.preventDefault();
});
list.addEventListener("click", (event) => go(event.target.closest("[role=option]")));
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
