// The history as rows of bars over the same syncs, drawn by hand.

import { svg } from "./dom.js";
import { duration, short } from "./format.js";

const HEIGHT = 44;
const GAP = 28;
const COLUMN = 20;

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
  { name: "Missing from the source", text: short, parts: [["missing", (sync) => sync.missing ?? 0]] },
  { name: "Rejects", text: short, parts: [["rejects", (sync) => sync.rejected]] },
];

/** Draws the syncs, oldest first. `choose` is called with the sync whose column was pressed, `point` with the one pointed at, or null. */
export function chart(syncs, chosen, columns, choose, point) {
  const width = columns * COLUMN;
  const height = ROWS.length * (HEIGHT + GAP);
  // New syncs come in at the right end.
  const left = (index) => (columns - syncs.length + index) * COLUMN;
  const rows = ROWS.map((row, number) => drawRow(row, number * (HEIGHT + GAP) + GAP, syncs, left, width));
  const targets = syncs.map((sync, index) => {
    const target = svg("rect", {
      class: sync.id === chosen ? "target chosen" : "target", x: left(index), y: 8, width: COLUMN, height: height - 8, rx: 3,
    });
    target.addEventListener("click", () => choose(sync));
    target.addEventListener("pointerenter", () => point(sync));
    target.addEventListener("pointerleave", () => point(null));
    return target;
  });
  return svg(
    "svg", {
      class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": `Duration, users, changed rows, missing users and rejects of the newest ${syncs.length} syncs. The table below has the numbers.`,
    }, targets, rows);
}

function drawRow(row, top, syncs, left, width) {
  const sums = syncs.map((sync) => row.parts.reduce((sum, [, value]) => sum + value(sync), 0));
  const highest = Math.max(...sums, 0);
  const bottom = top + HEIGHT;
  const marks = [
    svg("line", { class: "base", x1: 0, x2: width, y1: bottom, y2: bottom }),
    svg("text", { class: "row-name", x: 0, y: top - 8 }, row.name),
    svg("text", { class: "row-top", x: width, y: top - 8 }, highest > 0 ? `max ${row.text(highest)}` : "none"),
  ];
  syncs.forEach((sync, index) => {
    let y = bottom;
    for (const [part, value] of row.parts) {
      // What is there at all is seen.
      const tall = value(sync) > 0 ? Math.max(2, (value(sync) / highest) * HEIGHT) : 0;
      y -= tall;
      if (tall > 0) {
        marks.push(svg("rect", {
          class: "column", "data-part": part, "data-status": sync.status, x: left(index) + 3, y, width: COLUMN - 6, height: tall, rx: 1.5,
        }));
      }
    }
  });
  return svg("g", { class: "chart-row" }, marks);
}
