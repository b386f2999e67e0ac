// Wires the page: what the server says goes to the panels, what is pressed goes to the server.

import { ask, events, Problem, token, whenUnauthorized } from "./api.js";
import { showChanges } from "./changes.js";
import { confirmed, failed, fill } from "./dom.js";
import { plural } from "./format.js";
import { PAGE, showHistory } from "./history.js";
import { showLetters } from "./letters.js";
import { showLookup } from "./lookup.js";
import { isUnderWay, showNow } from "./now.js";
import { showRejects } from "./rejects.js";
import { hideSource, showSource } from "./source.js";
import { loadVerdict, showUnknown } from "./verdict.js";

const LOADED = 60;
/** Milliseconds between two looks at the verdict. */
const VERDICT_EVERY = 30000;
const part = (id) => document.getElementById(id);
const state = { syncs: [], chosen: null, shown: PAGE, hasOlder: false, newest: undefined, rejects: 0, rejectsAt: 0 };

// MARK: Telling

let noticeTimer = 0;

/** Says something for a while; `bad` says it as an error. */
function notify(text, tone = "") {
  const notice = part("notice");
  notice.textContent = text;
  notice.dataset.tone = tone;
  notice.hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => { notice.hidden = true; }, 8000);
}

function link(stateName, text) {
  const element = part("link");
  // Said anew only when it has changed: it is read out.
  if (element.textContent !== text) element.textContent = text;
  element.dataset.state = stateName;
}

// MARK: Asking

async function start() {
  part("start").disabled = true;
  try {
    const sync = await ask("POST", "/syncs");
    notify(`Sync ${sync.id} has begun.`);
  } catch (problem) {
    part("start").disabled = false;
    const running = problem.running ? ` Sync ${problem.running.id} is under way.` : "";
    notify(problem.message + running, "bad");
  }
}

async function cancel(sync) {
  const isMeant = await confirmed(
    `Cancel sync ${sync.id}?`, "What was applied stays. The next sync reads everything again.", "Cancel the sync");
  if (!isMeant) return;
  try {
    await ask("POST", `/syncs/${sync.id}/cancel`);
    notify(`Sync ${sync.id} was told to stop.`);
  } catch (problem) {
    notify(problem.message, "bad");
  }
}

async function loadHistory() {
  try {
    // One more than is kept says whether there are older ones.
    const syncs = await ask("GET", `/syncs?limit=${LOADED + 1}`);
    state.hasOlder = syncs.length > LOADED;
    state.syncs = syncs.slice(0, LOADED);
    drawHistory();
  } catch (problem) {
    fill(part("history"), failed(problem, loadHistory));
  }
}

async function older() {
  if (state.shown >= state.syncs.length && state.hasOlder) {
    try {
      const more = await ask("GET", `/syncs?limit=${LOADED + 1}&before=${state.syncs.at(-1).id}`);
      state.hasOlder = more.length > LOADED;
      state.syncs.push(...more.slice(0, LOADED));
    } catch (problem) {
      return notify(problem.message, "bad");
    }
  }
  state.shown += PAGE;
  drawHistory();
}

function drawHistory() {
  const chosen = state.chosen ?? state.syncs[0]?.id;
  showHistory(part("history"), { ...state, chosen }, { choose, older });
}

function choose(sync) {
  state.chosen = sync.id;
  drawHistory();
  showChanges(part("changes"), sync);
  showRejects(part("rejects"), sync);
  showSource(part("source"), sync.id);
}

// MARK: The verdict

let verdictTimer = 0;

/** Shows the verdict now and from then on, for as long as the page is live and somebody can see it. */
function keepVerdict() {
  clearTimeout(verdictTimer);
  verdictTimer = setTimeout(keepVerdict, VERDICT_EVERY);
  if (document.visibilityState === "visible") loadVerdict(part("verdict"));
}

function loseVerdict(headline, cause) {
  clearTimeout(verdictTimer);
  verdictTimer = 0;
  showUnknown(part("verdict"), headline, cause);
}

document.addEventListener("visibilitychange", () => { if (verdictTimer !== 0) keepVerdict(); });

// MARK: Following

