// Takes an answer to the app that asked for it, once. Without it the page's button does.
if (performance.getEntriesByType("navigation")[0]?.type !== "back_forward") document.querySelector("form[data-post]").submit();
