// Watches the page's websocket, and adds a random wait before each reconnect. Reflex's own waits are the same in all open
// pages, so that all would come back in the same moment when a server has restarted.
//
// It is not a module: it must run before Reflex's scripts, which take `WebSocket` when they are loaded. What it sees is
// told by the event "protoddf:socket" of the window, and is in `window.protoDDF.socket`. `hurrySocket` ends a wait soon.
(() => {
  const EVENTS_PATH = /\/_event\/?$/; // Of the address of Reflex's websocket.
  const FIRST_WAIT_MS = 500; // Each wait is a random part of it, and it doubles with each failure.
  const MOST_WAIT_MS = 3_000;
  const SOON_MS = 300;
  const OPENING_MS = 4_000; // An attempt begun without a network can stay open for ever; Reflex would wait 20 s for it.
  const HURRIED_MS = 2_000;
  const CONNECTED = "40"; // How the first message of a connected socket.io client begins.
  const RELOADS = /^42[^,]*,\["state_mismatch"/; // The message at which Reflex reloads a page of an older build.

  const Native = window.WebSocket;
  // state: "new" until the first connection, "open", or "lost". nextTry: when a waiting socket is opened.
  const socket = { state: "new", since: Date.now(), nextTry: null };
  let failures = 0; // Since the last connection.
  let hurriedAt = -Infinity; // When there was last a reason to think that the server can be reached again.
  const waiting = new Set();
  const opening = new Set();

  function tell(change) {
    if (change.state && change.state !== socket.state) change.since = Date.now();
    Object.assign(socket, change);
    window.dispatchEvent(new CustomEvent("protoddf:socket", { detail: { ...socket } }));
  }

  function mostWait() {
    if (performance.now() - hurriedAt < HURRIED_MS) return SOON_MS;
    return Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), MOST_WAIT_MS);
  }

  /** A websocket that is opened after a wait. It has what engine.io-client uses of a websocket. */
  class PacedSocket {
    #address;
    #native = null;
    #timer;

    constructor(...address) {
      this.#address = address;
      this.binaryType = "blob";
      if (socket.state === "new") this.#open();
      else this.#openIn(mostWait());
    }

    #openIn(most) {
      const wait = Math.random() * most;
      clearTimeout(this.#timer);
      waiting.add(this);
      this.#timer = setTimeout(() => this.#open(), wait);
      tell({ nextTry: Date.now() + wait });
    }

    hurry() {
      this.#openIn(SOON_MS);
    }

    /** In place of an attempt that has no answer yet. */
    openAgain() {
      const native = this.#native;
      this.#native = null;
      this.#isOpening(false);
      native.onclose = native.onerror = native.onopen = null;
      native.close();
      this.#openIn(SOON_MS);
    }

    #open() {
      waiting.delete(this);
      tell({ nextTry: null });
      const native = (this.#native = new Native(...this.#address));
      this.#isOpening(true);
      native.binaryType = this.binaryType;
      native.onopen = (event) => {
        this.#isOpening(false);
        this.onopen?.(event);
      };
      native.onerror = (event) => this.onerror?.(event);
      native.onmessage = (event) => {
        const message = String(event.data);
        if (socket.state !== "open" && message.startsWith(CONNECTED)) this.#isConnected();
        if (RELOADS.test(message)) window.protoDDF.isReloading = true;
        this.onmessage?.(event);
      };
      native.onclose = (event) => {
        this.#isLost();
        this.onclose?.(event);
      };
    }

    #isOpening(isOpening) {
      clearTimeout(this.#timer);
      opening.delete(this);
      if (!isOpening) return;
      opening.add(this);
      this.#timer = setTimeout(() => this.#giveUp(), OPENING_MS);
    }

    #giveUp() {
      const native = this.#native;
      native.onclose = null;
      this.close();
      this.onclose?.(new CloseEvent("close", { code: 1006 }));
    }

    #isConnected() {
      failures = 0;
      tell({ state: "open" });
    }

    #isLost() {
      if (!this.#native) return; // It was told before.
      this.#native = null;
      this.#isOpening(false);
      failures += 1;
      tell({ state: "lost" });
    }

    get readyState() {
      return this.#native?.readyState ?? (waiting.has(this) ? Native.CONNECTING : Native.CLOSED);
    }

    send(data) {
      this.#native?.send(data);
    }

    // The browser tells a close much later if the network is gone.
    close(...reason) {
      clearTimeout(this.#timer);
      const native = this.#native;
      if (waiting.delete(this)) this.onclose?.(new CloseEvent("close", { code: 1006 }));
      this.#isLost();
      native?.close(...reason);
    }
  }

  window.WebSocket = new Proxy(Native, {
    construct(_, address, newTarget) {
      const { pathname } = new URL(address[0], location.href);
      if (EVENTS_PATH.test(pathname)) return new PacedSocket(...address);
      return Reflect.construct(Native, address, newTarget);
    },
  });

  function hurry() {
    hurriedAt = performance.now();
    waiting.forEach((each) => each.hurry());
  }

  window.addEventListener("online", () => {
    hurry();
    opening.forEach((each) => each.openAgain());
  });
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  window.protoDDF = { socket, hurrySocket: hurry };
})();
