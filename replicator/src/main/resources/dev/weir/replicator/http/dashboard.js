"use strict";
const $ = id => document.getElementById(id);
const UNKNOWN = "unknown";
const charts = new Map();
const ACTIONS = {
  verify: ["Verify", "is compared with the primary row by row while both run. Nothing is changed."],
  repair: ["Repair", "is compared once more; the primary's rows go through its log for those that differ. The primary is not changed."],
  resync: ["Resync", "copies the primary anew. It serves no reads until the copy is made."],
  restart: ["Restart", "opens its store and its session with the primary anew."],
  pause: ["Pause", "applies nothing more until it is resumed. It goes on serving what it has."],
  resume: ["Resume", "applies entries again."],
};
let range = "minutes";
let locals = [];
let registered = false;
let traffic = new Map();
let pending = null;

function storage(name, value) {
  try {
    if (value === undefined) return sessionStorage.getItem(name) || "";
    sessionStorage.setItem(name, value);
  } catch (e) { /* Without storage the token is asked for again. */ }
  return value || "";
}

function headers() {
  const token = storage("weir.token");
  return token ? { Authorization: "Bearer " + token } : {};
}

async function get(path) {
  const answer = await fetch(path, { headers: headers(), cache: "no-store" });
  if (answer.status === 401) throw new Error("This server shows its data to those who have the token: choose Token");
  if (!answer.ok) {
    const body = await answer.json().catch(() => ({}));
    throw new Error(body.error || body.title || "The server answered " + answer.status);
  }
  return answer.json();
}

const whole = n => n === null || n === undefined ? UNKNOWN : Number(n).toLocaleString("en");
function span(ms) {
  if (ms === null || ms === undefined) return UNKNOWN;
  if (ms < 1000) return Math.round(ms) + " ms";
  if (ms < 120000) return (ms / 1000).toFixed(1) + " s";
  return ms < 7200000 ? Math.round(ms / 60000) + " min" : Math.round(ms / 3600000) + " h";
}
const bytes = n => n === null || n === undefined ? UNKNOWN : n < 1e6 ? (n / 1e3).toFixed(1) + " kB" : n < 1e9 ? (n / 1e6).toFixed(1) + " MB" : (n / 1e9).toFixed(2) + " GB";
const clock = iso => new Date(iso).toLocaleTimeString("en", { hour12: false });

function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

function element(name, value, type) {
  const made = document.createElement(name);
  if (value !== undefined) made.textContent = value;
  if (type) made.className = type;
  return made;
}