/** Takes a Progress document. */
function follow(progress) {
  const { sync } = progress;
  const before = state.newest;
  state.newest = sync;
  showNow(part("now"), progress, cancel);
  part("start").disabled = isUnderWay(sync);
  document.title = isUnderWay(sync) ? `Sync ${sync.id} under way · User Sync` : "User Sync";
  if (sync && state.syncs[0]?.id === sync.id) {
    state.syncs[0] = sync;
    drawHistory();
  }
  if ((state.chosen ?? sync?.id) === sync?.id) showChanges(part("changes"), sync);
  if (sync && (state.chosen ?? sync.id) === sync.id) followRejects(sync);
  // The first look counts as another one, also where no sync has run yet.
  const isAnother = before === undefined || sync?.id !== before?.id;
  const hasEnded = sync && before && !isAnother && isUnderWay(before) && !isUnderWay(sync);
  if (!isAnother && !hasEnded && sync?.status === before?.status) return;
  if (hasEnded) {
    notify(sync.status === "COMPLETED" ? `Sync ${sync.id} is complete: ${plural(sync.received, "user")}.` : `Sync ${sync.id} failed.`,
      sync.status === "COMPLETED" ? "good" : "bad");
  }
  keepVerdict();
  loadHistory();
  if (state.chosen === null || isAnother) {
    state.chosen = null;
    showChanges(part("changes"), sync);
    showRejects(part("rejects"), sync);
  }
  if (sync === null) hideSource(part("source"));
  else showSource(part("source"), state.chosen);
  showLetters(part("letters"), loadHistory);
}

/** Shows new rejects of the sync under way, but not at every single one. */
function followRejects(sync) {
  const isDue = performance.now() - state.rejectsAt > 4000;
  if (sync.rejected === state.rejects || !isUnderWay(sync) || !isDue) return;
  state.rejects = sync.rejected;
  state.rejectsAt = performance.now();
  showRejects(part("rejects"), sync);
}

/** Follows the server's events for as long as the page is open. */
async function followForever() {
  let pause = 1000;
  while (true) {
    const abort = new AbortController();
    // An event comes every second: silence means that the connection is gone.
    let alarm = setTimeout(() => abort.abort(), 15000);
    try {
      for await (const event of events("/events", abort.signal)) {
        clearTimeout(alarm);
        alarm = setTimeout(() => abort.abort(), 15000);
        pause = 1000;
        if (event.name === "unavailable") link("away", "Database away");
        if (event.name === "progress") {
          link("live", "Live");
          follow(event.data);
          if (verdictTimer === 0) keepVerdict();
        }
      }
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        clearTimeout(alarm);
        link("away", "Token needed");
        await askForToken();
        continue;
      }
      const cause = error instanceof Problem && error.status !== 0 ? error.message : null;
      link("away", cause ?? "No connection, trying again");
      loseVerdict("No connection to the server", cause ?? "The page tries again by itself. If this stays, look whether 'orchestrator serve' runs");
      part("start").disabled = true;
    } finally {
      clearTimeout(alarm);
    }
    await new Promise((resolve) => setTimeout(resolve, pause * (0.75 + Math.random() / 2)));
    pause = Math.min(pause * 2, 15000);
  }
}

// MARK: The token

let asking = null;

/** Asks for the token until there is one; one dialog, however many ask for it. */
function askForToken() {
  asking ??= new Promise((resolve) => {
    const dialog = part("token");
    part("token-error").hidden = !token.value;
    part("token-value").value = "";
    dialog.addEventListener("close", () => {
      asking = null;
      token.value = part("token-value").value;
      part("token-value").value = "";
      part("forget").hidden = false;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

part("token").addEventListener("cancel", (event) => event.preventDefault());
part("forget").addEventListener("click", () => {
  token.forget();
  location.reload();
});
part("forget").hidden = !token.value;
part("start").addEventListener("click", start);
whenUnauthorized(() => { askForToken(); });

let redraw = 0;
addEventListener("resize", () => {
  cancelAnimationFrame(redraw);
  redraw = requestAnimationFrame(() => { if (state.syncs.length > 0) drawHistory(); });
});

showLookup(part("lookup"));
followForever();
