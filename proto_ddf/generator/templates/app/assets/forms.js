// Forms (<form data-form="KEY">): only changed fields are sent, typed text is kept until it is saved, and leaving a
// changed form asks for confirmation.
//
// Drafts are kept in IndexedDB, one for each form and tab. A tab restores its own draft, or that of a closed tab. A
// draft is removed on save, discard and cancel, and after 24 hours. Secrets are never kept.
//
// A form that was submitted waits in the outbox until the app has replied (browser/outbox.js). Until then it cannot be edited.
import { allItems, onChange, removeItem } from "/browser/outbox_store.js";

(() => {
  const DAY = 24 * 60 * 60 * 1000;
  const WRITE_AFTER_MS = 200;
  const LOCK_WAIT_MS = 1000;
  const LOCK_WAIT_OF_RELOADED_MS = 4000;
  const CLICK_AGAIN_MS = 2000;
  const RESTORE_WAIT_MS = 5000;
  const TOLD_WITHIN_MS = 3000;
  const MOST_SENT_BYTES = 900_000; // The server closes a connection that sends a message of 1 MB.
  const MOST_KEPT_CHARACTERS = 4_000_000;
  const DATABASE = `forms ${document.querySelector("script[data-app]")?.dataset.app ?? ""}`;
  const FORMS = "form[data-form]";
  const HALF_TYPED = "This is not complete: fill in every part, or clear them all.";

  // The state of each form: its key, and the values its controls had when the page filled it.
  const known = new WeakMap();
  const pending = new Map(); // Form -> timer of its next write.
  const uncommitted = new Map(); // Key -> the form's last change of its draft, until IndexedDB has committed it.
  let reading = false; // The script itself reads a form, so no values are left out.
  let leaving = false; // The person has confirmed leaving the form.
  let focused = null; // Where the person was typing.
  let tabName; // A duplicated tab takes a name of its own a moment after the page is loaded.
  // While the page stays at one address: whether it was loaded there, and the tokens of forms that were sent.
  let visit = { href: location.href, isLoaded: true, tokens: new Set() };
  let overdue = []; // Changes that pages which are gone have noted, until IndexedDB has committed them.

  // ---- The values of a form

  // A control named "elements" or "closest" hides the form's own property with that name; these functions do not.
  const readElements = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, "elements").get;
  const readConnected = Object.getOwnPropertyDescriptor(Node.prototype, "isConnected").get;
  const elementsOf = (form) => [...readElements.call(form)];
  const isOnPage = (form) => readConnected.call(form);
  const keyOf = (form) => Element.prototype.getAttribute.call(form, "data-form");
  const find = (form, selector) => Element.prototype.querySelector.call(form, selector);
  const findAll = (form, selector) => Element.prototype.querySelectorAll.call(form, selector);
  const closest = (element, selector) =>
    element instanceof Element ? Element.prototype.closest.call(element, selector) : null;

  const isAlwaysSent = (name) => name.startsWith("_") || name.startsWith("choice.");
  const controlsOf = (form, name) => elementsOf(form).filter((each) => each.name === name);
  const isShown = (control) => control.type !== "hidden" && !control.hidden;
  const isHeldText = (control) => control.type === "hidden" && !("picker" in control.dataset);

  /** The values by name, each as a list, because a switch that is on sends two. */
  function heldIn(form) {
    const held = new Map();
    for (const { name } of elementsOf(form)) if (name) held.set(name, []);
    reading = true;
    for (const [name, value] of new FormData(form)) held.get(name)?.push(value);
    reading = false;
    return held;
  }

  const areSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  /** The values that changed since the page filled the form, by name. */
  function touchedIn(form) {
    const { start } = known.get(form);
    const held = [...heldIn(form)];
    return new Map(held.filter(([name, now]) => !isAlwaysSent(name) && !areSame(now, start.get(name))));
  }

  /** A date or time of which only some parts are typed; the browser returns an empty value for it. */
  const isHalfTyped = (control) => Boolean(control.validity?.badInput);
  const halfTypedIn = (form) => elementsOf(form).filter((each) => each.name && isHalfTyped(each));

  const isChanged = (form) =>
    known.has(form) && !known.get(form).saved && !known.get(form).left && (touchedIn(form).size > 0 || halfTypedIn(form).length > 0);
  const changedForm = () => [...document.querySelectorAll(FORMS)].find(isChanged);

  function fill(form, name, values, label) {
    for (const control of controlsOf(form, name)) {
      if (isHeldText(control)) continue;
      if (control.type === "checkbox" || control.type === "radio") {
        control.checked = values.includes(control.value);
      } else control.value = values[0] ?? "";
      if (label !== undefined) setLabel(control, label);
      control.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "filled" }));
      control.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "filled" }));
    }
  }

  const labelOf = (control) => control.closest("[data-field]")?.querySelector("[data-picker-label]");

  function setLabel(control, text) {
    const label = labelOf(control);
    if (label?.firstChild) label.firstChild.nodeValue = text; // React manages this text node, so it must stay.
    else if (label) label.textContent = text;
  }

  // ---- A form appears

  function notice(form) {
    const key = keyOf(form);
    const held = heldIn(form);
    const before = known.get(form);
    if (before?.key === key) {
      for (const [name, values] of held) if (!before.start.has(name)) before.start.set(name, values);
      return;
    }
    const pickers = elementsOf(form).filter((each) => "picker" in each.dataset);
    known.set(form, {
      key,
      start: held,
      labels: new Map(pickers.map((each) => [each.name, labelOf(each)?.textContent ?? ""])),
      secrets: new Set(elementsOf(form).filter(isSecret).map((each) => each.name)),
      at: 0, // Time of the last input.
      sent: false, // It was sent, and it is unknown whether it was saved.
      saved: false,
      left: false, // The person has confirmed leaving it.
      isRestored: false, // What the browser keeps of it was put in.
    });
    const request = reopened.get(key);
    reopened.delete(key);
    if (request?.isSaved) closeSaved(form);
    else startRestoring(form);
    lockWaiting();
  }

  /** Closes a form that was saved while it was opening; again if it stays, because the server may lose a click. */
  async function closeSaved(form) {
    known.get(form).isRestored = true;
    for (let wait = CLICK_AGAIN_MS; isOnPage(form) && !isChanged(form); wait *= 2) {
      find(form, "[data-draft-cancel]")?.click();
      await new Promise((done) => setTimeout(done, wait));
    }
  }

  function startRestoring(form) {
    const now = known.get(form);
    const atMost = new Promise((done) => setTimeout(done, RESTORE_WAIT_MS));
    now.restoring = Promise.race([restore(form), atMost]).finally(() => (now.isRestored = true));
  }

  const isSecret = (control) => control.type === "password" || "secret" in control.dataset;

  new MutationObserver(look).observe(document, {
    childList: true,
    subtree: true,
    attributeFilter: ["data-form", "data-draft-open"],
  });

  function look() {
    if (visit.href !== location.href) visit = { href: location.href, isLoaded: false, tokens: new Set() };
    document.querySelectorAll(FORMS).forEach(notice);
    document.querySelectorAll("[data-draft-open]").forEach(openDraft);
  }

  const opened = new WeakMap(); // Edit button -> the key for which a draft was last searched.
  const reopened = new Map(); // Key of a form that is to open -> the request, until the form is shown.

  /** Clicks the Edit button of a row that has a draft; again if no form is shown, because the server may lose a click
   * while the page connects to it. */
  async function openDraft(button) {
    const key = button.dataset.draftOpen;
    if (opened.get(button) === key) return;
    opened.set(button, key);
    const request = { isSaved: false };
    reopened.set(key, request);
    const isLatest = () => reopened.get(key) === request;
    const isAsked = () => isLatest() && !request.isSaved && button.isConnected && button.dataset.draftOpen === key;
    const draft = await findDraft(key);
    if (isLatest() && !(draft && isAsked())) reopened.delete(key);
    for (let wait = CLICK_AGAIN_MS; isAsked(); wait *= 2) {
      button.click();
      await new Promise((done) => setTimeout(done, wait));
    }
  }

  // ---- Drafts

  /** The name of this tab, which stays the same after a reload. A duplicated tab has a copy of the name and takes another. */
  async function takeTabName() {
    let name = newName();
    try {
      tabName = name = sessionStorage.getItem("forms.tab") ?? name;
      if (!(await holdTab(name))) await holdTab((name = newName()));
      sessionStorage.setItem("forms.tab", name);
    } catch {
      // Without the browser's storage or locks, the tab keeps this name until it is reloaded.
    }
    return (tabName = name);
  }

  const newName = () => Array.from(crypto.getRandomValues(new Uint32Array(3))).join("-");
  const lockOf = (name) => `${DATABASE} ${name}`;

  /** Holds a lock while the page is open, so that other tabs see that this one is open. A page that was reloaded
   * releases its lock a moment later. */
  function holdTab(name) {
    if (!navigator.locks) return true; // Browsers offer locks only at secure addresses.
    return new Promise((resolve) => {
      const hold = () => {
        resolve(true);
        return new Promise(() => {});
      };
      const isReloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
      const wait = isReloaded ? LOCK_WAIT_OF_RELOADED_MS : LOCK_WAIT_MS;
      const options = { signal: AbortSignal.timeout(wait) };
      navigator.locks.request(lockOf(name), options, hold).catch(() => resolve(false));
    });
  }

  const asPromise = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  async function openDatabase() {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () =>
      request.result.createObjectStore("drafts", { keyPath: ["key", "tab"] });
    const opened = await asPromise(request);
    await writeNotes(opened).catch((error) => console.warn("Drafts are not up to date:", error));
    return opened;
  }

  const draftsIn = (opened, mode) =>
    opened.transaction("drafts", mode, { durability: "relaxed" }).objectStore("drafts");

  const isOld = (draft) => !(Date.now() - draft.at < DAY);

  async function dropOld(opened) {
    const drafts = draftsIn(opened, "readwrite");
    for (const each of await asPromise(drafts.getAll())) {
      if (isOld(each)) drafts.delete([each.key, each.tab]);
    }
  }

  /** Runs one step with the drafts and waits until its changes are committed: a page that goes earlier has none of
   * them. Gives what the step returns, undefined if it failed. Without IndexedDB nothing is kept, and the forms still work. */
  async function withDrafts(mode, step) {
    try {
      const [opened, own] = await Promise.all([database, tab]);
      return await runStep(opened, mode, (drafts) => step(drafts, own));
    } catch (error) {
      console.warn("Drafts are not kept:", error);
    }
  }

  async function runStep(opened, mode, step) {
    const drafts = draftsIn(opened, mode);
    const [result] = await Promise.all([step(drafts), committed(drafts.transaction)]);
    return result;
  }

  const committed = (transaction) =>
    new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error ?? new Error("The transaction was aborted."));
    });

  /** The draft of this tab, otherwise the newest one of a closed tab. A person who opens the form of another new row does
   * not get one that waits to be sent. */
  async function findDraft(key) {
    await forgetting;
    const tokens = visit.isLoaded ? [] : (await waiting()).map(tokenOf).filter((each) => !visit.tokens.has(each));
    return (await draftsOf(key)).find((each) => !isRemoved(each) && !(each.token && tokens.includes(each.token)));
  }

  /** Whether it is to be removed, which IndexedDB has not done yet or refuses, as on a full disk. */
  function isRemoved({ key, tab, at, token }) {
    const changes = [...uncommitted.values(), ...overdue.filter((each) => each.tab === tab)];
    const isMeant = (each) => each.key === key && !each.draft && at <= each.at;
    return changes.some((each) => isMeant(each) && !(each.token && each.token !== token));
  }

  /** The drafts of a form that this tab may restore: its own first, then those of closed tabs, newest first. */
  async function draftsOf(key) {
    await flush();
    const range = IDBKeyRange.bound([key], [key, []]);
    const all = await withDrafts("readonly", (drafts) => asPromise(drafts.getAll(range)));
    const own = await tab;
    const isOpen = await openTabs();
    const mine = (all ?? []).filter((each) => each.tab === own || !isOpen(each.tab));
    const order = (one, other) => (other.tab === own) - (one.tab === own) || other.at - one.at;
    return mine.filter((each) => !isOld(each)).sort(order);
  }

  /** A function that tells whether the tab of that name is open. */
  async function openTabs() {
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    const locks = new Set(held.map((lock) => lock.name));
    return (name) => locks.has(lockOf(name));
  }

  let forgetting = Promise.resolve();

  /** Removes the drafts that this tab could restore; with a token only those of that form of a new row. Nothing is restored
   * until this is done. */
  function forget(key, token = "") {
    const change = { key, at: Date.now(), draft: null, token };
    uncommitted.set(key, change);
    note();
    const remove = async () => {
      const gone = (await draftsOf(key)).filter((each) => !token || each.token === token);
      const isDone = await withDrafts("readwrite", async (drafts) => {
        gone.forEach((each) => drafts.delete([key, each.tab]));
        return true;
      });
      if (isDone) settle(change);
    };
    return (forgetting = forgetting.then(remove));
  }

  /** Writes the changes of a form to its draft; without changes, removes the draft. */
  async function keep(form) {
    clearTimeout(pending.get(form));
    pending.delete(form);
    const { key, at } = known.get(form);
    const change = { key, at, draft: changesOf(form) };
    uncommitted.set(key, change);
    const isDone = await withDrafts("readwrite", async (drafts, own) => {
      await asPromise(change.draft ? drafts.put({ ...change.draft, tab: own }) : drafts.delete([key, own]));
      return true;
    });
    if (isDone) settle(change);
  }

  /** The changes of a form; null for none. */
  function changesOf(form) {
    const { key, at, saved, sent } = known.get(form);
    const fields = saved ? {} : draftFields(form);
    const { token } = snapshotOf(form);
    // A new row's form that was sent without changes is kept because of its token: it may be sent again.
    const isEmpty = Object.keys(fields).length === 0 && !(sent && token && !saved);
    return isEmpty ? null : { key, at, fields, token, sent };
  }

  // The page may go before IndexedDB has committed a change. So a removal is noted at once in the browser's storage,
  // and other changes as the page goes. The next page completes them. A page writes one entry, so that none overwrites
  // the entry of another.
  const NOTES = `${DATABASE} uncommitted `;
  const noteOfPage = NOTES + newName();

  function note() {
    const changes = [...uncommitted.values()];
    try {
      if (changes.length > 0) localStorage.setItem(noteOfPage, JSON.stringify({ tab: tabName, changes }));
      else localStorage.removeItem(noteOfPage);
    } catch {
      // Without the browser's storage, or with texts too large for it, IndexedDB has to be quick enough.
    }
  }

  function settle(change) {
    if (uncommitted.get(change.key) !== change) return; // A later one followed.
    uncommitted.delete(change.key);
    note();
  }

  function flushAndNote() {
    flush();
    note();
  }

  /** Completes what pages that are gone have noted. */
  async function writeNotes(opened) {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(NOTES) && name !== noteOfPage);
    if (names.length === 0) return;
    const own = await tab;
    const isOpen = await openTabs();
    const notes = names.map((name) => ({ name, ...JSON.parse(localStorage.getItem(name)) }));
    const gone = notes.filter((each) => each.tab === own || !isOpen(each.tab));
    const changes = gone.flatMap((each) => each.changes.map((change) => ({ ...change, tab: each.tab })));
    overdue = changes.sort((one, other) => one.at - other.at);
    await runStep(opened, "readwrite", async (drafts) => {
      for (const each of overdue) await complete(drafts, each);
    });
    overdue = [];
    gone.forEach((each) => localStorage.removeItem(each.name));
  }

  async function complete(drafts, { key, tab, at, draft, token }) {
    const held = await asPromise(drafts.get([key, tab]));
    if (held?.at > at) return; // Something was typed after it.
    if (!draft && token && held?.token !== token) return;
    if (draft) drafts.put({ ...draft, tab });
    else drafts.delete([key, tab]);
  }

  function draftFields(form) {
    const { secrets } = known.get(form);
    const starts = snapshotOf(form).fields ?? {};
    const fields = {};
    let left = MOST_KEPT_CHARACTERS;
    for (const [name, value] of touchedIn(form)) {
      const controls = controlsOf(form, name);
      left -= value.join("").length;
      if (left < 0 || secrets.has(name) || controls.some(isSecret) || controls.some(isHalfTyped)) continue;
      const picker = controls.find((each) => "picker" in each.dataset);
      const label = picker && (labelOf(picker)?.textContent ?? "");
      fields[name] = { value, label, start: starts[name] };
    }
    return fields;
  }

  const flush = () => Promise.all([...pending.keys()].map(keep));

  const snapshotInput = (form) => controlsOf(form, "_snapshot")[0];

  function snapshotOf(form) {
    try {
      return JSON.parse(snapshotInput(form).value);
    } catch {
      return {};
    }
  }

  async function restore(form) {
    const { key, start } = known.get(form);
    const draft = await findDraft(key);
    if (!draft || !isOnPage(form) || known.get(form)?.key !== key) return;
    const starts = snapshotOf(form);
    const touched = touchedIn(form);
    const restored = Object.entries(draft.fields).filter(([name, field]) => {
      if (!start.has(name) || touched.has(name) || areSame(field.value, start.get(name))) return false;
      return restoreField(form, name, field);
    });
    for (const [name, field] of restored) {
      if (starts.fields && field.start !== undefined) starts.fields[name] = field.start;
    }
    if (starts.token && draft.token) starts.token = draft.token; // If it was already saved, it adds no second row.
    if (starts.fields) snapshotInput(form).value = JSON.stringify(starts);
    const now = known.get(form);
    Object.assign(now, { at: now.at || draft.at, sent: now.sent || Boolean(draft.sent) });
    if (restored.length > 0) {
      showNote(form, draft.at);
      refocus(form);
    }
    lockWaiting();
    await keep(form); // The draft of a closed tab becomes this tab's.
    if (draft.tab === (await tab)) return;
    await withDrafts("readwrite", (drafts) => void drafts.delete([key, draft.tab]));
  }

  /** Whether the control accepted the value: an option may no longer exist. */
  function restoreField(form, name, { value, label }) {
    fill(form, name, value, label ?? value.at(-1)); // Only pickers have a label.
    if (heldIn(form).get(name)?.at(-1) === value.at(-1)) return true; // The last one counts, as of a switch that is on.
    putBack(form, name);
    return false;
  }

  function putBack(form, name) {
    const { start, labels } = known.get(form);
    fill(form, name, start.get(name), labels.get(name));
  }

  function showNote(form, at) {
    const note = find(form, "[data-draft-note]");
    if (!note) return;
    const time = note.querySelector("[data-draft-time]");
    const words = new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
    if (time) time.textContent = words;
    note.hidden = false;
  }

  /** Restores the cursor in a form that was drawn again while the person was typing. */
  function refocus(form) {
    if (focused?.key !== keyOf(form) || document.activeElement !== document.body) return;
    const control = controlsOf(form, focused.name).find(isShown);
    control?.focus();
    if (focused.at !== null) control?.setSelectionRange?.(focused.at, focused.at);
  }

  function discard(form) {
    const halfTyped = halfTypedIn(form).map((each) => each.name);
    for (const name of new Set([...touchedIn(form).keys(), ...halfTyped])) putBack(form, name);
    const start = snapshotInput(form);
    if (start) [start.value] = known.get(form).start.get("_snapshot");
    known.get(form).sent = false;
    findAll(form, "[data-field]").forEach((field) => tell(field, ""));
    find(form, "[data-draft-note]").hidden = true;
    forget(known.get(form).key);
    elementsOf(form).find((each) => each.name && isShown(each))?.focus();
  }

  // ---- Events of the person

  document.addEventListener(
    "input",
    (event) => {
      const form = event.target.form;
      if (!known.has(form) || event.detail === "filled") return;
      Object.assign(known.get(form), { at: Date.now(), saved: false, left: false });
      tell(closest(event.target, "[data-field]"), "");
      rememberFocus(event);
      clearTimeout(pending.get(form));
      pending.set(form, setTimeout(() => keep(form), WRITE_AFTER_MS));
    },
    true,
  );

  for (const kind of ["focusin", "keyup", "pointerup"]) document.addEventListener(kind, rememberFocus);
  document.addEventListener("focusout", (event) => {
    if (event.target.isConnected && event.relatedTarget) focused = null;
  });

  function rememberFocus({ target }) {
    if (!known.has(target?.form) || !target.name) return;
    const at = typeof target.selectionStart === "number" ? target.selectionStart : null;
    focused = { key: keyOf(target.form), name: target.name, at };
  }

  document.addEventListener("change", ({ target }) => pending.has(target.form) && keep(target.form));
  document.addEventListener("visibilitychange", flushAndNote);
  window.addEventListener("pagehide", flushAndNote);

  document.addEventListener("formdata", ({ target, formData }) => {
    if (reading || !known.has(target)) return;
    const { start } = known.get(target);
    for (const name of new Set(formData.keys())) {
      const isTouched = !areSame(formData.getAll(name), start.get(name));
      if (!isTouched && !isAlwaysSent(name)) formData.delete(name);
    }
  });

  document.addEventListener("click", onClick, true);

  function onClick(event) {
    const { target } = event;
    const choice = closest(target, "[data-choice-for]");
    if (choice) return pick(choice.dataset);
    const edit = closest(target, "[data-draft-open]");
    if (edit && event.isTrusted) reopened.delete(edit.dataset.draftOpen);
    const form = closest(target, FORMS);
    if (form && closest(target, "[data-draft-discard]")) return discard(form);
    const cancel = form && closest(target, "[data-draft-cancel]");
    if (cancel) return onCancel(event, form, cancel);
    const link = closest(target, "a[href]");
    if (link && isLeaving(event, link) && changedForm()) onLeave(event, () => link.click());
  }

  function pick({ choiceFor, value, text }) {
    const inputs = [...document.querySelectorAll(`${FORMS} input[data-picker]`)];
    const input = inputs.find((each) => each.name === choiceFor);
    if (!input) return;
    input.value = value;
    setLabel(input, text || value || "Choose…");
    for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  // ---- Leaving

  function isLeaving(event, link) {
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!isPlain || leaving || link.target === "_blank" || link.hasAttribute("download")) return false;
    const isHere = link.pathname === location.pathname && link.search === location.search;
    return link.origin === location.origin && !(isHere && link.hash); // For other sites, `beforeunload` asks.
  }

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  async function onLeave(event, leave) {
    stop(event);
    if (document.querySelector("dialog.ask[open]")) return; // It is already asking.
    const isSure = await ask(
      "Leave without saving?",
      "What you typed is not saved. This browser keeps it for 24 hours, for when you come back to this form.",
      "Leave",
    );
    if (!isSure) return;
    // The page may still show the form for a moment; the person has confirmed leaving it.
    for (const form of document.querySelectorAll(FORMS)) if (known.has(form)) known.get(form).left = true;
    afterConsent(leave);
  }

  async function onCancel(event, form, cancel) {
    if (leaving) return;
    if (!isChanged(form)) return void forget(keyOf(form));
    stop(event);
    if (!(await ask("Discard your changes?", "What you typed in this form is lost.", "Discard"))) return;
    saved(keyOf(form));
    afterConsent(() => cancel.click());
  }

  function afterConsent(act) {
    leaving = true;
    act();
    setTimeout(() => (leaving = false));
  }

  /** Asks in a dialog of the page; resolves to whether the person confirms. */
  function ask(title, text, yes) {
    const dialog = document.createElement("dialog");
    dialog.className = "ask";
    dialog.setAttribute("aria-labelledby", "ask-title");
    dialog.setAttribute("aria-describedby", "ask-text");
    const make = (tag, words, more) =>
      Object.assign(document.createElement(tag), { textContent: words, ...more });
    const buttons = make("form", "", { method: "dialog", className: "ask-buttons" });
    buttons.append(make("button", "Stay", { value: "", autofocus: true }), make("button", yes, { value: "yes" }));
    dialog.append(make("h2", title, { id: "ask-title" }), make("p", text, { id: "ask-text" }), buttons);
    (document.querySelector(".radix-themes") ?? document.body).append(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        dialog.remove();
        resolve(dialog.returnValue === "yes");
      });
    });
  }

  window.addEventListener(
    "beforeunload",
    (event) => {
      flushAndNote();
      // Reflex disconnects at this event, and would stay disconnected if the person stays.
      if (changedForm() && !window.protoDDF?.isReloading) stop(event);
    },
    true,
  );

  window.navigation?.addEventListener("navigate", (event) => {
    if (event.navigationType !== "traverse" || !event.cancelable || leaving || !changedForm()) return;
    onLeave(event, () => navigation.traverseTo(event.destination.key));
  });

  // ---- Before a form is sent

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!known.has(form)) return;
      if (!known.get(form).isRestored) return void sendOnceRestored(event, form);
      findAll(form, "[data-field]").forEach((field) => tell(field, ""));
      const halfTyped = halfTypedIn(form).map((control) => [control, HALF_TYPED]);
      const wrong = halfTyped.length > 0 ? halfTyped : tooLong(form);
      if (wrong.length === 0) return void send(form);
      stop(event);
      for (const [control, text] of wrong) tell(control.closest("[data-field]"), text);
      wrong[0][0].focus();
    },
    true,
  );

  /** A form that was sent before has the same token again once it is restored, so that no second row is added. If other
   * values are restored too, the person has to see them first. */
  async function sendOnceRestored(event, form) {
    stop(event);
    const now = known.get(form);
    if (now.isWaiting) return;
    now.isWaiting = true;
    const held = [...touchedIn(form)];
    await now.restoring;
    now.isWaiting = false;
    if (!isOnPage(form) || known.get(form) !== now || !areSame(held, [...touchedIn(form)])) return;
    HTMLFormElement.prototype.requestSubmit.call(form, event.submitter);
  }

  function send(form) {
    const now = known.get(form);
    Object.assign(now, { at: now.at || Date.now(), sent: true });
    nameInOutbox(form);
    visit.tokens.add(snapshotOf(form).token);
    keep(form);
  }

  /** The controls whose text is too long, each with its message, in their order. */
  function tooLong(form) {
    const touched = touchedIn(form);
    const texts = elementsOf(form).filter((each) => touched.has(each.name) && isShown(each));
    const wrong = [];
    for (const control of texts) {
      const most = Number(control.dataset.maxLength || Infinity);
      const length = control.value.length > most ? codePoints(control.value) : 0;
      if (length > most) {
        wrong.push([control, `At most ${number(most)} characters; this is ${number(length - most)} too many.`]);
      }
    }
    const bytes = sentBytes([...new FormData(form)]);
    if (wrong.length > 0 || bytes <= MOST_SENT_BYTES || texts.length === 0) return wrong;
    const size = (control) => sentBytes(control.value);
    const largest = texts.reduce((one, other) => (size(other) > size(one) ? other : one));
    return [[largest, `Too long to be sent: shorten it by ${number(bytes - MOST_SENT_BYTES)} bytes.`]];
  }

  function codePoints(text) {
    let count = 0;
    for (const _ of text) count += 1;
    return count;
  }

  const sentBytes = (value) => new TextEncoder().encode(JSON.stringify(value)).length;
  const number = (value) => value.toLocaleString();

  /** Shows an error below a field; an empty text removes it. */
  function tell(field, text) {
    const place = field?.querySelector("[data-field-error]");
    if (!place || (place.hidden && !text)) return;
    place.textContent = text;
    place.hidden = !text;
  }

  // ---- After it was sent

  const startOf = ({ payload }) => JSON.parse(payload.form?._snapshot ?? payload.snapshot ?? "{}");
  const tokenOf = (item) => startOf(item).token;
  const isOwn = ({ token }) => token === sessionStorage.getItem("token");
  const isOfForm = ({ payload }) => Boolean(payload.form?._form);

  /** New rows from one address are different forms. */
  function nameInOutbox(form) {
    const { token } = snapshotOf(form);
    if (token) Element.prototype.setAttribute.call(form, "data-outbox-key", `${keyOf(form)} ${token}`);
  }

  /** The forms that the outbox has not sent yet. */
  async function waiting() {
    const items = await allItems().catch(() => []);
    return items.filter((each) => each.state === "waiting" && isOfForm(each));
  }

  /** Disables the forms that wait, because anything typed then would be lost. */
  async function lockWaiting() {
    const items = (await waiting()).filter(isOwn);
    for (const form of document.querySelectorAll(FORMS)) {
      const body = find(form, "[data-form-body]");
      const isSame = (item) => item.payload.form._form === keyOf(form) && tokenOf(item) === snapshotOf(form).token;
      const isWaiting = items.some(isSame);
      if (isWaiting) nameInOutbox(form);
      if (body && isWaiting !== locked.has(body)) body.inert = isWaiting;
      if (body) locked[isWaiting ? "add" : "delete"](body);
    }
  }

  const locked = new WeakSet();
  onChange(lockWaiting);

  document.addEventListener("outbox:settled", ({ detail: { item, reply } }) => {
    const key = item.payload.form?._form ?? item.payload.page;
    if (!key || reply.outcome !== "done" || !isOwn(item)) return;
    saved(key, tokenOf(item));
    const isStill = () => [...document.querySelectorAll(FORMS)].some((form) => known.get(form)?.saved && keyOf(form) === key);
    // What the app tells the page comes another way, and may be lost with the connection.
    setTimeout(() => isStill() && location.assign(reply.address), TOLD_WITHIN_MS);
  });

  // The person wants to change what was not accepted: its form is opened with what was typed.
  document.addEventListener("outbox:edit", (event) => {
    const item = event.detail;
    if (!isOfForm(item)) return;
    event.preventDefault();
    reopen(item);
  });

  async function reopen(item) {
    const { _form: key, ...held } = item.payload.form;
    const { fields: starts = {}, token } = startOf(item);
    const texts = Object.entries(held).filter(([name]) => !isAlwaysSent(name));
    const fields = Object.fromEntries(texts.map(([name, text]) => [name, { value: [text], start: starts[name] }]));
    await withDrafts("readwrite", (drafts, tab) => void drafts.put({ key, tab, at: Date.now(), fields, token, sent: true }));
    await removeItem(item);
    location.assign(item.address);
  }

  /** The form with that key was saved, or its row was deleted, so its drafts are removed. The server calls this too.
   * A form of a new row has a token. */
  function saved(key, token = "") {
    const isMeant = (form) => known.get(form)?.key === key && (!token || snapshotOf(form).token === token);
    for (const form of document.querySelectorAll(FORMS)) if (isMeant(form)) known.get(form).saved = true;
    if (reopened.has(key)) reopened.get(key).isSaved = true; // Its form closes when it appears.
    for (const form of pending.keys()) {
      if (!isMeant(form)) continue;
      clearTimeout(pending.get(form));
      pending.delete(form);
    }
    return forget(key, token);
  }

  const tab = takeTabName();
  const database = openDatabase();
  database.then(dropOld).catch(() => {}); // `withDrafts` logs the error.
  window.forms = { saved };
  look();
})();
