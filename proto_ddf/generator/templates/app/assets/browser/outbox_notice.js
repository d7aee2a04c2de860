// Short notices about submissions, at the foot of the page. They are read out by screen readers and go away by themselves.
const SHOWN_MS = 8_000;
let region;

export function notify(text, address = "") {
  if (!region?.isConnected) {
    region = document.createElement("div");
    region.className = "outbox-notices";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  const notice = document.createElement("div");
  notice.className = "outbox-notice";
  notice.append(text);
  if (address) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = "Show";
    notice.append(" ", link);
  }
  region.append(notice);
  setTimeout(() => notice.remove(), SHOWN_MS);
}
