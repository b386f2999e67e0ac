// The history as bars over the same syncs, drawn by hand: one small picture for each thing that is counted.

import { svg } from "./dom.js";
import { date, duration, short, timeOfDay } from "./format.js";

const HEIGHT = 44;
const TOP = 26;
const AXIS = 20;
/** Pixels between the starts of two dates. */
const DATE_ROOM = 56;
/** The widest that the place of one sync becomes. */
const WIDEST = 64;

const ROWS = [
  { name: "Duration", text: duration, parts: [["time", (sync) => sync.duration_ms ?? 0]] },
  {
    name: "Users", text: short, parts: [
      ["skipped", (sync) => sync.skipped], ["unchanged", (sync) => sync.unchanged - sync.skipped],
      // What was written, and duplicates. Rows written by an attempt that was cut are not among the received.
      ["users", (sync) => Math.max(0, sync.received - sync.unchanged)],
    ],
  },
  {
    name: "Changed rows", text: short, parts: [
      ["updated", (sync) => sync.updated - sync.newly_deleted], ["inserted", (sync) => sync.inserted],
      ["deleted", (sync) => sync.newly_deleted],
    ],
  },
  { name: "Missing", text: short, parts: [["missing", (sync) => sync.missing ?? 0]] },
  { name: "Rejects", text: short, parts: [["rejects", (sync) => sync.rejected]] },
];

/**
 * Draws the syncs, oldest first: a picture for each row that has something to show.
 *
 * @param width pixels of one picture.
 * @param choose called with the sync whose column was pressed.
 * @param point called with the one pointed at, or null.
 */
export function charts(syncs, chosen, width, choose, point) {
  return ROWS.filter((row, index) => index < 3 || syncs.some((sync) => sum(row, sync) > 0))
    .map((row) => picture(row, syncs, chosen, width, choose, point));
}

const sum = (row, sync) => row.parts.reduce((sum, [, value]) => sum + value(sync), 0);

function picture(row, syncs, chosen, width, choose, point) {
  const height = TOP + HEIGHT + AXIS;
  const place = Math.min(WIDEST, width / syncs.length);
  const left = (index) => index * place;
  const targets = syncs.map((sync, index) => {
    const target = svg("rect", {
      class: sync.id === chosen ? "target chosen" : "target", x: left(index), y: TOP - 4, width: place, height: HEIGHT + 4, rx: 3,
    });
    target.addEventListener("click", () => choose(sync));
    target.addEventListener("pointerenter", () => point(sync));
    target.addEventListener("pointerleave", () => point(null));
    return target;
  });
  return svg(
    "svg", {
      class: "chart", viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
      "aria-label": `${row.name} of the newest ${syncs.length} syncs. The table below has the numbers.`,
    }, targets, drawRow(row, syncs, place, width), axis(syncs, place, width, height - 5));
}

function drawRow(row, syncs, place, width) {
  const highest = Math.max(...syncs.map((sync) => sum(row, sync)), 0);
  const bottom = TOP + HEIGHT;
  const bar = Math.max(2, Math.min(28, place - Math.max(2, place * 0.3)));
  const marks = [
    svg("line", { class: "base", x1: 0, x2: width, y1: bottom, y2: bottom }),
    svg("text", { class: "row-name", x: 0, y: 12 }, row.name),
    svg("text", { class: "row-top", x: width, y: 12 }, highest > 0 ? `max ${row.text(highest)}` : "none"),
  ];
  syncs.forEach((sync, index) => {
    let y = bottom;
    for (const [part, value] of row.parts) {
      // What is there at all is seen.
      const tall = value(sync) > 0 ? Math.max(2, (value(sync) / highest) * HEIGHT) : 0;
      y -= tall;
      if (tall > 0) {
        marks.push(svg("rect", {
          class: "column", "data-part": part, "data-status": sync.status, x: index * place + (place - bar) / 2, y, width: bar, height: tall,
          rx: Math.min(1.5, bar / 4),
        }));
      }
    }
  });
  return svg("g", { class: "chart-row" }, marks);
}

/** When the syncs began: days where they span more than one, else times. A date is written where it changes and where there is room. */
function axis(syncs, place, width, y) {
  const isLong = new Date(syncs.at(-1).started_at) - new Date(syncs[0].started_at) > 36 * 3600 * 1000;
  const text = isLong ? date : timeOfDay;
  const labels = [];
  let free = 0;
  let said = "";
  syncs.forEach((sync, index) => {
    const x = index * place;
    const label = text(sync.started_at);
    if (label === said || x < free || x + DATE_ROOM - 14 > Math.max(width, DATE_ROOM)) return;
    labels.push(svg("text", { class: "date", x: Math.max(0, x), y }, label));
    said = label;
    free = x + DATE_ROOM;
  });
  return svg("g", { class: "axis" }, labels);
}
