// The entry of the scripts that every page loads. What they offer is in `window.protoDDF`.
import { checkConnectionHealth, onConnectionHealthChange } from "./health.js";

window.protoDDF = { checkConnectionHealth, onConnectionHealthChange };
