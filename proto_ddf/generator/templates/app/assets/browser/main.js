// The entry of the scripts that every page loads. What they offer to other scripts is in `window.protoDDF`.
import "./build.js";
import "./connection.js";
import { ADDRESS, checkConnectionHealth, onConnectionHealthChange } from "./health.js";
import { fetchWithErrorHandling, onNetworkFailure, sendWithProgress } from "./http.js";
import { outbox } from "./outbox.js";
import "./sign_in.js";
import { retryPendingEvents, trackEvent, trackEventWithCircuitBreaker, trackEventWithRetry } from "./usage.js";
import "./session.js";

onNetworkFailure(({ url }) => url === ADDRESS || checkConnectionHealth());

window.protoDDF = Object.assign(window.protoDDF ?? {}, {
  checkConnectionHealth,
  fetchWithErrorHandling,
  onConnectionHealthChange,
  onNetworkFailure,
  outbox,
  retryPendingEvents,
  sendWithProgress,
  trackEvent,
  trackEventWithCircuitBreaker,
  trackEventWithRetry,
});