function figures(list, pairs) {
  const known = list.querySelectorAll("dd");
  if (known.length === pairs.length) {
    pairs.forEach(([, value], i) => text(known[i], value));
    return;
  }
  list.replaceChildren(...pairs.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
}

function showStatus(status) {
  const health = status.health || {};
  const worst = health.worst || UNKNOWN;
  const words = { INFO: "healthy", WARNING: "warning", CRITICAL: "critical" };
  $("worst").dataset.severity = worst;
  text($("worst"), words[worst] || "waiting for data");
  text($("cluster"), status.cluster || UNKNOWN);
  document.title = (words[worst] && worst !== "INFO" ? words[worst].toUpperCase() + " – " : "") + "Weir";
  for (const name of ["healthy", "warning", "critical"]) text($(name), whole(health[name]));
  text($("max-lag"), span(health.maximum_lag_ms));
  text($("mean-lag"), span(health.mean_lag_ms));
  const primary = status.primary;
  $("primary").dataset.severity = primary ? "INFO" : "CRITICAL";
  text($("primary-state"), primary ? "answers" : "does not answer");
  document.querySelector(".primary .role").hidden = !primary || primary.name === "primary";
  text($("primary-name"), primary ? primary.name : "primary");
  text($("primary-url"), primary ? primary.url : status.trouble || "");
  figures($("primary-figures"), [
    ["Position", whole(primary && primary.lsn)], ["Durable up to", whole(primary && primary.durable_lsn)],
    ["Epoch", whole(primary && primary.epoch)], ["Log entries", whole(primary && primary.log_entries)],
    ["Store", bytes(primary && primary.store_bytes)]]);
  locals = status.local_replicas || [];
  registered = Boolean(status.local_replicas);
  showReplicas(status.replicas || []);
  alerts($("alerts"), status.alerts || [], "Nothing is wrong.");
  alerts($("recent"), status.recent_alerts || [], "None has ended yet.");
}

function catchUp(replica) {
  if (replica.catch_up_ms !== null) return replica.catch_up_ms === 0 ? "caught up" : span(replica.catch_up_ms);
  if (replica.apply_rate === null || replica.lag_ms === null) return UNKNOWN;
  return replica.state === "STREAMING" ? "keeps pace" : "not at this rate";
}

function showReplicas(replicas) {
  const box = $("replicas");
  for (const card of [...box.children]) {
    if (!replicas.some(replica => card.dataset.name === replica.name)) {
      charts.delete(card.dataset.name);
      card.remove();
    }
  }
  for (const replica of replicas) {
    let card = [...box.children].find(each => each.dataset.name === replica.name);
    if (!card) {
      card = $("replica-template").content.firstElementChild.cloneNode(true);
      card.dataset.name = replica.name;
      card.setAttribute("aria-label", "Replica " + replica.name);
      card.querySelector("h3").textContent = replica.name;
      box.append(card);
    }
    card.dataset.severity = replica.severity;
    card.dataset.state = replica.state;
    text(card.querySelector(".state"), replica.state.toLowerCase().replace("_", " ")
      + (replica.severity === "INFO" ? "" : " · " + replica.severity.toLowerCase()));
    text(card.querySelector(".reason"), replica.reason || "");
    text(card.querySelector(".lag .figure"), span(replica.lag_ms));
    figures(card.querySelector("dl"), [
      replica.lag_bytes === null ? ["Entries behind", whole(replica.lag_entries)] : ["Bytes behind", bytes(replica.lag_bytes)],
      ["Received", whole(replica.received_lsn)], ["Applied", whole(replica.applied_lsn)], ["Durable", whole(replica.durable_lsn)],
      ["Apply rate", replica.apply_rate === null ? UNKNOWN : whole(replica.apply_rate) + " /s"],
      ["Caught up in", catchUp(replica)],
      ["Reported", replica.seen_ms_ago === null ? UNKNOWN : span(replica.seen_ms_ago) + " ago"],
      ["Clock ahead by", span(replica.clock_skew_ms)]]);
    text(card.querySelector(".url"), replica.url || "");
    buttons(card, replica);
  }
  if (!replicas.length && !box.querySelector(".empty")) box.append(element("p", "No replica is registered.", "empty"));
}

function buttons(card, replica) {
  const repairable = card.dataset.verify === "repairable" ? ["repair"] : [];
  const wanted = !registered ? [] : ["verify", ...repairable, "resync", ...(locals.includes(replica.name) ? ["restart"] : []),
    replica.state === "STOPPED" ? "resume" : "pause"];
  const box = card.querySelector(".actions");
  if (box.dataset.wanted === wanted.join()) return;
  box.dataset.wanted = wanted.join();
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.action : null;
  box.replaceChildren(...wanted.map(action => {
    const button = element("button", ACTIONS[action][0]);
    button.type = "button";
    button.dataset.action = action;
    button.setAttribute("aria-label", ACTIONS[action][0] + " " + replica.name);
    button.addEventListener("click", () => ask(action, replica.name));
    return button;
  }));
  if (focused) (box.querySelector("[data-action='" + focused + "']") || box.firstElementChild)?.focus();
}

function verdict(check) {
  if (!check.ended_at) {
    const left = check.left_ms === null || check.left_ms === undefined ? "" : ", " + span(check.left_ms) + " left";
    return check.rows === undefined ? "Waiting until both stand at one entry" : "Comparing " + check.table + ": " + whole(check.rows) + " of about " + whole(check.total_rows) + " rows" + left;
  }
  if (check.failure) return "Not compared: " + check.failure;
  const at = " at entry " + whole(check.lsn) + ", " + whole(check.compared_rows) + " rows, " + clock(check.ended_at);
  if (!check.difference_count) return "Equal" + at;
  if (!check.left_count) return "Equal" + at + "; " + whole(check.mended_rows) + (check.mended_rows === 1 ? " row was mended" : " rows were mended");
  return whole(check.left_count) + (check.left_count === 1 ? " difference" : " differences") + at + (check.repair ? "; what is left is mended by Resync" : "");
}

function showChecks(checks) {
  for (const check of checks) {
    const card = [...$("replicas").children].find(each => each.dataset.name === check.replica);
    if (!card) continue;
    const state = !check.ended_at ? "running" : check.failure ? "failed" : !check.left_count ? "equal"
      : !check.repair && check.differences.some(each => each.key) ? "repairable" : "different";
    card.dataset.verify = state;
    const box = card.querySelector(".verify");
    box.hidden = false;
    text(box.querySelector(".verdict"), verdict(check));
    const bar = box.querySelector("progress");
    bar.hidden = state !== "running";
    if (check.total_rows) {
      bar.max = check.total_rows;
      bar.value = check.rows;
    } else bar.removeAttribute("value");
    const list = box.querySelector("ul");
    const lines = check.difference_count ? check.differences.map(each => (each.table + " " + each.what + " " + each.key).trim()) : [];
    if (list.dataset.key !== lines.join("\n")) {
      list.dataset.key = lines.join("\n");
      list.replaceChildren(...lines.map(line => element("li", line)));
    }
  }
}

function alerts(list, all, none) {
  const key = JSON.stringify(all);
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...(all.length ? all.map(alert => {
    const line = element("li");
    line.dataset.severity = alert.severity;
    line.dataset.kind = alert.kind;
    line.append(element("strong", alert.severity), alert.message);
    const since = alert.end ? "from " + clock(alert.start) + " to " + clock(alert.end) : "since " + clock(alert.start);
    const evidence = Object.entries(alert.evidence || {}).map(([name, value]) => name + "=" + value).join("  ");
    line.append(element("small", alert.node + ", " + alert.kind.replace("_", " ") + ", " + since + (evidence ? ". " + evidence : "")));
    return line;
  }) : [element("li", none, "empty")]));
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = name => style.getPropertyValue(name).trim();
  return { line: of("--accent"), axis: of("--quiet"), grid: of("--line") };
}

