// The rows that are selected in a list: by their checkboxes, a range of them with the shift key (also on the keyboard), or
// all rows of the page. The selection lasts as long as its rows are shown.
const ROW = "input[data-row]";
const ALL = "input[data-rows]";
const ARIA_LABEL = "aria-label";

let last = ""; // The row that was selected or left out last.
let isAsked = false;

const boxes = () => [...document.querySelectorAll(ROW)];

/** The addresses of the selected rows. */
export const selectedRows = () => boxes().filter((box) => box.checked).map((box) => box.dataset.row);

export function clearSelection() {
  for (const box of boxes()) box.checked = false;
  show();
}

function choose(box, isRange) {
  const all = boxes();
  const [from, to] = [all.findIndex((each) => each.dataset.row === last), all.indexOf(box)].sort((a, b) => a - b);
  if (isRange && from >= 0) for (const each of all.slice(from, to + 1)) each.checked = box.checked;
  last = box.dataset.row;
}

/** Shows how many rows are selected, and what can be done with them. */
function show() {
  isAsked = false;
  const all = boxes();
  const count = all.filter((box) => box.checked).length;
  for (const bar of document.querySelectorAll("[data-selection]")) {
    bar.hidden = count === 0;
    const said = count === 1 ? "1 row selected" : `${count} rows selected`;
    const place = bar.querySelector("[data-selection-count]");
    if (place.textContent !== said) place.textContent = said;
  }
  for (const box of document.querySelectorAll(ALL)) {
    box.checked = count > 0 && count === all.length;
    box.indeterminate = count > 0 && count < all.length;
    const label = box.checked ? "Select no row" : "Select all rows of this page";
    if (box.getAttribute(ARIA_LABEL) !== label) box.setAttribute(ARIA_LABEL, label);
  }
}

function showSoon() {
  if (!isAsked) requestAnimationFrame(show);
  isAsked = true;
}

function start() {
  // A press of the space bar is a click too.
  document.addEventListener("click", ({ target, shiftKey }) => {
    if (!(target instanceof HTMLInputElement)) return;
    if (target.matches(ALL)) for (const box of boxes()) box.checked = target.checked;
    else if (target.matches(ROW)) choose(target, shiftKey);
    else return;
    show();
  });
  new MutationObserver(showSoon).observe(document, {
    childList: true,
    subtree: true,
    attributeFilter: ["data-row"],
  });
  window.protoDDF = Object.assign(window.protoDDF ?? {}, { clearSelection });
}

if (typeof document !== "undefined") start(); // Pages are also drawn where they are built, without a document.
