// Arrow keys move between the rows of a list, and between the options of a searchable select.
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const within = event.target.closest?.(".grid tbody, .choices");
  if (!step || !within) return;
  const inList = within.matches(".choices");
  const places = [...within.querySelectorAll(inList ? "input, .choice" : ".open-link")];
  const here = inList ? event.target : event.target.closest("tr")?.querySelector(".open-link");
  const next = places[places.indexOf(here) + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
});
