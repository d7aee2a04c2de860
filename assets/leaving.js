// Asks for confirmation before a form is left that was changed and not sent: by a link of the page, back and forward,
// reload, or closing the tab.
//
// The forms are those with `data-typed`. Leaving loses no typed text: the tab keeps it until it is closed.
(() => {
  const FORMS = "form[data-typed]";
  const changed = new WeakSet();

  const changedForm = () => [...document.querySelectorAll(FORMS)].some((form) => changed.has(form));

  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest?.(FORMS);
      if (form && event.isTrusted) changed.add(form);
    }, true);
  }

  // A form that was sent or started over needs no confirmation.
  document.addEventListener("submit", ({ target }) => changed.delete(target));
  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("[data-sends], [data-clears]")) changed.delete(target.closest("form"));
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (link && isLeaving(event, link) && changedForm()) onLeave(event, () => link.click());
  }, true);

  function isLeaving(event, link) {
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!isPlain || link.target === "_blank" || link.hasAttribute("download")) return false;
    return link.origin === location.origin && link.pathname !== location.pathname; // Elsewhere: `beforeunload` asks.
  }

  window.navigation?.addEventListener("navigate", (event) => {
    if (event.navigationType !== "traverse" || !event.cancelable || !changedForm()) return;
    onLeave(event, () => navigation.traverseTo(event.destination.key));
  });

  window.addEventListener("beforeunload", (event) => {
    // Reflex disconnects at this event, and would stay disconnected if the person chooses to stay.
    if (changedForm() && !window.protoDDF?.isReloading) stop(event);
  }, true);

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  async function onLeave(event, leave) {
    stop(event);
    if (document.querySelector("dialog.pd-ask[open]") || !(await ask())) return; // One question at a time.
    // The page may still show the form for a moment, and must not ask again.
    document.querySelectorAll(FORMS).forEach((form) => changed.delete(form));
    leave();
  }

  /** Asks in a dialog of the page; resolves to whether the person agrees. */
  function ask() {
    const dialog = document.createElement("dialog");
    dialog.className = "pd-ask";
    dialog.setAttribute("aria-labelledby", "pd-ask-title");
    dialog.setAttribute("aria-describedby", "pd-ask-text");
    const make = (tag, words, more) => Object.assign(document.createElement(tag), { textContent: words, ...more });
    const text = "What you entered was not sent. This tab keeps it, for when you come back to this form.";
    const buttons = make("form", "", { method: "dialog", className: "pd-ask-buttons" });
    buttons.append(make("button", "Stay", { value: "", autofocus: true }), make("button", "Leave", { value: "yes" }));
    dialog.append(make("h2", "Leave this form?", { id: "pd-ask-title" }), make("p", text, { id: "pd-ask-text" }), buttons);
    (document.querySelector(".radix-themes") ?? document.body).append(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        dialog.remove();
        resolve(dialog.returnValue === "yes");
      });
    });
  }
})();
