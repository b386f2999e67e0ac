// The newest sync: live while it runs, its outcome afterwards.

import { missing, missingNote } from "./changes.js";
import { badge, empty, fill, h } from "./dom.js";
import { bytes, count, duration, percent, plural, roughly, time } from "./format.js";

const UNDER_WAY = ["PENDING", "RUNNING", "PROCESSING"];
export const isUnderWay = (sync) => sync !== null && UNDER_WAY.includes(sync.status);

/** Shows a Progress document. `cancel` is called with the sync when its button is pressed. */
export function showNow(panel, { sync, pace, cancellable }, cancel) {
  if (!sync) {
    fill(panel, empty("No sync has run yet. Start one here, or with “orchestrator sync”."));
    return;
  }
  const running = isUnderWay(sync);
  fill(
    panel, head(sync, pace, running && cancellable ? () => cancel(sync) : null),
    sync.error_message
      ? h("p", { className: "error", tabIndex: 0, role: "region", "aria-label": "Why it failed", dir: "auto" }, sync.error_message) : null,
    running ? bars(sync, pace) : null, numbers(sync, pace));
}

function head(sync, pace, cancel) {
  const elapsed = duration(pace ? pace.elapsed_ms : sync.duration_ms);
  return h(
    "div", { className: "now-head" }, h("span", { className: "now-id" }, `Sync ${sync.id}`), badge(sync.status),
    h("span", { className: "now-time" }, elapsed),
    h("span", { className: "muted" }, `started ${time(sync.started_at)}`),
    pace?.remaining_seconds ? h("span", { className: "muted" }, `${roughly(pace.remaining_seconds)} left`) : null,
    cancel ? h("button", { id: "cancel", type: "button", className: "danger", onclick: cancel }, "Cancel") : null);
}

function bars(sync, pace) {
  const streamed = sync.status === "PROCESSING" ? 1 : pace?.fraction_done ?? null;
  const applied = sync.batches_sent > 0 ? sync.batches_applied / sync.batches_sent : 0;
  return h(
    "div", { className: "bars" },
    bar("Stream", streamed, streamed === 1 ? "complete" : streamed === null ? "length not known yet" : `${percent(streamed)} of last time`),
    bar("Applied", applied, `${count(sync.batches_applied)} of ${plural(sync.batches_sent, "batch", "batches")} sent`));
}

function bar(name, fraction, text) {
  const fill = h("div", { className: "bar-fill" });
  if (fraction !== null) fill.style.width = `${Math.min(100, fraction * 100)}%`;
  return h(
    "div", { className: "bar-row" }, h("span", { className: "bar-name" }, name),
    h(
      "div",
      {
        className: fraction === null ? "bar-track unknown" : "bar-track", role: "progressbar", "aria-label": name,
        "aria-valuetext": text, "aria-valuemin": 0, "aria-valuemax": 100,
        "aria-valuenow": fraction === null ? null : Math.floor(fraction * 100),
      }, fill),
    h("span", { className: "bar-text" }, text));
}

function numbers(sync, pace) {
  const rate = (value, unit) => (pace ? (value === null ? "…" : `${count(value)}/s`) : unit);
  const cells = [
    ["Users received", count(sync.received), rate(pace?.users_per_second ?? null, bytes(sync.stream_bytes))],
    ["Inserted", count(sync.inserted), "new rows"],
    ["Updated", count(sync.updated), "changed rows"],
    ["Newly deleted", count(sync.newly_deleted), "of the updated"],
    ["Unchanged", count(sync.unchanged), sync.skipped > 0 ? `${count(sync.skipped)} not sent` : "not written"],
    ["Missing", missing(sync), missingNote(sync)],
    ["Duplicates", count(sync.duplicates), "newest won"],
    ["Rejected", count(sync.rejected), "damaged pieces", sync.rejected > 0 ? "warn" : ""],
    ["Refused", count(sync.refused), "by the database", sync.refused > 0 ? "warn" : ""],
    ["Newer", sync.newer === null ? "–" : count(sync.newer), "than the source says", sync.newer > 0 ? "warn" : ""],
    ["Batches applied", count(sync.batches_applied), `of ${count(sync.batches_sent)} sent`,
      !pace && sync.batches_applied < sync.batches_sent ? "bad" : ""],
    ["Attempts", count(sync.stream_attempts), sync.stream_attempts > 1 ? "opened again" : "", sync.stream_attempts > 1 ? "warn" : ""],
  ];
  return h(
    "dl", { className: "numbers" },
    cells.map(([name, value, note, tone]) =>
      h("div", { "data-tone": tone || (value === "0" || value === "–" ? "none" : "") },
        h("dt", {}, name), h("dd", {}, value, h("span", {}, note)))));
}
