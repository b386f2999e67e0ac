// The syncs that were: charts, what they point at, and the table with the numbers.

import { missing } from "./changes.js";
import { badge, empty, fill, h, table } from "./dom.js";
import { charts } from "./chart.js";
import { count, date, duration, plural, time } from "./format.js";

const PAGE = 10;
/** Up to so many syncs their charts stand beside each other: across the whole panel a few columns would look lost. */
const FEW = 12;
/** Pixels between two charts, as in the style sheet. */
const GAP = 28;

const COLUMNS = [
  ["Sync"], ["Status"], ["Started"], ["Duration", true], ["Users", true], ["Inserted", true], ["Updated", true],
  ["Newly deleted", true], ["Unchanged", true], ["Not sent", true], ["Missing", true], ["Rejects", true],
];

/** The sync that the pointer is on: kept, since the panel is drawn anew while a sync runs. */
let pointed = null;

/** Shows the syncs, newest first. `choose` is called with the sync that was picked, `older` to load more of them. */
export function showHistory(panel, { syncs, chosen, shown, hasOlder }, { choose, older }) {
  if (syncs.length === 0) {
    fill(panel, empty("Nothing yet. Each sync becomes a column here."));
    return;
  }
  const { width, columns, beside } = room(panel, syncs.length);
  const drawn = syncs.slice(0, columns).reverse();
  if (!panel.matches(":hover")) pointed = null;
  const told = () => syncs.find((sync) => sync.id === (pointed ?? chosen)) ?? syncs[0];
  const readout = h("p", { className: "readout" }, describe(told()));
  const point = (sync) => {
    pointed = sync?.id ?? null;
    readout.replaceChildren(...describe(told()));
  };
  const rows = syncs.slice(0, shown).map((sync) => row(sync, sync.id === chosen, choose));
  const pictures = h("div", { className: "charts" }, charts(drawn, chosen, width, choose, point));
  pictures.style.gridTemplateColumns = `repeat(${beside}, minmax(0, 1fr))`;
  fill(
    panel, h("p", { className: "range" }, range(drawn)), pictures, legend(), readout,
    table("Syncs, newest first", COLUMNS, rows),
    hasOlder || shown < syncs.length
      ? h("button", { id: "older", type: "button", className: "quiet", onclick: older }, "Older syncs") : null);
}

export { PAGE };

/** How wide a chart is, how many syncs it shows, and how many charts stand beside each other. */
function room(panel, number) {
  const style = getComputedStyle(panel);
  const inside = panel.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const isFew = number <= FEW;
  const beside = inside >= 1000 ? (isFew ? 5 : 3) : inside >= 560 ? (isFew ? 3 : 2) : isFew ? 2 : 1;
  // The style sheet may come after the first answer.
  const width = Math.max(120, Math.floor((inside - (beside - 1) * GAP) / beside));
  return { width, columns: Math.max(12, Math.floor(width / 12)), beside };
}

function range(drawn) {
  const [first, last] = [date(drawn[0].started_at), date(drawn.at(-1).started_at)];
  return `${drawn.length === 1 ? "One sync" : `The newest ${drawn.length} syncs`}, ${first === last ? first : `${first} to ${last}`}`;
}

function describe(sync) {
  return [
    h("strong", {}, `Sync ${sync.id}`), ` ${time(sync.started_at)}, ${sync.status.toLowerCase()}`,
    sync.duration_ms === null ? "" : ` in ${duration(sync.duration_ms)}`,
    `: ${plural(sync.received, "user")}, ${count(sync.inserted)} inserted, ${count(sync.updated)} updated`,
    ` (${count(sync.newly_deleted)} newly deleted), ${count(sync.unchanged)} unchanged (${count(sync.skipped)} not sent)`,
    sync.missing === null ? "" : `, ${count(sync.missing)} missing`, `, ${plural(sync.rejected, "reject")}`,
    sync.refused > 0 ? `, ${count(sync.refused)} refused` : "",
  ];
}

function legend() {
  const keys = [
    ["failed", "failed"], ["skipped", "not sent"], ["unchanged", "sent, unchanged"], ["updated", "updated"],
    ["inserted", "inserted"], ["deleted", "newly deleted"], ["missing", "missing, rejected"],
  ];
  return h(
    "ul", { className: "legend" },
    keys.map(([part, name]) => h("li", {}, h("span", { className: "swatch", "data-part": part, "aria-hidden": "true" }), name)));
}

function row(sync, isChosen, choose) {
  const cell = (value) => h("td", {}, value);
  return {
    className: isChosen ? "chosen" : "",
    cells: [
      h("th", { scope: "row" },
        h("button", {
          id: `sync-${sync.id}`, type: "button", className: "pick", "aria-pressed": isChosen ? "true" : "false",
          "aria-label": `Show changes and rejects of sync ${sync.id}`, onclick: () => choose(sync),
        }, `${sync.id}`)),
      cell(badge(sync.status)), h("td", { title: sync.started_at }, time(sync.started_at)), cell(duration(sync.duration_ms)),
      cell(count(sync.received)), cell(count(sync.inserted)), cell(count(sync.updated)), cell(count(sync.newly_deleted)),
      cell(count(sync.unchanged)), cell(count(sync.skipped)), cell(missing(sync)), cell(count(sync.rejected)),
    ],
  };
}
