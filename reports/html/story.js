/* The head of the page: the verdict in a sentence, and what was run on what. */
"use strict";

const OUTCOMES = { pass: ["✓", "PASS"], fail: ["✗", "FAIL"], invalid: ["!", "INVALID"], interrupted: ["!", "INTERRUPTED"] };

function sentence(text) {
  const trimmed = together(text.trim());
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?)]$/.test(trimmed) ? "" : ".");
}

// What the figures are not: said before any of them.
function cautions() {
  const identity = SUMMARY.identity;
  const all = [];
  if (identity.loopback) all.push("Run on the built-in log: these figures are the harness's own noise floor, not a cluster's.");
  if (identity.colocated && !identity.loopback) all.push("A demonstration, not a benchmark of the cluster: broker and harness share the machine.");
  if (SUMMARY.run.ending === "killed") all.push("The run was killed: figures are of what had been written down by then.");
  if (SUMMARY.run.ending === "interrupted") all.push("The run was interrupted: figures are of what had been measured by then.");
  return all;
}

// "2026-01-02T03:04:05Z" as a person reads it.
const timeOf = (text) => text.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z$/, "$1 $2 UTC");

function damage() {
  if (SUMMARY.damage.length === 0) return null;
  const items = SUMMARY.damage.slice(0, 20).map((one) => h("li", {}, one));
  return h("div", { class: "caution damage", role: "note" }, h("p", {}, h("strong", {}, "Parts of the run folder are missing or damaged. "), "What they held is not in these figures:"),
    h("ul", {}, items), SUMMARY.damage.length > 20 ? h("p", {}, "and " + (SUMMARY.damage.length - 20) + " more") : null);
}

// One card a class: the group where it is least fresh.
function cards() {
  const all = SUMMARY.staleness.filter((row) => row.phase === null && row.tier === null);
  return PLAN.streams.map((stream) => {
    const rows = all.filter((row) => row.stream === stream.name);
    if (rows.length === 0) return null;
    const p99 = (row) => (row.quantiles[2].kind === "n/a" ? -1 : row.quantiles[2].ns);
    const worst = rows.reduce((a, b) => (p99(b) > p99(a) ? b : a));
    const over = p99(worst) > worst.bound_ns;
    const lost = rows.reduce((sum, row) => sum + row.outcomes.lost, 0);
    return h("div", { class: "card" }, h("h3", {}, worst.class), h("p", { class: "big" + (over ? " bad" : "") }, quantile(worst.quantiles[2])),
      h("p", {}, "p99 of staleness over the measured phases at " + worst.group + (rows.length > 1 ? ", its least fresh group" : "") + (over ? "; over its bound" : "")),
      h("p", { class: "dim" }, "bound " + boundWords(worst.bound_ns) + " · bad " + share(worst.bad, worst.outcomes.planned) + " · lost " + count(lost)));
  });
}

function head() {
  const verdict = SUMMARY.verdict;
  const [sign, text] = OUTCOMES[verdict.outcome] || ["", String(verdict.outcome)];
  document.title = text + " · " + SUMMARY.identity.scenario + " · freshet";
  return [
    h("div", { class: "brand" }, h("span", {}, "freshet"), h("span", { class: "dim" }, timeOf(SUMMARY.identity.started)), themeButton()),
    h("h1", {}, SUMMARY.identity.scenario || "a run"),
    PLAN.about ? h("p", { class: "about" }, PLAN.about) : null,
    h("p", { class: "verdict " + verdict.outcome }, h("strong", {}, h("span", { "aria-hidden": "true" }, sign + " "), text), h("span", { id: "reason" }, sentence(verdict.reason))),
    cautions().map((one) => h("p", { class: "caution", role: "note" }, one)),
    damage(),
    h("div", { class: "cards" }, cards(), decisionCards()),
  ];
}

const sizeOf = (size) => (!size ? "" : size.kind === "fixed" ? bytes(size.median) : "median " + bytes(size.median) + ", up to " + bytes(size.maximum));