function chart(card, name, history) {
  const box = card.querySelector(".chart");
  const data = [history.time, history.lag_seconds];
  const known = history.lag_seconds.filter(value => value !== null);
  box.setAttribute("aria-label", "Lag of " + name + ": " + (known.length
    ? "now " + span(known[known.length - 1] * 1000) + ", at most " + span(known.reduce((a, b) => Math.max(a, b), 0) * 1000) : UNKNOWN));
  const old = charts.get(name);
  const width = Math.max(160, box.clientWidth);
  if (old && old.range === range) {
    old.plot.setData(data);
    if (old.plot.width !== width) old.plot.setSize({ width, height: 140 });
    return;
  }
  if (old) old.plot.destroy();
  const look = colours();
  const axis = { stroke: look.axis, grid: { stroke: look.grid, width: 1 }, ticks: { stroke: look.grid }, font: "11px system-ui" };
  const plot = new uPlot({
    width, height: 140, legend: { show: false }, cursor: { y: false, drag: { x: false } },
    scales: { y: { range: (self, low, high) => [0, Math.max(1, (high || 0) * 1.15)] } },
    axes: [{ ...axis, space: 90, size: 30, values: (self, ticks) => ticks.map(tick => range === "days"
      ? new Date(tick * 1000).toLocaleDateString("en", { month: "short", day: "numeric" }) + " " + new Date(tick * 1000).toLocaleTimeString("en", { hour12: false, hour: "2-digit", minute: "2-digit" })
      : new Date(tick * 1000).toLocaleTimeString("en", { hour12: false })) },
      { ...axis, size: 46, values: (self, ticks) => ticks.map(tick => tick + " s") }],
    series: [{}, { label: "lag", stroke: look.line, width: 2, fill: look.line + "22", points: { show: data[0].length < 3 } }],
  }, data, box);
  charts.set(name, { plot, range });
}

function rows(body, key, lines, make, none, columns) {
  if (body.dataset.key === key) return;
  body.dataset.key = key;
  if (!lines.length) {
    const cell = element("td", none, "empty");
    cell.colSpan = columns;
    const row = element("tr");
    row.append(cell);
    body.replaceChildren(row);
    return;
  }
  body.replaceChildren(...lines.map(line => {
    const row = element("tr");
    row.append(...make(line));
    return row;
  }));
}

function showTraffic(nodes) {
  $("traffic-section").hidden = !nodes.length;
  const now = performance.now();
  const all = nodes.reduce((sum, node) => sum + node.reads, 0);
  const before = traffic;
  traffic = new Map(nodes.map(node => [node.cluster + node.node, { now, reads: node.reads, writes: node.writes }]));
  rows($("traffic"), String(now), nodes, node => {
    const old = before.get(node.cluster + node.node);
    const rate = what => old && now > old.now ? whole(Math.round((node[what] - old[what]) * 1000 / (now - old.now))) : UNKNOWN;
    const share = element("td", undefined, "share");
    const meter = element("meter");
    meter.max = 1;
    meter.value = all ? node.reads / all : 0;
    meter.setAttribute("aria-label", Math.round(meter.value * 100) + " % of all reads");
    meter.title = Math.round(meter.value * 100) + " %";
    share.append(meter);
    return [element("td", node.node), element("td", whole(node.reads), "number"), element("td", rate("reads"), "number"),
      element("td", whole(node.writes), "number"), element("td", rate("writes"), "number"), share];
  }, "", 6);
}

