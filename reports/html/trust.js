/* How far a figure can be trusted: noise floor, sampling floor, error budgets, the machine, the payload. */
"use strict";

const floorOf = (row) => SUMMARY.noise_floor.find((one) => one.stream === row.stream && one.group === row.group);

// Beside a row of staleness: what the same load showed on the loopback log just before.
function floorRow(row) {
  const floor = floorOf(row);
  if (!floor) return [];
  const cells = ["\u2003noise floor", ...floor.quantiles.map(quantile), "", floor.quantiles.length ? count(floor.quantiles[0].n) : ""];
  cells.class = "tier floor";
  return [cells];
}

function floorNote() {
  if (!SUMMARY.staleness.some((row) => row.quantiles.some((q) => q.near_floor))) return null;
  return note("*: within twice the ", word("noise floor"), ": half of it and more may be the harness's own (and the scenario's service times).");
}

function noiseFloorTable() {
  const all = SUMMARY.staleness.filter((row) => row.phase === null && row.tier === null);
  const rows = SUMMARY.noise_floor.map((floor) => {
    const run = all.find((row) => row.stream === floor.stream && row.group === floor.group);
    const [a, b] = [run && run.quantiles[2], floor.quantiles[2]];
    const known = a && b && a.kind === "exact" && b.kind === "exact" && b.ns > 0;
    return [atGroup(floor), ...floor.quantiles.map(quantile), floor.quantiles.length ? count(floor.quantiles[0].n) : "", a ? quantile(a) : "n/a", known ? threeDigits(a.ns / b.ns) + " ×" : "n/a"];
  });
  if (rows.length > 0) {
    return table("Noise floor: the same load on the loopback log, just before the run", ["class at group", ...nums(...QUANTILES, "events", "p99 of the run", "run ÷ floor")], rows, { id: "noise-floor" });
  }
  const why = DATA.manifest.calibration;
  if (SUMMARY.identity.loopback) return note("This run is on the loopback log: all of its figures are noise floor.");
  return note("There is no ", word("noise floor"), typeof why === "string" && why !== "done" ? ": " + why + "." : ".");
}

function samplingFloorTable() {
  const cell = (q) => {
    const floor = q && q.sampling_floor;
    return floor ? duration(floor.low_ns) + " to " + (floor.high_kind === "at_least" ? "≥ " : "") + duration(floor.high_ns) : "n/a";
  };
  const rows = SUMMARY.staleness.filter((row) => row.phase === null && row.tier === null && row.outcomes.planned > 0)
    .map((row) => [atGroup(row), cell(row.quantiles[0]), cell(row.quantiles[2]), cell(row.quantiles[3]), count(row.outcomes.planned)]);
  return [
    table("Sampling floor (95 %), the measured phases", ["class at group", ...nums("p50", "p99", "p99.9", "events")], rows, { id: "sampling-floor" }),
    rows.length ? note("The ", word("sampling floor"), " is what the number of events alone leaves open, were they independent. It is not the run-to-run spread, which is wider.") : null,
  ];
}

function objective(row) {
  const slo = PLAN.slos[row.slo] || {};
  const where = [atGroup(row), row.tier, slo.phase].filter(Boolean).join(", ");
  if (slo.figure === "staleness_share") return where + ", " + share(slo.threshold, 1) + " over " + boundWords(boundOf(streamIndex(row.stream), PLAN.groups.findIndex((group) => group.name === row.group)));
  return where + ", p" + Number((slo.percentile * 100).toPrecision(6)) + " " + boundWords(slo.threshold);
}

function budgetTable() {
  const burn = (one) => (one ? { text: Number(one.rate.toPrecision(3)) + " × at " + one.from_second + " s", class: one.rate > 1 ? "bad" : "" } : "n/a");
  const part = (some, all) => ({ text: count(some) + " of " + count(all), class: some ? "bad" : "" });
  const rows = SUMMARY.budgets.map((row) => [objective(row), part(row.bad_minutes, row.minutes), part(row.bad_seconds, row.seconds),
    count(row.touched_seconds) + " of " + count(row.seconds), burn(row.worst_minute), burn(row.worst_five_minutes)]);
  const short = SUMMARY.budgets.some((row) => !row.worst_five_minutes);
  return [
    table("Error budgets, by second of the intended time", ["class at group and objective", ...nums("bad minutes", "bad seconds", "touched", "worst minute", "worst 5 min")], rows, { id: "budgets-table" }),
    rows.length ? note("Bad: more than the SLO's part of its events were; touched: any was. The worst windows: how many times faster than allowed the budget went, and where they begin" + (short ? "; n/a: what is judged is shorter." : ".")) : null,
  ];
}

