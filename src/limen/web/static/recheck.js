// A refusal that waits for a device: says that it is being asked, and looks again by itself once it has reported anew.
const form = document.querySelector("[data-recheck]");
const button = document.querySelector("[data-asking]");
const PAUSE_MS = 2000, MOST_LOOKS = 450; // for a quarter of an hour, as long as a session stays bound

form.addEventListener("submit", () => { button.disabled = true; button.textContent = button.dataset.asking; });
document.querySelector("[data-waiting]").hidden = false;
for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
  await new Promise((done) => setTimeout(done, PAUSE_MS));
  if (document.hidden || button.disabled) continue;
  try {
    const reply = await fetch(form.dataset.recheck, { headers: { accept: "application/json" } });
    if (!reply.ok) break;
    if ((await reply.json()).seen !== form.dataset.seen) { location.replace(form.dataset.again); break; }
  } catch { /* the network is away for a moment: look again */ }
}
