// A click anywhere on a row of a list follows the row's link. Links, buttons and controls in the row keep what they do, and
// so does the selection of text.
const OWN = "a, button, input, select, textarea, label, summary, [contenteditable]";

const linkAt = ({ target, defaultPrevented }) => {
  const row = target.closest?.(".grid tbody tr");
  if (!row || defaultPrevented || target.closest(OWN) || !getSelection().isCollapsed) return null;
  return row.querySelector("a.open-link, a.row-link");
};

document.addEventListener("click", (event) => {
  const link = linkAt(event);
  if (!link) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) window.open(link.href, "_blank", "noopener");
  else link.click();
});

document.addEventListener("auxclick", (event) => {
  const link = event.button === 1 && linkAt(event);
  if (link) window.open(link.href, "_blank", "noopener");
});
