// A list by keyboard: moves among the rows, and presses the buttons of their form, each by the key that it names.
// Without it the form does all.
const form = document.querySelector("[data-review]");
const keys = document.querySelector("[data-keys]");

if (form) {
  const rows = [...form.querySelectorAll("[data-row]")];
  const wanted = rows.findIndex((row) => row.dataset.row === form.dataset.at);
  let current = -1;
  const go = (to) => {
    if (!rows.length) return;
    rows[current]?.removeAttribute("aria-current");
    current = Math.max(0, Math.min(rows.length - 1, to));
    rows[current].setAttribute("aria-current", "true");
    rows[current].focus();
  };
  const box = () => rows[current]?.querySelector("input[type=checkbox]");
  const chosen = () => form.querySelectorAll("[name=row]:checked").length;
  const buttons = new Map([...form.querySelectorAll("button[data-key]")].map((button) => [button.dataset.key, button]));
  const decide = (button) => {
    if (!chosen() && box()) box().checked = true; // nothing selected: the row one is on
    if (chosen()) form.requestSubmit(button);
  };
  const undo = () => {
    const button = rows[current]?.querySelector("[data-undo]") ?? form.querySelector("[data-undo-last]");
    if (button) form.requestSubmit(button);
  };

  keys.hidden = false;
  form.addEventListener("submit", () => { // the next page goes on at the row after the last that was decided
    const last = rows.findLastIndex((row) => row.querySelector("[name=row]:checked"));
    const next = rows.slice(last + 1).find((row) => !row.querySelector("[name=row]:checked"));
    form.elements.at.value = (next ?? rows[Math.max(current, 0)])?.dataset.row ?? "";
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key !== "j" && event.key !== "k") return;
    if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    if (event.key === "j") go(current + 1);
    else if (event.key === "k") go(current - 1);
    else if (event.key === "x" && box()) box().checked = !box().checked;
    else if (event.key === "u") undo();
    else if (event.key === "?") keys.open = !keys.open;
    else if (buttons.has(event.key)) decide(buttons.get(event.key));
    else return;
    event.preventDefault();
  });
  if (form.dataset.at) go(wanted < 0 ? 0 : wanted);
}
