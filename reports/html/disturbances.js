/* What disturbances did: a card each, then faults, changes of members, passes, isolation. */
"use strict";

const atLeast = (open, ns) => (open ? "> " : "") + duration(ns);
const gap = (open, ns) => (ns === 0 ? "< 250 ms" : atLeast(open, ns));
const ideal = (row) => (row.capacity_per_second === null ? "n/a" : row.ideal_time_to_fresh_ns === null ? "never" : duration(row.ideal_time_to_fresh_ns));

function freshAgain(rows, slowest) {
  const big = (text, bad) => h("span", { class: "big" + (bad ? " bad" : "") }, text);
  if (rows.every((row) => row.reached && row.time_to_fresh_ns === 0)) {
    return rows.every((row) => row.debt_s2 === 0) ? [big("Never over its bound"), ". "] : [big("Fresh when it ended"), ", over its bound at times before. "];
  }
  if (!slowest.reached) return [big(atLeast(true, slowest.time_to_fresh_ns), true), " after its end, and not known to be fresh again before the plan ended (" + atGroup(slowest) + "). "];
  return [big(duration(slowest.time_to_fresh_ns)), " from its end until all was fresh again (" + atGroup(slowest) + "). "];
}

function disturbanceCards() {
  return PHASES.filter((phase) => phase.disturbance).map((phase) => {
    const rows = SUMMARY.disturbances.filter((row) => row.phase === phase.name);
    if (rows.length === 0) return null;
    const slowest = rows.reduce((a, b) => (Number(b.reached) < Number(a.reached) || (b.reached === a.reached && b.time_to_fresh_ns > a.time_to_fresh_ns) ? b : a));
    const peak = rows.reduce((a, b) => (b.peak_ns > a.peak_ns ? b : a));
    const cells = rows.map((row) => [atGroup(row), { text: atLeast(!row.reached, row.time_to_fresh_ns), class: row.reached ? "" : "bad" }, ideal(row), duration(row.peak_ns), Number(row.debt_s2.toPrecision(3)) + " s²", count(row.backlog)]);
    return h("article", { class: "card wide" }, h("h3", {}, phase.name), h("p", { class: "dim" }, phase.kind + ", " + clockOf(phase.begin) + " to " + clockOf(phase.end)),
      h("p", {}, freshAgain(rows, slowest), "Freshness lag peaked at ", h("strong", {}, duration(peak.peak_ns)), " (" + atGroup(peak) + ")."),
      table("After " + phase.name, ["class at group", ...nums("time to fresh", "ideal", "peak lag", "debt", "backlog")], cells));
  });
}

function faultName(index) {
  const row = SUMMARY.commands.find((one) => one.fault === index && !one.undo);
  return row ? row.command + ", at " + duration(row.begin_ns) : "fault " + index;
}

function faultTables() {
  const commands = SUMMARY.commands.map((row) => {
    const end = !row.began ? "not run" : !row.ended ? "did not end" : row.timed_out ? "timed out" : "status " + row.status;
    return [(row.undo ? "undo: " : "") + row.command, row.began ? duration(row.begin_ns) : "", row.ended ? duration(row.end_ns - row.begin_ns) : "", { text: end, class: row.failed ? "bad" : "" }, row.last_line];
  });
  const unavailable = SUMMARY.faults.map((row) => [faultName(row.fault) + ": " + row.stream, row.interrupted + " of " + row.partitions, { text: gap(row.longest_open, row.longest_unavailable_ns), class: row.longest_open ? "bad" : "" }, row.longest_partition === null || row.longest_partition < 0 ? "" : String(row.longest_partition), gap(row.first_ack_open, row.first_ack_ns)]);
  const groups = SUMMARY.fault_groups.map((row) => {
    const o = row.outcomes;
    return [faultName(row.fault) + ": " + row.stream + " at " + row.group, atLeast(!row.reached, row.time_to_fresh_ns), duration(row.peak_ns), count(o.planned), { text: count(o.lost), class: o.lost ? "bad" : "" }, count(o.undelivered), count(o.failed + o.indeterminate + o.not_sent_cluster)];
  });
  return [
    table("Commands of the faults", ["command", ...nums("began", "took"), "ended", "last line"], commands),
    table("Unavailable to producers", ["fault and class", ...nums("partitions", "longest", "partition", "first ack")], unavailable),
    table("Groups after each fault", ["fault, class and group", ...nums("time to fresh", "peak lag", "planned", "lost", "undelivered", "not acked")], groups),
  ];
}

