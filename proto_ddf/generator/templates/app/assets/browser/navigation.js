// The box above a long navigation hides the entries that do not contain its text. Folded reports are searched too.
document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-nav-filter]")) return;
  const words = target.value.trim().toLowerCase();
  const nav = target.closest("nav");
  for (const entry of nav.querySelectorAll(".nav-entry")) {
    entry.hidden = !entry.textContent.toLowerCase().includes(words);
  }
  for (const heading of nav.querySelectorAll("p.nav-heading")) heading.hidden = words !== "";
  for (const folded of nav.querySelectorAll("details")) {
    folded.hidden = !folded.querySelector(".nav-entry:not([hidden])");
    if (words) folded.open = true;
  }
});
