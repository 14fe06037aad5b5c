// A document that is dropped or chosen is looked into at once, and stays chosen for when it is labelled. Without this the
// form's two buttons do all, and the document is chosen again for the second.
const trusted = window.trustedTypes?.createPolicy("server-fragment", { createHTML: (html) => html }) ?? { createHTML: (html) => html };
const form = document.querySelector("form[data-label]");
const file = form.querySelector("input[type=file]");
const place = form.querySelector("[data-looked]");
const state = form.querySelector("[data-state]");
const drop = form.querySelector("[data-drop]");
let asked = 0, looking = false;

const needsWhy = () => {
  const why = form.elements.why;
  if (why) why.required = Boolean(form.querySelector("[name=label]:checked")?.hasAttribute("data-needs-why"));
};
const show = (html) => {
  const page = new DOMParser().parseFromString(trusted.createHTML(html), "text/html"); // our own server's escaped page
  place.replaceChildren(...page.querySelector("[data-looked]").childNodes);
  place.querySelector("[data-without-script]")?.remove();
  needsWhy();
};
const look = async () => {
  const mine = ++asked;
  if (!file.files.length) return;
  if (file.files[0].size > Number(state.dataset.most) * 1024 * 1024) {
    state.textContent = state.dataset.large;
    return;
  }
  state.textContent = state.dataset.looking;
  looking = true;
  try {
    const body = new FormData();
    body.append("csrf", form.elements.csrf.value);
    body.append("file", file.files[0]);
    const reply = await fetch(form.dataset.label, { method: "POST", body });
    const html = await reply.text();
    if (mine !== asked) return;
    if (reply.redirected) { location.reload(); return; }
    show(html);
    state.textContent = "";
  } catch {
    if (mine === asked) state.textContent = state.dataset.failed;
  } finally {
    if (mine === asked) looking = false;
  }
};

file.addEventListener("change", look);
form.addEventListener("change", needsWhy);
form.addEventListener("submit", (event) => {
  if (event.submitter?.hasAttribute("formaction")) {
    event.preventDefault();
    if (form.querySelector("input[type=file]").reportValidity()) look();
  } else if (looking) event.preventDefault();
  else state.textContent = state.dataset.sent;
});
for (const name of ["dragover", "dragenter"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer.files.length !== 1) return;
  file.files = event.dataTransfer.files;
  look();
});
