// Two elements that show the connection: <connection-state>, a word and an icon that unfold to what is known, and
// <connection-banner>, which says what it means that the connection is lost. It is shown if that lasts for some seconds, or
// something waits to be sent.
//
// The page sets data-hydrated of an element around <connection-state> to "true" when the server has sent its state. The
// element sets its data-state: connecting, connected, unstable or offline. Their content is in a shadow root, so that React
// does not touch it; the colours are those of the page.
import { checkConnectionHealth, onConnectionHealthChange } from "./health.js";
import { allItems, onChange } from "./outbox_store.js";

const BANNER_AFTER_MS = 5_000;
const TICK_MS = 1_000;
const WIFI = '<path d="M12 20h.01"/><path d="M2 8.82a15 15 0 0 1 20 0"/><path d="M5 12.86a10 10 0 0 1 14 0"/><path d="M8.5 16.43a5 5 0 0 1 7 0"/>';
const NO_WIFI = '<path d="M12 20h.01"/><path d="M8.5 16.43a5 5 0 0 1 7 0"/><path d="M5 12.86a10 10 0 0 1 5.17-2.69"/><path d="M19 12.86a10 10 0 0 0-2-1.52"/><path d="M2 8.82a15 15 0 0 1 4.18-2.64"/><path d="M22 8.82a15 15 0 0 0-11.29-3.76"/><path d="m2 2 20 20"/>';
const AGAIN = '<path d="M3 12a9 9 0 0 1 9-9 9.75 9.75 0 0 1 6.74 2.74L21 8"/><path d="M21 3v5h-5"/><path d="M21 12a9 9 0 0 1-9 9 9.75 9.75 0 0 1-6.74-2.74L3 16"/><path d="M8 16H3v5"/>';
const STATES = {
  connecting: { word: "Connecting", icon: WIFI, color: "--gray-10", meaning: "The page waits for the server." },
  connected: { word: "Connected", icon: WIFI, color: "--green-11", meaning: "The server answers. It is asked every 30 seconds." },
  unstable: { word: "Unstable", icon: AGAIN, color: "--amber-11", meaning: "A request has just failed, or the server is busy." },
  offline: { word: "Offline", icon: NO_WIFI, color: "--red-11", meaning: "The server cannot be reached." },
};
const LOST = "What you type stays in this browser, and the page goes on by itself once the server answers.";
const STYLE = `
  :host { display: inline-flex; align-items: center; }
  :host([hidden]) { display: none; }
  svg { flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
  button { padding: 4px 10px; border: 1px solid var(--gray-a7); border-radius: 6px; background: none; color: inherit; font: inherit; cursor: pointer; }
  button:hover { background: var(--gray-a3); }
  :focus-visible { outline: 2px solid var(--accent-9); outline-offset: 2px; }
`;
const STATE_STYLE = `
  :host { position: relative; font-size: 12px; line-height: 20px; color: var(--gray-11); }
  summary { display: flex; align-items: center; gap: 6px; padding: 2px 4px; border-radius: 6px; list-style: none; cursor: pointer; }
  summary::-webkit-details-marker { display: none; }
  .panel { position: absolute; right: 0; top: 100%; z-index: 30; width: 240px; margin-top: 8px; padding: 12px; box-sizing: border-box;
    border: 1px solid var(--gray-a6); border-radius: 8px; background: var(--color-panel-solid); color: var(--gray-12);
    box-shadow: var(--shadow-4); font-size: 13px; }
  :host([data-opens=up]) .panel { top: auto; bottom: 100%; right: auto; left: 0; margin: 0 0 8px; }
  p { margin: 0 0 8px; }
  @media (max-width: 767px) {
    .panel, :host([data-opens=up]) .panel { position: fixed; inset: 56px 16px auto; width: auto; margin: 0; }
    .word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  }
`;
const BANNER_STYLE = `
  :host { display: block; }
  .banner { display: flex; align-items: center; gap: 4px 12px; padding: 8px 32px; border-bottom: 1px solid var(--amber-6);
    background: var(--amber-2); color: var(--gray-12); font-size: 14px; line-height: 20px; }
  svg { color: var(--amber-11); }
  .text { flex: 1; }
  .next { font-variant-numeric: tabular-nums; }
  @media (max-width: 767px) {
    .banner { padding: 8px 16px; flex-wrap: wrap; }
    .text { flex-basis: calc(100% - 28px); }
    .next { flex: 1; }
  }
`;

