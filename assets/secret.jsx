// Control of a secret in a form, such as a password. The typed text stays in the input and is sent as the raw body of one request;
// only the returned reference is passed on. It is sent when the input loses the focus, and when the page asks for it
// (the event below) because the form is sent.
import { useEffect, useRef, useState } from "react";

const SEND_EVENT = "outbox:send-secrets";
const REFUSED_EVENT = "outbox:secret-refused";
const ANSWER_MS = 30_000;

// A click on one of the control's own buttons must not take the focus from the input.
const keepFocus = (event) => event.preventDefault();

async function store(text, name) {
  const answer = await window.protoDDF.fetchWithErrorHandling("/api/secrets", {
    method: "POST",
    headers: { "Content-Type": "text/plain; charset=utf-8" },
    body: text,
    timeout: ANSWER_MS,
  });
  if (answer.error) throw `${answer.message} So ${name} is not stored. Try again once Proto-DDF answers.`;
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 201 && told.reference) return told.reference;
  throw (
    [told.message, told.hint].filter(Boolean).join(" ") ||
    `Storing ${name} failed (HTTP ${answer.status}). Try again.`
  );
}

export function SecretField({
  inputId,
  typedName,
  name,
  describedBy,
  invalid,
  disabled,
  reference,
  removable,
  onTyped,
  onStored,
  onFailed,
}) {
  const [opened, setOpened] = useState(false);
  const [shown, setShown] = useState(false);
  const [sending, setSending] = useState(false);
  // Shown here until the page shows it, which it cannot while the server is down.
  const [problem, setProblem] = useState("");
  const input = useRef(null);
  // Sent with the form: the event that tells it may come after the form.
  const typedFlag = useRef(null);
  const typed = useRef(false);
  const flight = useRef({ alive: true, under_way: false, again: false });
  const takesFocus = useRef(false);
  const editing = !reference || opened;

  const tellTyped = (now) => {
    if (now !== typed.current) onTyped(now);
    typed.current = now;
    if (typedFlag.current) typedFlag.current.value = now ? "true" : "";
  };

  const close = () => {
    if (input.current) input.current.value = "";
    tellTyped(false);
    setProblem("");
    setOpened(false);
    setShown(false);
  };

  const send = async () => {
    const now = flight.current;
    const text = input.current?.value;
    now.again = now.under_way;
    if (!text || now.under_way) return;
    now.under_way = true;
    setSending(true);
    setProblem("");
    const [stored, failure] = await store(text, name).then(
      (one) => [one, ""],
      (why) => ["", String(why)],
    );
    now.under_way = false;
    if (!now.alive) return;
    setSending(false);
    if (input.current?.value !== text) {
      if (now.again) send(); // more text was typed and sent meanwhile
    } else if (failure) {
      setProblem(failure);
      onFailed(failure);
      window.dispatchEvent(new CustomEvent(REFUSED_EVENT));
    } else onStored(stored);
  };

  const latest = useRef(send);
  latest.current = send;
  useEffect(() => {
    const listener = () => {
      if (!input.current?.value) onTyped(false); // it was stored and closed meanwhile
      latest.current();
    };
    flight.current.alive = true;
    onTyped(false); // after a reload the input is empty
    window.addEventListener(SEND_EVENT, listener);
    return () => {
      flight.current.alive = false;
      window.removeEventListener(SEND_EVENT, listener);
    };
  }, []);

  const before = useRef(reference);
  useEffect(() => {
    if (reference !== before.current) close();
    before.current = reference;
  }, [reference]);

  useEffect(() => {
    if (invalid) setOpened(true);
    else if (disabled && !typed.current) setOpened(false); // sent without text: the stored secret is used
  }, [invalid, disabled]);

  useEffect(() => {
    if (takesFocus.current) document.getElementById(inputId)?.focus();
    takesFocus.current = false;
  }, [editing]);

  if (!editing) {
    return (
      <div className="secret-set">
        <span className="secret-word">Set</span>
        <button
          id={inputId}
          type="button"
          aria-label={`Replace ${name}`}
          aria-describedby={describedBy}
          disabled={disabled}
          onClick={() => {
            takesFocus.current = true;
            setOpened(true);
          }}
        >
          Replace
        </button>
        {removable && (
          <button
            type="button"
            aria-label={`Remove ${name}`}
            disabled={disabled}
            onClick={() => onStored("")}
          >
            Remove
          </button>
        )}
      </div>
    );
  }
  return (
    <div
      className="secret-open"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) send();
      }}
    >
      <input type="hidden" name={typedName} ref={typedFlag} data-unsent-secret="" />
      <span className="secret-box" data-invalid={invalid || undefined}>
        <input
          id={inputId}
          ref={input}
          type={shown ? "text" : "password"}
          autoComplete="new-password"
          autoCapitalize="off"
          spellCheck={false}
          aria-describedby={describedBy}
          aria-invalid={invalid ? "true" : "false"}
          disabled={disabled}
          onChange={(event) => tellTyped(event.target.value !== "")}
        />
        <button
          type="button"
          aria-label={`${shown ? "Hide" : "Show"} what is typed`}
          disabled={disabled}
          onMouseDown={keepFocus}
          onClick={() => setShown(!shown)}
        >
          {shown ? "Hide" : "Show"}
        </button>
      </span>
      {reference && (
        <button
          type="button"
          aria-label={`Cancel: keep ${name} that is stored`}
          disabled={disabled}
          onMouseDown={keepFocus}
          onClick={() => {
            takesFocus.current = true;
            close();
          }}
        >
          Cancel
        </button>
      )}
      <span className="secret-quiet" role="status">
        {sending ? `Storing ${name}` : ""}
      </span>
      {problem && !invalid && (
        <span className="pd-field-error secret-problem" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}