function showHealing(steps) {
  rows($("healing"), JSON.stringify(steps), steps, step => [element("td", clock(step.at)), element("td", step.replica),
    element("td", step.step.replace("_", " ")), element("td", step.outcome.toLowerCase()),
    element("td", step.cause + (step.effect ? " → " + step.effect : ""), "wide")], "Nothing had to be done.", 5);
}

function showLog(entries) {
  rows($("log"), entries.length ? String(entries[0].lsn) + entries[0].state : "", entries, entry => [
    element("td", whole(entry.lsn), "number"), element("td", clock(entry.committed_at)),
    element("td", entry.kind.toLowerCase() + (entry.state === "DONE" ? "" : ", " + entry.state.toLowerCase())),
    element("td", whole(entry.bytes), "number"), element("td", entry.changes.join("; "), "wide")], "The log holds no entry.", 5);
}

async function drawCharts() {
  await Promise.all([...$("replicas").querySelectorAll(".replica")].map(async card => {
    const name = card.dataset.name;
    chart(card, name, await get("/api/history?range=" + range + "&replica=" + encodeURIComponent(name)));
  }));
}

async function refresh() {
  try {
    const [status, checks] = await Promise.all([get("/api/status"), get("/api/verify")]);
    showChecks(checks);
    showStatus(status);
    await drawCharts();
    const [nodes, healing] = await Promise.all([get("/api/nodes"), get("/api/healing")]);
    showTraffic(nodes);
    showHealing(healing);
    $("notice").hidden = true;
  } catch (e) {
    $("notice").hidden = false;
    text($("notice"), e instanceof TypeError ? "The server does not answer; what is shown may be old" : e.message);
    $("worst").dataset.severity = "UNKNOWN";
    text($("worst"), UNKNOWN);
    return;
  }
  await get("/api/log?lines=12").then(showLog, () => showLog([]));
}

function ask(action, name) {
  pending = { action, name };
  $("confirm-title").textContent = action ? ACTIONS[action][0] + " " + name + "?" : "Token";
  $("confirm-text").textContent = action ? "Replica " + name + " " + ACTIONS[action][1] : "It is kept in this tab until the tab is closed.";
  $("confirm-yes").textContent = action ? ACTIONS[action][0] : "Keep";
  $("confirm-yes").classList.toggle("danger", ["resync", "restart", "pause"].includes(action));
  $("confirm-error").textContent = "";
  $("token").value = storage("weir.token");
  $("confirm").showModal();
}

async function confirmed(event) {
  event.preventDefault();
  storage("weir.token", $("token").value.trim());
  const { action, name } = pending;
  if (action) {
    const answer = await fetch("/api/replicas/" + encodeURIComponent(name) + "/" + action, { method: "POST", headers: headers() })
      .catch(() => ({ ok: false, status: 0 }));
    if (!answer.ok) {
      const body = answer.json ? await answer.json().catch(() => ({})) : {};
      $("confirm-error").textContent = body.title && answer.status !== 401 ? body.title : answer.status === 401 ? "The token is not right." : answer.status === 0
        ? "The server does not answer." : "The server refused it with status " + answer.status + ".";
      return;
    }
  }
  $("confirm").close();
  refresh();
}

function theme(next) {
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  $("theme-button").textContent = "Theme: " + next;
  storage("weir.theme", next);
  for (const { plot } of charts.values()) plot.destroy();
  charts.clear();
}

$("confirm-form").addEventListener("submit", confirmed);
$("confirm-no").addEventListener("click", () => $("confirm").close());
$("token-button").addEventListener("click", () => ask(null, ""));
$("theme-button").addEventListener("click", () => {
  const order = ["system", "light", "dark"];
  theme(order[(order.indexOf(storage("weir.theme") || "system") + 1) % order.length]);
  drawCharts().catch(() => {});
});
for (const button of document.querySelectorAll("[data-range]")) {
  button.addEventListener("click", () => {
    range = button.dataset.range;
    document.querySelectorAll("[data-range]").forEach(each => each.setAttribute("aria-pressed", String(each === button)));
    drawCharts().catch(() => {});
  });
}
theme(storage("weir.theme") || "system");
(async function loop() {
  await refresh();
  setTimeout(loop, document.hidden ? 5000 : 1000);
})();
