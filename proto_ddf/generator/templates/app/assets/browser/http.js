// HTTP requests of the page. What goes wrong is told apart by its type, and told to those who registered for it.
export const KINDS = {
  offline: "This device has no network connection.",
  timeout: "The server did not answer in time.",
  unreachable: "The server cannot be reached.",
  unavailable: "The server is busy or restarting.",
  cancelled: "The request was cancelled.",
};
const UNAVAILABLE = new Set([502, 503, 504]); // Also the answers of a proxy whose server is gone.
const TIMEOUT_MS = 10_000;

const listeners = new Set();
let sending = 0; // Requests with progress that are running.

/** Like `fetch`, whose options it takes, with a timeout in milliseconds.
 *
 * Resolves to the response. If there is none, or the server is not available: with `critical` an Error in plain words is
 * thrown; otherwise it resolves to {error: "network", kind, message, status, retryAfter}. `kind` is one of KINDS, and
 * `retryAfter` are the seconds that the server asks to wait, or null. */
export async function fetchWithErrorHandling(url, { timeout = TIMEOUT_MS, critical = false, signal, ...options } = {}) {
  const begun = performance.now();
  const limit = AbortSignal.timeout(timeout);
  const signals = signal ? AbortSignal.any([signal, limit]) : limit;
  let failure;
  try {
    const response = await fetch(url, { ...options, signal: signals });
    if (!UNAVAILABLE.has(response.status)) return response;
    failure = failed("unavailable", response.status, response.headers.get("Retry-After"));
  } catch (error) {
    failure = failed(kindOf(error));
  }
  return conclude(url, failure, begun, critical);
}

/** Sends `body` by POST and tells `onProgress` how many bytes are sent. Resolves as `fetchWithErrorHandling` does; the
 * timeout is that between two parts of the request. */
export async function sendWithProgress(url, body, { timeout = TIMEOUT_MS, critical = false, signal, onProgress } = {}) {
  const begun = performance.now();
  sending += 1;
  const answer = await new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let timer;
    let isLate = false;
    const cancel = () => request.abort();
    const expect = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        isLate = true;
        cancel();
      }, timeout);
    };
    const end = (outcome) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
      resolve(outcome);
    };
    request.upload.onprogress = ({ loaded }) => {
      expect();
      onProgress?.(loaded);
    };
    request.onload = () => {
      const { status } = request;
      const wait = request.getResponseHeader("Retry-After");
      end(UNAVAILABLE.has(status) ? failed("unavailable", status, wait) : new Response(request.response, { status }));
    };
    request.onerror = () => end(failed(navigator.onLine ? "unreachable" : "offline"));
    request.onabort = () => end(failed(isLate ? "timeout" : "cancelled"));
    signal?.addEventListener("abort", cancel);
    request.open("POST", url);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    expect();
    request.send(body);
    if (signal?.aborted) cancel();
  });
  sending -= 1;
  return answer instanceof Response ? answer : conclude(url, answer, begun, critical);
}

/** Whether something is being sent with progress, such as a file. */
export const isSending = () => sending > 0;

/** Calls `listener` with {url, kind, status, duration} of each request that fails, but not of cancelled ones. */
export function onNetworkFailure(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function kindOf(error) {
  if (error.name === "TimeoutError") return "timeout";
  if (error.name === "AbortError") return "cancelled";
  if (!(error instanceof TypeError)) throw error; // A mistake in the call, such as a method that does not exist.
  return navigator.onLine ? "unreachable" : "offline";
}

function failed(kind, status = null, wait = null) {
  const retryAfter = /^\d+$/.test(wait ?? "") ? Number(wait) : null;
  return { error: "network", kind, message: KINDS[kind], status, retryAfter };
}

function conclude(url, failure, begun, critical) {
  const { kind, status } = failure;
  const duration = Math.round(performance.now() - begun);
  if (kind !== "cancelled") for (const listener of listeners) listener({ url: String(url), kind, status, duration });
  if (critical) throw Object.assign(new Error(failure.message), failure);
  return failure;
}
