/* The data of the page, and what the plan's indices are called. */
"use strict";

const DATA = JSON.parse(document.getElementById("data").textContent);
const SUMMARY = DATA.summary;
const PLAN = DATA.plan;

const classOf = (stream) => (PLAN.streams[stream] || {}).class || "";
const streamIndex = (name) => PLAN.streams.findIndex((stream) => stream.name === name);
const tiersOf = (stream) => PLAN.populations[PLAN.streams[stream].population].tiers.map((tier) => tier.name);
const boundOf = (stream, group) => {
  const read = PLAN.groups[group] && PLAN.groups[group].streams.find((one) => one.stream === stream);
  return read ? read.bound : 0;
};
const atGroup = (row) => (row.class || classOf(streamIndex(row.stream))) + " at " + row.group;

const PHASES = PLAN.phases.map((phase) => ({
  name: phase.name,
  kind: phase.kind,
  begin: phase.begin / 1e9,
  end: phase.end / 1e9,
  measured: phase.kind !== "warmup" && phase.kind !== "rest",
  disturbance: ["incident", "replay", "backlog", "bootstrap", "change", "fault"].includes(phase.kind),
}));
const SECONDS = Math.max(1, DATA.timeline.second.length ? DATA.timeline.second.at(-1) : 1,
  PHASES.length ? PHASES.at(-1).end : 1);

// Okabe and Ito's colours, which people with any colour vision can tell apart.
const COLOURS = {
  light: ["#0072b2", "#d55e00", "#009e73", "#b0568a", "#8a6d00", "#3b8fc4"],
  dark: ["#56b4e9", "#e69f00", "#19c297", "#e08fbd", "#f0e442", "#ff8a3c"],
};
const MARKS = {
  fault: { name: "commands of faults", colour: 1 },
  member: { name: "members join, leave, pause", colour: 0 },
  rebalance: { name: "rebalances", colour: 3 },
  unavailable: { name: "partitions without acknowledgements", short: "no acks", colour: 4 },
  pass: { name: "passes end", colour: 2 },
  error: { name: "errors", colour: 1 },
};

function themeNow() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen) return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
const colour = (i) => COLOURS[themeNow()][i % COLOURS.light.length];
const styleOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