const svg = (icon, size) => `<svg width="${size}" height="${size}" viewBox="0 0 24 24" aria-hidden="true">${icon}</svg>`;
const clock = (time) => new Date(time).toLocaleTimeString();

function untilNextTry({ nextTry }) {
  const seconds = Math.ceil((nextTry - Date.now()) / 1000);
  if (nextTry === null) return "";
  return seconds > 0 ? `Next try in ${seconds} second${seconds === 1 ? "" : "s"}.` : "Trying now.";
}

/** What both elements have: the health, and a clock while its words count seconds. */
class ConnectionElement extends HTMLElement {
  #end;
  #timer;

  constructor(style, content) {
    super();
    this.attachShadow({ mode: "open" }).innerHTML = `<style>${STYLE}${style}</style>${content}`;
    this.find("button").addEventListener("click", checkConnectionHealth);
  }

  find(selector) {
    return this.shadowRoot.querySelector(selector);
  }

  /** Changes a text only if it differs, because a screen reader reads each change. */
  say(selector, text) {
    const place = this.find(selector);
    if (place.textContent !== text) place.textContent = text;
  }

  connectedCallback() {
    this.#end = onConnectionHealthChange((health) => {
      this.health = health;
      this.draw();
    });
  }

  disconnectedCallback() {
    this.#end();
    this.tick(false);
  }

  tick(isNeeded) {
    clearTimeout(this.#timer);
    if (isNeeded) this.#timer = setTimeout(() => this.draw(), TICK_MS);
  }
}

class ConnectionState extends ConnectionElement {
  #hydrated;
  #observer = new MutationObserver(() => this.draw());

  constructor() {
    super(
      STATE_STYLE,
      `<details><summary><span class="icon"></span><span class="word"></span></summary>
      <div class="panel" aria-live="off"><p class="since"></p><p class="meaning"></p><p class="next"></p><button type="button">Check now</button></div></details>`,
    );
    const details = this.find("details");
    details.addEventListener("toggle", () => this.draw());
    const close = () => (details.open = false);
    details.addEventListener("keydown", ({ key }) => key === "Escape" && close());
    details.addEventListener("focusout", ({ relatedTarget }) => details.contains(relatedTarget) || close());
  }

  connectedCallback() {
    this.#hydrated = this.closest("[data-hydrated]");
    this.#observer.observe(this.#hydrated, { attributeFilter: ["data-hydrated"] });
    super.connectedCallback();
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    super.disconnectedCallback();
  }

  draw() {
    const isComing = this.health.state === "connected" && this.#hydrated.dataset.hydrated !== "true";
    const state = isComing ? "connecting" : this.health.state;
    const { word, icon, color, meaning } = STATES[state];
    if (this.dataset.state !== state) {
      this.dataset.state = state;
      this.find(".icon").innerHTML = svg(icon, 14);
      this.find(".icon").style.cssText = `display: flex; color: var(${color})`;
    }
    this.say(".word", word);
    const since = `${word} since ${clock(this.health.since)}.`;
    const next = untilNextTry(this.health);
    this.find("summary").title = [since, meaning].join(" ");
    this.say(".since", since);
    this.say(".meaning", meaning);
    this.say(".next", next);
    this.tick(this.find("details").open && next !== "");
  }
}

class ConnectionBanner extends ConnectionElement {
  #waiting = 0;
  #endCount;

  constructor() {
    super(
      BANNER_STYLE,
      `<div class="banner" part="banner">${svg(NO_WIFI, 16)}<span class="text"></span>
      <span class="next" aria-live="off"></span><button type="button">Try now</button></div>`,
    );
  }

  connectedCallback() {
    this.#endCount = onChange(() => this.count());
    super.connectedCallback();
    this.count();
  }

  disconnectedCallback() {
    this.#endCount();
    super.disconnectedCallback();
  }

  async count() {
    this.#waiting = (await allItems()).filter((each) => each.state === "waiting").length;
    this.draw();
  }

  draw() {
    const { state, since } = this.health;
    const isLost = state === "offline";
    this.hidden = !isLost || (this.#waiting === 0 && Date.now() - since < BANNER_AFTER_MS);
    const waiting = this.#waiting === 0 ? "" : ` ${this.#waiting} to be sent.`;
    this.say(".text", this.hidden ? "" : `No connection since ${clock(since)}. ${LOST}${waiting}`);
    this.say(".next", untilNextTry(this.health));
    this.tick(isLost);
  }
}

customElements.define("connection-state", ConnectionState);
customElements.define("connection-banner", ConnectionBanner);
