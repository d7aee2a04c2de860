// Restores typed text that did not reach the server. A text control sends its text after a short delay, and a text that
// is being sent is lost with the connection. So the texts that the controls of a form had when the connection was lost or
// the page was closed are put into them again when the server answers. If a text is too long for the connection, an error
// is shown at its field and it is not sent.
//
// The controls are those of a <form data-typed>, by name. A secret's control has no name.
(() => {
  const CONTROLS = "form[data-typed] :is(input[type=text], input:not([type]), textarea)[name]";
  const KEPT = "typed texts";
  const MOST_CHARACTERS = 50_000; // The server closes a connection that sends a message of 1 MB.
  const FORM_ERROR = "pd-field-error";

  const page = () => location.pathname + location.search;
  let typed = load(); // Name of a control -> the text that was last typed in it on this page.
  let typedOn = page();
  let missing = new Map(typed); // Texts for controls that may not exist yet.
  let wasConnected = false;

  const isConnected = () => document.querySelector(".pd-connection[data-state='connected']") !== null;
  const controls = () => [...document.querySelectorAll(CONTROLS)];

  function load() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT));
      sessionStorage.removeItem(KEPT);
      return kept?.page === page() ? new Map(kept.texts) : new Map();
    } catch {
      return new Map();
    }
  }

  /** Removes texts that the page no longer shows, because the server has changed them. */
  function forgetGone() {
    if (typedOn !== page()) typed.clear();
    const shown = new Map(controls().map((each) => [each.name, each.value]));
    typed = new Map([...typed].filter(([name, text]) => shown.get(name) === text));
  }

  function putBack() {
    for (const control of missing.size > 0 && typedOn === page() ? controls() : []) {
      const text = missing.get(control.name);
      missing.delete(control.name);
      if (text === undefined || text === control.value) continue;
      const { prototype } = control.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
      // React ignores a value that is set on the element itself, so the prototype's setter is used.
      Object.getOwnPropertyDescriptor(prototype, "value").set.call(control, text);
      control.dispatchEvent(new Event("input", { bubbles: true }));
      control.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
    }
  }

  function followConnection() {
    const now = isConnected();
    if (wasConnected && !now) forgetGone();
    if (now && !wasConnected) missing = new Map([...missing, ...typed]);
    if (now) putBack();
    wasConnected = now;
  }

  new MutationObserver(followConnection).observe(document, { subtree: true, childList: true, attributeFilter: ["data-state"] });
  followConnection(); // The page may be complete before this script runs, and may not change any more.

  window.addEventListener("pagehide", () => {
    if (wasConnected) forgetGone();
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ page: page(), texts: [...typed] }));
    } catch {
      // Without storage only texts that were not sent yet are lost.
    }
  });

  document.addEventListener(
    "input",
    (event) => {
      const control = event.target;
      if (!control.matches?.("input, textarea")) return;
      const most = Number(control.dataset.maxLength ?? MOST_CHARACTERS);
      const excess = control.value.length > most ? [...control.value].length - most : 0;
      if (excess > 0) event.stopImmediatePropagation();
      tell(control, excess, most);
      if (!control.matches(CONTROLS) || excess > 0) return;
      if (typedOn !== page()) typed.clear();
      typedOn = page();
      typed.set(control.name, control.value);
      missing.delete(control.name);
    },
    true,
  );

  // A plan has many texts. Those that have not changed are not sent.
  document.addEventListener("formdata", ({ target, formData }) => {
    for (const control of target.querySelectorAll("[data-plan]")) {
      if (control.value === control.defaultValue) formData.delete(control.name);
    }
  });

  for (const kind of ["submit", "click"]) document.addEventListener(kind, stopIfTooLong, true);

  function stopIfTooLong(event) {
    const form = event.target.closest?.("form");
    const isSent = event.type === "submit" || event.target.closest?.("[data-sends]");
    const wrong = isSent && form?.querySelector("[data-too-long]");
    if (!wrong) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wrong.focus();
  }

  function tell(control, excess, most) {
    const field = control.closest(".pd-field") ?? control.parentElement;
    field.querySelector(`.${FORM_ERROR}[data-of-page]`)?.remove();
    control.toggleAttribute("data-too-long", excess > 0);
    if (excess <= 0) return;
    const error = document.createElement("div");
    error.className = FORM_ERROR;
    error.setAttribute("role", "alert");
    error.dataset.ofPage = "";
    error.textContent = `At most ${most.toLocaleString()} characters; this is ${excess.toLocaleString()} too many.`;
    field.append(error);
  }
})();
