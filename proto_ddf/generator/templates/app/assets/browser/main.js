// The entry of the scripts that every page loads. What they offer to other scripts is in `window.protoDDF`.
import "./build.js";
import "./connection.js";
import { ADDRESS, checkConnectionHealth, onConnectionHealthChange } from "./health.js";
import { fetchWithErrorHandling, onNetworkFailure, sendWithProgress } from "./http.js";
import "./arrow_keys.js";
import "./columns_menu.js";
import "./navigation.js";
import "./rows.js";
// Forms are checked before outbox.js submits them, so these come first.
import "./forms/forms.js";
import { formSaved } from "./forms/outcomes.js";
import "./typed/typed_forms.js";
import { outbox } from "./outbox.js";
import "./sign_in.js";
import { retryPendingEvents, trackEvent, trackEventWithCircuitBreaker, trackEventWithRetry } from "./usage.js";
import "./session.js";

onNetworkFailure(({ url }) => url === ADDRESS || checkConnectionHealth());

window.protoDDF = Object.assign(window.protoDDF ?? {}, {
  checkConnectionHealth,
  fetchWithErrorHandling,
  formSaved,
  onConnectionHealthChange,
  onNetworkFailure,
  outbox,
  retryPendingEvents,
  sendWithProgress,
  trackEvent,
  trackEventWithCircuitBreaker,
  trackEventWithRetry,
});