function overBoundTable() {
  const rows = SUMMARY.over_bound.filter((row) => row.time_ns > 0).map((row) => {
    const cells = [row.phase === null ? atGroup(row) : "\u2003in " + row.phase, { text: duration(row.time_ns), class: "bad" }, duration(row.longest_ns), count(row.spells)];
    if (row.phase !== null) cells.class = "tier";
    return cells;
  });
  if (SUMMARY.over_bound.length > 0 && rows.length === 0) return h("p", {}, "No key of any class was over its bound at any time.");
  return table("Time in which any key of the class was over its bound", ["class at group", ...nums("time over bound", "longest", "times")], rows, { id: "over-bound" });
}

function budgetSection() {
  return [budgetTable(), overBoundTable()].flat();
}

function hostTable() {
  const host = SUMMARY.host;
  if (!host) return note("What the machine did meanwhile is not known.");
  const percent = (part) => (100 * part).toFixed(0) + " %";
  return table("This machine, over " + count(host.seconds) + " s of the run", ["what", ...nums("mean", "most in a second")], [
    [word("CPUs that the harness used"), host.process_cpus_mean.toFixed(2), host.process_cpus_most.toFixed(2)],
    [word("busy, all together"), percent(host.busy_mean), percent(host.busy_most)],
    [word("stolen"), percent(host.steal_mean), percent(host.steal_most)],
    [word("involuntary switches"), count(host.involuntary_switches) + ", " + rate(host.involuntary_switches / host.seconds), count(host.involuntary_switches_most)],
  ], { id: "host" });
}

// Of each group the member that had most of each.
function memberTable() {
  const groups = new Map();
  for (const row of SUMMARY.validity.receivers) {
    const most = groups.get(row.group) || { ...row };
    for (const [field, value] of Object.entries(row)) if (typeof value === "number" && value > most[field]) most[field] = value;
    groups.set(row.group, most);
  }
  const all = [...groups.values()];
  const queues = all.some((row) => row.most_waiting > 0);
  const rows = all.map((row) => {
    const group = PLAN.groups.find((one) => one.name === row.group);
    const ahead = queues ? [count(row.most_waiting), group ? count(group.queue) : "", { text: row.full_seconds + " of " + row.measured_seconds, class: row.full_seconds ? "bad" : "" }] : [];
    return [row.group, { text: row.bound_seconds + " of " + row.measured_seconds, class: row.bound_seconds ? "bad" : "" }, ...ahead];
  });
  return table("Members, of each group the one that had most", ["group", ...nums("own work", ...(queues ? ["waiting", "room", "full seconds"] : []))], rows, { id: "members" });
}

function payloadTable() {
  const one = (ratio) => (ratio > 0 ? ratio.toFixed(2) + ":1" : "n/a");
  const rows = SUMMARY.payloads.map((row) => [row.stream + ", " + (row.codec || "no codec"), one(row.asked), one(row.ratio), one(row.zstd), one(row.lz4),
    bytes(row.batch_bytes) + ", " + count(row.batch_records) + " records", one(row.as_sent) + ", " + count(row.as_sent_records) + " records"]);
  return table("By how much the records compress, found before the start", ["stream and codec", ...nums("asked", "full batch", "with zstd", "with lz4", "the full batch", "as sent at the base rate")], rows, { id: "payloads" });
}

function steadyTable() {
  const rows = SUMMARY.steady.map((row) => [atGroup(row) + " in " + row.phase, ...(row.known
    ? [duration(row.p50_first_ns), duration(row.p50_second_ns), duration(row.p99_first_ns), duration(row.p99_second_ns)] : ["n/a", "n/a", "n/a", "n/a"]),
    { text: !row.known ? "not known" : row.cold ? "they disagree" : "alike", class: row.cold ? "bad" : "" }]);
  return folded("Steady phases: first half against second (V6)", table("A typical second of each half of the steady phases",
    ["class at group", ...nums("p50, first", "p50, second", "p99, first", "p99, second"), "halves"], rows));
}
