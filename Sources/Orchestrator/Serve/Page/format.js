// Numbers, times and sizes as people read them.

const whole = new Intl.NumberFormat("en");
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const clock = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" });

export const count = (value) => (value === null || value === undefined ? "–" : whole.format(Math.round(value)));

/** 1,234,567 as "1.23 M": for places that are narrow. */
export function short(value) {
  if (value < 10000) return count(value);
  for (const [size, unit] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (value >= size) return `${(value / size).toPrecision(3)} ${unit}`;
  }
  return count(value);
}

export function bytes(value) {
  for (const [size, unit] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]]) {
    if (value >= size) return `${(value / size).toFixed(1)} ${unit}`;
  }
  return `${value} B`;
}

/** Milliseconds as "18 m 32 s". */
export function duration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "–";
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  if (total < 3600) return `${Math.floor(total / 60)} m ${total % 60} s`;
  return `${Math.floor(total / 3600)} h ${Math.floor((total % 3600) / 60)} m`;
}

/** A length of time that need not be exact. */
export function roughly(seconds) {
  if (seconds < 60) return "less than a minute";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${minutes} min`;
  if (minutes < 48 * 60) return `about ${Math.round(minutes / 6) / 10} h`;
  return `about ${Math.round(minutes / 1440)} days`;
}

/** A time to come, as "in about 2 h". */
export function until(text) {
  const seconds = (new Date(text) - Date.now()) / 1000;
  return seconds <= 0 ? "now" : `in ${roughly(seconds)}`;
}

/** A time that has been, as "about 3 h ago". */
export function ago(text) {
  return `${roughly(Math.max(0, (Date.now() - new Date(text)) / 1000))} ago`;
}

/** A clause as a sentence. */
export const sentence = (text) => text[0].toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");

export const time = (text) => (text ? clock.format(new Date(text)) : "–");
export const date = (text) => day.format(new Date(text));
export const timeOfDay = (text) => hour.format(new Date(text));
export const percent = (fraction) => `${Math.floor(fraction * 100)} %`;

/** A share as "3%", "0.4%": what is not all is never 100%, and what is not nothing never 0%. As in `orchestrator source`. */
export function share(part, all) {
  if (part <= 0 || all <= 0) return "0%";
  let tenths = Math.round((part / all) * 1000);
  if (part < all) tenths = Math.min(tenths, 999);
  if (tenths === 0) return "<0.1%";
  return tenths % 10 === 0 ? `${tenths / 10}%` : `${(tenths / 10).toFixed(1)}%`;
}

export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;
