// Counts down until something can be tried again. The server sends the remaining seconds and not a time, because its
// clock and the browser's may differ.
import { useEffect, useReducer, useRef } from "react";
import { Button } from "@radix-ui/themes";

const STORE = "proto-ddf-waits";
const KEPT_MS = 3_600_000;
const TICK_MS = 250;

function readWaits() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}

// When the wait with the id `until` ends, by the browser's clock. A reloaded page gets the seconds that were first sent,
// so a value can only be too large: the earliest end that this tab has seen is used.
function endOf(until, seconds) {
  const now = Date.now();
  const waits = readWaits();
  const end = Math.min(waits[until] ?? Infinity, now + (seconds ?? 0) * 1000);
  if (waits[until] === end) return end;
  const kept = Object.entries(waits).filter(([, other]) => other > now - KEPT_MS);
  try {
    sessionStorage.setItem(STORE, JSON.stringify({ ...Object.fromEntries(kept), [until]: end }));
  } catch {
    // No storage: the count starts again at a reload.
  }
  return end;
}

// Whole seconds that remain of the wait; 0 if it is over or there is none.
function useSecondsLeft(until, seconds) {
  const [, update] = useReducer((updates) => updates + 1, 0);
  const wait = useRef({});
  if (wait.current.until !== until || wait.current.seconds !== seconds) {
    wait.current = { until, seconds, end: until ? endOf(until, seconds) : 0 };
  }
  const { end } = wait.current;
  useEffect(() => {
    if (Date.now() >= end) return undefined;
    const timer = setInterval(() => {
      update();
      if (Date.now() >= end) clearInterval(timer);
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [end]);
  return Math.max(0, Math.ceil((end - Date.now()) / 1000));
}

function inWords(seconds) {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const two = (number) => String(number).padStart(2, "0");
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

// "Probe in 12 s", then `over`. A screen reader can read it, but does not announce every second.
export function Countdown({ until, seconds, before, over }) {
  const left = useSecondsLeft(until, seconds);
  return (
    <span className="pd-countdown" role="timer" aria-live="off">
      {left > 0 ? `${before} ${inWords(left)}` : over}
    </span>
  );
}

// Try Again, with the remaining wait. A screen reader announces once that it has become active.
export function TryAgain({ until, seconds, label, name, disabled, onClick, ...attributes }) {
  const left = useSecondsLeft(until, seconds);
  const waitedFor = useRef("");
  if (left > 0) waitedFor.current = until;
  const waited = until && waitedFor.current === until;
  const words = left > 0 ? `Can be tried again in ${inWords(left)}` : "Can be tried again now";
  return (
    <>
      <Button
        size="2"
        type="button"
        disabled={disabled || left > 0}
        onClick={onClick}
        aria-label={name || undefined}
        {...attributes}
      >
        {label}
      </Button>
      {waited && (
        <span className="pd-countdown" role="timer" aria-live="off">
          {words}
        </span>
      )}
      <span className="pd-unseen" role="status">
        {waited && left === 0 ? "It can be tried again now." : ""}
      </span>
    </>
  );
}