function phaseNote(phase) {
  const plan = PLAN.phases.find((one) => one.name === phase.name);
  const notes = [];
  if (plan.kind === "incident") notes.push("up to " + plan.magnitude + " times the base rate");
  if (plan.hot_accounts) notes.push(share(plan.hot_share, 1) + " of it from " + plan.hot_accounts + " hot accounts");
  if (plan.kind === "ramp") notes.push("from " + plan.from + " to " + plan.to + " times the base rate");
  const index = PLAN.phases.indexOf(plan);
  for (const fault of PLAN.faults.filter((one) => one.phase === index)) notes.push("at " + boundWords(fault.at) + " runs: " + fault.run + (fault.undo ? ", undone by: " + fault.undo : ""));
  for (const change of PLAN.changes.filter((one) => one.phase === index)) notes.push("at " + boundWords(change.at) + " " + change.kind + " " + change.members + " of " + PLAN.groups[change.group].name);
  for (const replay of PLAN.replays.filter((one) => one.phase === index)) notes.push("pass: " + replay.name);
  if (!phase.measured) notes.push("not measured");
  return notes.join("; ");
}

function readWhen(read) {
  if (!read.triggered) return rate(read.rate) + ", at random times";
  const delay = read.delay_min === read.delay_max ? boundWords(read.delay_min) : boundWords(read.delay_min) + " to " + boundWords(read.delay_max);
  return delay + " after " + (read.share < 1 ? share(read.share, 1) + " of the events of " : "each event of ") + classOf(read.after);
}

// Only what is not the library's own default is told.
function profiles() {
  const all = Object.entries(DATA.manifest.profiles || {});
  const names = new Set(all.map(([, name]) => String(name)));
  if (names.size === 1) return names.has("default") ? "" : [...names][0];
  return all.filter(([, name]) => name !== "default").map(([client, name]) => name + " (" + client + ")").join(", ");
}

function setupSection() {
  const identity = SUMMARY.identity;
  const target = DATA.manifest.target || {};
  const host = DATA.manifest.host || {};
  const address = typeof target.address === "string" ? target.address : "";
  const streams = PLAN.streams.map((stream) => [stream.class, boundWords(stream.bound), rate(stream.rate) + ", " + stream.arrival, sizeOf(stream.size), stream.key, count(stream.partitions), count(stream.replication), stream.critical ? "yes" : ""]);
  const groups = PLAN.groups.map((group) => [group.name, count(group.members), group.service_time ? duration(group.service_time) : "none", group.streams.map((one) => classOf(one.stream)).join(", "), group.read_committed ? "read committed" : "read uncommitted"]);
  const phases = PHASES.map((phase) => [phase.name, phase.kind, clockOf(phase.begin), clockOf(phase.end), phaseNote(phase)]);
  return [
    definitions([
      ["Target", identity.target + (address ? " at " + address.replace(/,/g, ", ") : "")],
      ["Cluster", identity.cluster_id],
      ["Started", timeOf(identity.started) + (SUMMARY.run.start_took_ns ? ", ready after " + duration(SUMMARY.run.start_took_ns) : "")],
      ["Ended", "after " + duration(SUMMARY.run.ended_at_ns) + (SUMMARY.run.ending === "complete" ? (SUMMARY.run.drain_complete ? ", drained in " : ", drain given up after ") + duration(SUMMARY.run.drained_in_ns) : ", " + SUMMARY.run.ending)],
      ["Client profile", profiles()],
      ["Machine", [host.cpu, host.cores ? host.cores + " cores" : "", host.memory_bytes ? bytes(host.memory_bytes) : "", host.kernel].filter(Boolean).join(", ")],
      ["Proof of the load", SUMMARY.run.lanes_proved ? "what was handed over is the plan's, event by event (load " + identity.load_hash + ")" : "not proved: what was handed over is not known to be the plan's"],
    ]),
    table("The load", ["class", "bound", "base rate", "size", "key", ...nums("partitions", "replicas"), "critical"], streams),
    table("The readers", ["group", num("members"), "service time", "classes", "isolation"], groups),
    table("The reads", ["read", "group", "when", "classes"], READS.map((read) => [read.name, PLAN.groups[read.group].name, readWhen(read), read.streams.map(classOf).join(", ")])),
    table("The phases", ["phase", "kind", "from", "to", "what is special"], phases),
  ];
}
