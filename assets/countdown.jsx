// Counts down to the moment something can be tried again. The server says how many seconds are left, not at
// what time, because its clock and the browser's may differ.
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

// When the wait called `until` ends, by the browser's clock. What a reloaded page is told was true when it
// was first sent, so a number can only be too large: the least that was ever said holds, in this tab.
function endOf(until, seconds) {
  const now = Date.now();
  const waits = readWaits();
  const end = Math.min(waits[until] ?? Infinity, now + (seconds ?? 0) * 1000);
  if (waits[until] === end) return end;
  const kept = Object.entries(waits).filter(([, other]) => other > now - KEPT_MS);
  try {
    sessionStorage.setItem(STORE, JSON.stringify({ ...Object.fromEntries(kept), [until]: end }));
  } catch {
    // No storage: the count starts anew at a reload.
  }
  return end;
}

// Whole seconds left of that wait; 0 once it is over, and when there is none.
function useSecondsLeft(until, seconds) {
  const [, look] = useReducer((looks) => looks + 1, 0);
  const wait = useRef({});
  if (wait.current.until !== until || wait.current.seconds !== seconds) {
    wait.current = { until, seconds, end: until ? endOf(until, seconds) : 0 };
  }
  const { end } = wait.current;
  useEffect(() => {
    if (Date.now() >= end) return undefined;
    const timer = setInterval(() => {
      look();
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

// "Probe in 12 s", then `over`. A screen reader can read it but is not told of every second.
export function Countdown({ until, seconds, before, over }) {
  const left = useSecondsLeft(until, seconds);
  return (
    <span className="pd-countdown" role="timer" aria-live="off">
      {left > 0 ? `${before} ${inWords(left)}` : over}
    </span>
  );
}

// Try Again, and while it has to wait, for how long. That it has become active is announced once.
export function TryAgain({ until, seconds, label, name, disabled, onClick }) {
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
