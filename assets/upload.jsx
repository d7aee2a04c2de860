// Upload control of the connect form: checks the size before anything is sent, sends each file as the raw
// body of one request, shows progress, and lets the person cancel. The finished files come back as a prop.
// One file at a time: they then stand in the order in which they were chosen.
import { useEffect, useRef, useState } from "react";

const UNITS = ["B", "kB", "MB", "GB", "TB"];

function formatSize(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  const number = value.toLocaleString(undefined, { maximumFractionDigits: digits });
  return `${number} ${UNITS[unit]}`;
}

const STALLED_MS = 60_000;

async function failureMessage(answer, file) {
  if (answer.error) return `${answer.message} So ${file.name} could not be stored. Choose it again.`;
  const { message, hint } = await answer.json().catch(() => ({}));
  if (message) return [message, hint].filter(Boolean).join(" ");
  return `${file.name} could not be stored (HTTP ${answer.status}). Choose it again.`;
}

// Sends a file; returns a function that cancels it.
function send(file, { onProgress, onDone, onFailed }) {
  const cancelling = new AbortController();
  const { signal } = cancelling;
  const address = `/api/uploads?name=${encodeURIComponent(file.name)}`;
  const options = { signal, onProgress, timeout: STALLED_MS };
  window.protoDDF.sendWithProgress(address, file, options).then(async (answer) => {
    if (signal.aborted) return;
    if (answer.status === 201) onDone(await answer.json());
    else onFailed(await failureMessage(answer, file));
  });
  return () => cancelling.abort();
}

function Running({ upload, onCancel }) {
  const percent = upload.size ? Math.round((100 * upload.loaded) / upload.size) : 100;
  return (
    <li className="upload-item">
      <span className="upload-name" title={upload.name}>
        {upload.name}
      </span>
      <span
        className="upload-bar"
        role="progressbar"
        aria-label={`Uploading ${upload.name}`}
        aria-valuenow={percent}
        aria-valuemin="0"
        aria-valuemax="100"
      >
        <span style={{ width: `${percent}%` }} />
      </span>
      <span className="upload-size">
        {percent < 100 ? `${percent} % of ${formatSize(upload.size)}` : "Storing"}
      </span>
      <button type="button" onClick={onCancel} aria-label={`Cancel the upload of ${upload.name}`}>
        Cancel
      </button>
    </li>
  );
}

function Stored({ file, disabled, onRemove }) {
  return (
    <li className="upload-item upload-stored">
      <span className="upload-name" title={file.name}>
        {file.name}
      </span>
      <span className="upload-size">{formatSize(file.size)}</span>
      <button type="button" disabled={disabled} onClick={onRemove} aria-label={`Remove ${file.name}`}>
        Remove
      </button>
    </li>
  );
}

export function UploadField({
  inputId,
  label,
  describedBy,
  invalid,
  accept,
  multiple,
  maxMb,
  files,
  disabled,
  onUploaded,
  onRemoved,
  onRefused,
  onBusy,
}) {
  const [running, setRunning] = useState([]);
  const [dragging, setDragging] = useState(false);
  const requests = useRef(new Map());
  const waiting = useRef([]);
  const nextKey = useRef(0);

  useEffect(() => {
    const open = requests.current;
    return () => {
      waiting.current = [];
      open.forEach((cancelSending) => cancelSending());
    };
  }, []);

  const busy = running.length > 0;
  const wasBusy = useRef(false);
  useEffect(() => {
    if (busy !== wasBusy.current) onBusy(busy);
    wasBusy.current = busy;
  }, [busy]);

  const finish = (key) => {
    requests.current.delete(key);
    waiting.current = waiting.current.filter((upload) => upload.key !== key);
    setRunning((all) => all.filter((upload) => upload.key !== key));
    sendNext();
  };

  const start = (file) => {
    const key = nextKey.current++;
    setRunning((all) => [...all, { key, name: file.name, size: file.size, loaded: 0 }]);
    waiting.current.push({ key, file });
    sendNext();
  };

  const sendNext = () => {
    if (requests.current.size > 0 || waiting.current.length === 0) return;
    const { key, file } = waiting.current.shift();
    const cancelSending = send(file, {
      onProgress: (loaded) =>
        setRunning((all) => all.map((one) => (one.key === key ? { ...one, loaded } : one))),
      onDone: (stored) => {
        onUploaded(file.name, stored.path, stored.size);
        finish(key);
      },
      onFailed: (message) => {
        onRefused(message);
        finish(key);
      },
    });
    requests.current.set(key, cancelSending);
  };

  const cancel = (key) => {
    requests.current.get(key)?.();
    finish(key);
  };

  const choose = (chosen) => {
    if (disabled || chosen.length === 0) return;
    if (!multiple && chosen.length > 1) {
      onRefused("Choose one file.");
      return;
    }
    const tooLarge = chosen.filter((file) => file.size > maxMb * 1_000_000);
    if (tooLarge.length > 0) {
      const names = tooLarge.map((file) => `${file.name} (${formatSize(file.size)})`).join(", ");
      onRefused(`${names}: larger than the ${maxMb} MB allowed. Nothing was sent.`);
    }
    if (!multiple) running.forEach((upload) => cancel(upload.key));
    chosen.filter((file) => !tooLarge.includes(file)).forEach(start);
  };

  return (
    <div className="upload">
      <input
        id={inputId}
        type="file"
        className="upload-input"
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        accept={accept}
        multiple={multiple}
        disabled={disabled}
        onChange={(event) => {
          choose([...event.target.files]);
          event.target.value = "";
        }}
      />
      <label
        htmlFor={inputId}
        className="upload-zone"
        data-dragging={dragging || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setDragging(true);
        }}
        onDragLeave={() => setDragging(false)}
        onDrop={(event) => {
          event.preventDefault();
          setDragging(false);
          choose([...event.dataTransfer.files]);
        }}
      >
        <strong>{label}</strong>
        <span>or drop {multiple ? "them" : "it"} here, up to {maxMb} MB{multiple ? " each" : ""}</span>
      </label>
      {(running.length > 0 || files.length > 0) && (
        <ul className="upload-list">
          {files.map((file) => (
            <Stored
              key={file.path}
              file={file}
              disabled={disabled}
              onRemove={() => onRemoved(file.path)}
            />
          ))}
          {running.map((upload) => (
            <Running key={upload.key} upload={upload} onCancel={() => cancel(upload.key)} />
          ))}
        </ul>
      )}
      <p className="upload-status" role="status">
        {running.length > 0 ? `Uploading ${running.map((upload) => upload.name).join(", ")}` : ""}
      </p>
    </div>
  );
}
