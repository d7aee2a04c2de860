// A button that moves a column keeps the focus, although its line is taken out of the page for a moment.
const LONGEST = 2_000;

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.(".columns fieldset .icon-button");
  if (!button) return;
  const observer = new MutationObserver(() => {
    if (button.isConnected && document.activeElement !== button) button.focus();
    observer.disconnect();
  });
  observer.observe(button.closest("fieldset"), { childList: true, subtree: true });
  setTimeout(() => observer.disconnect(), LONGEST);
});
