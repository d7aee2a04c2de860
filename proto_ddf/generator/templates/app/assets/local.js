// Formats dates, times and numbers for the reader, by the browser's language. A text that is not valid for its kind is
// shown unchanged.

const utc = { timeZone: "UTC" };
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", ...utc });
const month = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", ...utc });
const year = new Intl.DateTimeFormat(undefined, { year: "numeric", ...utc });
const minute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short", ...utc });
const second = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium", ...utc });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short", ...utc });
const exactClock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", ...utc });
const here = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

const hasSeconds = (text) => /:\d\d:\d\d/.test(text);
const hasZone = (text) => /[+-]\d\d:\d\d$/.test(text);

// Browsers before 2023 convert a number to floating point, which loses digits.
const keepsDigits = new Intl.NumberFormat("en", { useGrouping: false }).format("9007199254740993").endsWith("3");

const made = new Map(); // creating one takes longer than formatting a list of numbers

function numberFormat(places, useGrouping) {
  const key = `${places} ${useGrouping}`;
  if (!made.has(key)) {
    const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
    made.set(key, new Intl.NumberFormat(undefined, { ...digits, useGrouping }));
  }
  return made.get(key);
}

function number(text, useGrouping) {
  const [, whole, decimals = ""] = /^-?(\d+)(?:\.(\d+))?$/.exec(text);
  const digits = whole.length + decimals.length;
  if (digits > 300 || (digits > 15 && !keepsDigits)) return text;
  return numberFormat(decimals.length, useGrouping).format(text);
}

const writers = {
  __proto__: null,
  // A date has no time zone, and a time without an offset has none either, so they are not converted.
  date: (text) => day.format(new Date(`${text}T00:00Z`)),
  month: (text) => month.format(new Date(`${text}-01T00:00Z`)),
  year: (text) => year.format(new Date(`${text}-01-01T00:00Z`)),
  time: (text) => (hasSeconds(text) ? exactClock : clock).format(new Date(`1970-01-01T${text}Z`)),
  datetime: (text) => {
    const iso = text.replace(" ", "T");
    if (hasZone(iso)) return here.format(new Date(iso));
    return (hasSeconds(iso) ? second : minute).format(new Date(`${iso}Z`));
  },
  number: (text) => number(text, true),
  integer: (text) => number(text, Math.abs(text) >= 10_000), // 2024 may be a year
  percent: (text) => `${number(text, true)} %`,
  count: (text) => text.replace(/\d+/g, (digits) => number(digits, true)),
};

export function local(kind, text) {
  try {
    return writers[kind] ? writers[kind](text) : text;
  } catch {
    return text;
  }
}
