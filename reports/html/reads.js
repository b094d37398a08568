/* What somebody saw who looked at an account: views, decisions, critical events. */
"use strict";

const READS = PLAN.reads || [];
const readName = (row) => row.read + " at " + row.group;
const causesOf = (decision) => SUMMARY.views.filter((row) => row.read === decision.read && row.phase === decision.phase && row.caused > 0);

function viewTable(phase) {
  const rows = SUMMARY.views.filter((row) => row.phase === phase && row.reads > 0).map((row) => [
    readName(row) + ": " + row.class + ", bound " + boundWords(row.bound_ns), ...row.quantiles.map(quantile),
    row.done ? duration(Math.round(row.mean_ns)) : "n/a", { text: share(row.stale, row.reads), class: row.stale ? "bad" : "" }, count(row.reads),
    row.done ? threeDigits(row.unseen_mean) : "n/a", row.done ? count(row.unseen_most) : "n/a"]);
  return table("View staleness at reads, " + (phase || "the measured phases"),
    ["read and class", ...nums(...QUANTILES, "mean", "stale", "reads", "unseen, mean", "unseen, most")], rows, { id: phase === null ? "views" : null });
}

// Of all measured phases together, then of each phase that had stale decisions.
function decisionTable() {
  const shown = SUMMARY.decisions.filter((row) => row.reads > 0 && (row.phase === null || row.stale > 0));
  const rows = shown.map((row) => {
    const cells = [row.phase === null ? readName(row) : "\u2003in " + row.phase, count(row.reads), { text: count(row.stale), class: row.stale ? "bad" : "" },
      share(row.stale, row.reads), { text: count(row.critical_stale), class: row.critical_stale ? "bad" : "" },
      causesOf(row).map((one) => one.class + " " + count(one.caused)).join(", "), count(row.unresolved), quantile(row.delay[2])];
    if (row.phase !== null) cells.class = "tier";
    return cells;
  });
  return table("Decisions", ["read", ...nums("reads", "stale decisions", "of reads", "critical stale"), "caused by", ...nums("not done", "reader late, p99")], rows, { id: "decisions" });
}

function causeTable() {
  const causes = SUMMARY.views.filter((row) => row.phase === null && row.caused > 0);
  const most = Math.max(1, ...causes.map((row) => row.caused));
  const rows = causes.sort((a, b) => b.caused - a.caused).map((row) => {
    const bar = h("span", { class: "bar plain over", "aria-hidden": "true" }, h("span", {}));
    bar.firstChild.style.width = (100 * row.caused) / most + "%";
    return [row.class + ", in " + readName(row), bar, count(row.caused), share(row.caused, row.reads), count(row.caused_critical)];
  });
  return table("Stale decisions by cause: the class that was furthest over its bound", ["class", "", ...nums("stale decisions", "of reads", "critical stale")], rows);
}

// Of reads with a decide function. What nobody could tell is no zero.
function wrongTable() {
  const causes = (row) => {
    const by = SUMMARY.views.filter((one) => one.read === row.read && one.phase === row.phase && one.caused_wrong > 0);
    const others = row.wrong - by.reduce((sum, one) => sum + one.caused_wrong, 0);
    return [...by.map((one) => one.class + " " + count(one.caused_wrong)), others > 0 ? "no one class " + count(others) : ""].filter(Boolean).join(", ");
  };
  const unknown = (n) => (n === null ? "unknown" : { text: count(n), class: n ? "bad" : "" });
  const rows = SUMMARY.decisions.filter((row) => row.decides && row.reads > 0 && (row.phase === null || row.wrong > 0)).map((row) => {
    const cells = [row.phase === null ? readName(row) : "\u2003in " + row.phase, count(row.reads), unknown(row.wrong), row.wrong === null ? "unknown" : share(row.wrong, row.reads), unknown(row.critical_wrong), row.wrong ? causes(row) : "", count(row.unresolved)];
    if (row.phase !== null) cells.class = "tier";
    return cells;
  });
  return table("Wrong decisions", ["read", ...nums("reads", "wrong decisions", "of reads", "critical wrong"), "caused by", num("not done")], rows, { id: "wrong" });
}

function criticalTable() {
  const rows = SUMMARY.critical_events.filter((row) => row.planned > 0 && row.phase === null).map((row) => [atGroup(row), count(row.planned),
    row.late === null ? "no read" : { text: count(row.late), class: row.late ? "bad" : "" }, { text: count(row.missed), class: row.missed ? "bad" : "" }]);
  return table("Critical events, the measured phases", ["class at group", ...nums("planned", "late", "missed")], rows, { id: "critical" });
}

// One card a read.
function decisionCards() {
  return SUMMARY.decisions.filter((row) => row.phase === null && row.reads > 0).map((row) => h("div", { class: "card" }, h("h3", {}, readName(row)),
    h("p", { class: "big" + (row.stale ? " bad" : "") }, share(row.stale, row.reads)),
    h("p", {}, "stale decisions: " + count(row.stale) + " of " + count(row.reads) + " reads; critical: " + count(row.critical_stale)),
    h("p", { class: "dim" }, row.stale ? "by " + causesOf(row).map((one) => one.class + " " + count(one.caused)).join(", ") : "every read was within the bounds", row.unresolved ? " · not done " + count(row.unresolved) : "")));
}

function readsSection() {
  if (READS.length === 0) return [];
  const disturbed = PHASES.filter((phase) => phase.disturbance);
  return [
    h("p", {}, "Somebody opens an account: how old is what the group's ", word("view", "view staleness"), " shows? Resolved against the schedule, not against what arrived; a read that was ", word("not done"), " is bad for an SLO."),
    h("div", { class: "cards" }, decisionCards()), decisionTable(), wrongTable(), causeTable(), criticalTable(), viewTable(null),
    folded("View staleness in the disturbances", disturbed.map((phase) => viewTable(phase.name))),
  ];
}

// One a group that somebody reads at: by second of the read's intended time.
function viewCharts() {
  return PLAN.groups.flatMap((group, index) => {
    const of = DATA.timeline.series.filter((one) => one.group === index && one.view);
    if (of.length === 0) return [];
    const lines = of.map((one) => ({ label: classOf(one.stream), colour: one.stream, width: 2, values: one.view }));
    const stale = of.filter((one) => one.stale.some((value) => value > 0))
      .map((one) => ({ label: classOf(one.stream), colour: one.stream, width: 2, values: one.stale }));
    return [
      timeChart("View staleness at reads of " + group.name + ", the greatest of each second", lines,
        { log: true, which: "staleness", height: 180, bounds: [...new Set(of.map((one) => boundOf(one.stream, index)))] }),
      stale.length ? timeChart("Stale reads of " + group.name + ", reads/s that saw the class over its bound", stale, { format: plainTick, height: 140 }) : null,
    ];
  });
}
