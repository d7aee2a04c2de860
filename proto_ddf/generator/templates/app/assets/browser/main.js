// The entry of the scripts that every page loads. What they offer is in `window.protoDDF`.
import { checkConnectionHealth, onConnectionHealthChange } from "./health.js";
import { outbox } from "./outbox.js";

window.protoDDF = { checkConnectionHealth, onConnectionHealthChange, outbox };