function changeTables() {
  const changes = SUMMARY.group_changes.map((row) => {
    const plan = row.change === null || row.change < 0 ? null : PLAN.changes[row.change];
    const what = plan ? plan.kind + " " + plan.members + " at " + duration(plan.at) : "not asked for";
    const where = row.partitions ? row.longest_stream + " " + row.longest_partition : "";
    return [row.group + ", " + what, count(row.partitions), row.partitions ? { text: atLeast(row.longest_open, row.longest_pause_ns), class: row.longest_open ? "bad" : "" } : "", where, count(row.redelivered)];
  });
  return [table("Changes of members: how long partitions stood still", ["group and change", ...nums("moves", "longest pause", "partition", "redelivered")], changes)];
}

function disturbanceSection() {
  return [h("div", { class: "cards" }, disturbanceCards()), faultTables(), changeTables()].flat(2).filter((node) => node && (node.tagName !== "DIV" || node.children.length));
}

function passesSection() {
  const rows = SUMMARY.replays.map((row) => {
    const end = row.finished ? "after " + duration(row.finished_at_ns - row.began_ns) : row.never ? "never" : "not finished";
    return [row.group + " (" + row.pass_kind + ")", rate(row.events_per_second), threeDigits(row.mb_per_second) + " MB/s", rate(row.inflow_per_second), count(row.to_read.planned), share(row.to_read.planned - row.to_read.undelivered, row.to_read.planned), count(row.to_read.expired), count(row.redelivered), { text: end, class: row.finished ? "" : "bad" }];
  });
  return [table("Passes beside the live groups", ["pass", ...nums("rate", "throughput", "inflow", "had to read", "done", "expired", "redelivered", "caught up")], rows), isolationTables()].flat();
}

const ratio = (r) => (!r || r.kind === "n/a" || r.value === null ? "n/a" : (r.kind === "at_least" ? "≥ " : "") + threeDigits(r.value) + " ×");

function isolationTables() {
  const own = (i) => (SUMMARY.isolation_loopback.length > i ? ratio(SUMMARY.isolation_loopback[i].index) : "n/a");
  const events = (one) => count(one.off.n) + ", " + count(one.on.n);
  const rows = SUMMARY.isolation.map((row, i) => [row.schedule + ": " + atGroup(row), quantile(row.off), quantile(row.on), ratio(row.index), own(i), String(row.pairs.length), events(row)]);
  const ownPair = (i, k) => (SUMMARY.isolation_loopback.length > i && SUMMARY.isolation_loopback[i].pairs[k] ? ratio(SUMMARY.isolation_loopback[i].pairs[k].index) : "n/a");
  const pairs = SUMMARY.isolation.flatMap((row, i) => row.pairs.map((pair, k) => [atGroup(row) + ": " + pair.off_window + ", " + pair.on_window, quantile(pair.off), quantile(pair.on), ratio(pair.index), ownPair(i, k), share(pair.replayed, 1), events(pair)]));
  const all = SUMMARY.isolation.flatMap((row) => row.pairs);
  return [
    table("Isolation: p99 of the live groups without and with the replay", ["schedule, class and group", ...nums("p99 off", "p99 on", "isolation index", "on the loopback log", "pairs", "events off, on")], rows),
    rows.length && SUMMARY.isolation_loopback.length === 0 && !SUMMARY.identity.loopback ? note("No run on the loopback log stands beside it: how much of it is the harness's own is not known.") : null,
    all.some((pair) => pair.index.kind === "n/a") ? note("n/a: a window has too few events for a p99 (E8), or its p99 is not known; such a pair counts in no index, and an index needs four pairs.") : null,
    all.some((pair) => pair.replayed < 0.5) ? note("Replaying: the part of the window in which the replay was reading; one that has caught up disturbs no more. A longer prefill or a rate makes it last.") : null,
    folded("Each pair of windows", table("Isolation by pair of windows", ["class at group: windows", ...nums("p99 off", "p99 on", "isolation index", "on the loopback log", "replaying", "events off, on")], pairs)),
  ];
}
