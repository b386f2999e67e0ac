// What the table holds of one user.

import { ask } from "./api.js";
import { empty, fill, h } from "./dom.js";
import { time } from "./format.js";

/** Shows the form; its answer comes below it. */
export function showLookup(panel) {
  const input = h("input", { id: "user-name", type: "search", required: true, autocomplete: "off", spellcheck: false, maxLength: 1000 });
  const answer = h("div", { role: "status" });
  const form = h(
    "form", { className: "row", onsubmit: (event) => { event.preventDefault(); find(input.value, answer); } },
    h("label", { htmlFor: "user-name", className: "hidden" }, "User name, letter for letter"), input,
    h("button", { type: "submit", className: "quiet" }, "Find"));
  input.placeholder = "User name, letter for letter";
  fill(panel, form, answer);
}

async function find(name, answer) {
  try {
    // As it stands, the path of this one name leads to all users.
    const part = name === "export" ? "%65xport" : encodeURIComponent(name);
    const user = await ask("GET", `/users/${part}`);
    answer.replaceChildren(facts(user));
  } catch (problem) {
    answer.replaceChildren(empty(problem.message));
  }
}

/** What every user has; any other member is an extra field, under the name of its column. */
const USUAL = new Set([
  "id", "legacy_id", "user_name", "email", "legacy_created_at", "created_at", "updated_at", "deleted", "deleted_at", "sync_id",
]);

function facts(user) {
  const lines = [
    ["Name", user.user_name], ["Email", user.email], ["Id", `${user.id}, legacy ${user.legacy_id}`],
    ["Created there", time(user.legacy_created_at)], ["Last written", time(user.updated_at)],
    ["State", user.deleted ? `deleted ${time(user.deleted_at)}` : "active"],
  ];
  if (user.sync_id !== undefined) lines.push(["Written by", user.sync_id === null ? "not known" : `sync ${user.sync_id}`]);
  for (const [column, value] of Object.entries(user)) {
    if (!USUAL.has(column)) lines.push([column, value === null ? "–" : `${value}`, "extra"]);
  }
  return h(
    "dl", { className: "facts" },
    lines.map(([name, value, kind]) => h("div", { "data-kind": kind }, h("dt", {}, name), h("dd", { dir: "auto" }, value))));
}
