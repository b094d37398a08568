/* Tables of figures. Each section's function gives a list of nodes; an empty one is left out. */
"use strict";

const QUANTILES = ["p50", "p90", "p99", "p99.9", "max"];

// How much of its bound a figure takes, as a bar and in words.
function useCell(use) {
  if (use === null || use === undefined) return "";
  const text = use > 9.99 ? "> 10 times" : threeDigits(use * 100) + " %";
  const bar = h("span", { class: "bar" + (use > 1 ? " over" : ""), "aria-hidden": "true" }, h("span", {}));
  bar.firstChild.style.width = Math.min(100, Math.max(use > 0 ? 1 : 0, use * 100)) + "%";
  return h("span", { class: "use" }, bar, text);
}

function sloRows() {
  const judged = SUMMARY.verdict.outcome !== "interrupted";
  return SUMMARY.verdict.slos.map((slo, i) => ({
    holds: slo.holds,
    use: DATA.slo_use[i],
    cells: [together(slo.slo), judged ? figureWord(slo.holds) : "not judged", num(slo.figure), useCell(DATA.slo_use[i]), slo.count],
  }));
}

function sloSection() {
  const rows = sloRows();
  if (rows.length === 0) return [note("The scenario names no SLO: this run shows figures and judges none.")];
  const heads = ["SLO", "verdict", num("figure"), "of its bound", "count"];
  const cells = (some) => some.map((row) => row.cells.map((cell) => (cell && cell.num ? cell.text : cell)));
  const failed = rows.filter((row) => !row.holds);
  const held = rows.filter((row) => row.holds).sort((a, b) => (b.use || 0) - (a.use || 0));
  const short = rows.length <= 12;
  const first = short ? held : held.slice(0, Math.max(4, 10 - failed.length));
  const rest = short ? [] : held.slice(first.length);
  return [
    h("p", {}, failed.length ? failed.length + " of " + rows.length + " do not hold; they come first, then those closest to their bound." : "All " + rows.length + " hold; those closest to their bound come first."),
    table("SLOs", heads, cells([...failed, ...first]), { id: "slos" }),
    folded(rest.length + " more that hold, further from their bound", table("SLOs that hold with more room", heads, cells(rest), { id: "slos-rest" })),
  ];
}

function stalenessRow(row, label) {
  return [label, ...row.quantiles.map(quantile), { text: share(row.bad, row.outcomes.planned), class: row.bad ? "bad" : "" }, count(row.outcomes.planned)];
}

const stalenessHeads = ["class at group", ...nums(...QUANTILES), num("bad"), num("planned")];

function stalenessTable(phase) {
  const rows = [];
  for (const row of SUMMARY.staleness) {
    if (row.phase !== phase) continue;
    const label = row.tier === null ? row.class + " at " + row.group + ", bound " + boundWords(row.bound_ns) : "\u2003" + row.tier;
    const cells = stalenessRow(row, label);
    if (row.tier !== null) cells.class = "tier";
    rows.push(cells);
    if (phase === null && row.tier === null) rows.push(...floorRow(row));
  }
  return table("Staleness, " + (phase || "the measured phases"), stalenessHeads, rows, { id: phase === null ? "staleness-all" : null });
}

// A tier beside the other: the promise is to each, not to their mean.
function tierTable() {
  const rows = [];
  const all = SUMMARY.staleness.filter((row) => row.phase === null);
  for (const row of all.filter((one) => one.tier === null)) {
    const tiers = all.filter((one) => one.tier !== null && one.stream === row.stream && one.group === row.group);
    if (tiers.length !== 2) continue;
    const [left, right] = tiers;
    const p99 = (one) => one.quantiles[2];
    const known = p99(left).kind === "exact" && p99(right).kind === "exact" && p99(right).ns > 0;
    rows.push([atGroup(row), quantile(left.quantiles[0]), quantile(right.quantiles[0]), quantile(p99(left)), quantile(p99(right)),
      known ? threeDigits(p99(left).ns / p99(right).ns) + " ×" : "n/a", share(left.bad, left.outcomes.planned), share(right.bad, right.outcomes.planned)]);
  }
  if (rows.length === 0) return null;
  const [a, b] = tiersOf(0);
  return table("Tiers side by side, the measured phases", ["class at group", ...nums("p50 " + a, "p50 " + b, "p99 " + a, "p99 " + b, "p99 ratio", "bad " + a, "bad " + b)], rows);
}

function stalenessSection() {
  const disturbed = PHASES.filter((phase) => phase.disturbance);
  const others = PHASES.filter((phase) => !phase.disturbance);
  return [stalenessTable(null), floorNote(), tierTable(),
    disturbed.map((phase) => stalenessTable(phase.name)).slice(0, 3),
    folded("Staleness in the other phases", [...disturbed.slice(3), ...others].map((phase) => stalenessTable(phase.name))),
    tailTable(), samplingFloorTable()];
}

function tailTable() {
  const rows = SUMMARY.tails.filter((row) => row.events > 0).map((row) => {
    const parts = [row.send_ns, row.log_ns, row.apply_ns];
    return [atGroup(row), partsBar(parts), ...parts.map((ns) => duration(Math.round(ns))), count(row.events)];
  });
  return table("What the slowest 1 % waited for, mean", ["class at group", "parts", ...nums("send", "in log", "apply", "events")], rows);
}

function partsBar(parts) {
  const whole = parts.reduce((sum, part) => sum + Math.max(0, part), 0) || 1;
  const names = ["send", "log", "apply"];
  return h("span", { class: "parts", "aria-hidden": "true" }, parts.map((part, i) => {
    const piece = h("span", { class: names[i] });
    piece.style.width = (100 * Math.max(0, part)) / whole + "%";
    return piece;
  }));
}

function worstSection() {
  const longest = Math.max(1, ...DATA.worst.map((event) => event.visible_ns - event.tau_ns));
  const by = new Map();
  for (const event of DATA.worst) {
    const name = classOf(event.stream) + " at " + event.group;
    if (!by.has(name)) by.set(name, []);
    by.get(name).push(event);
  }
  const heads = ["intended at", "delay and its parts", ...nums("staleness", "send", "in log", "apply"), "tier", ...nums("key", "partition", "offset")];
  const tables = [...by].map(([name, events]) => table("The worst events of " + name, heads, events.map((event) => {
    const parts = [event.sent_ns - event.tau_ns, event.received_ns - event.sent_ns, event.visible_ns - event.received_ns];
    const staleness = event.visible_ns - event.tau_ns;
    const bar = partsBar(parts);
    bar.style.width = (100 * staleness) / longest + "%";
    return [(event.tau_ns / 1e9).toFixed(3) + " s", h("span", { class: "track" }, bar), duration(staleness), ...parts.map(duration), event.tier, count(event.key), count(event.partition), count(event.offset)];
  })));
  if (tables.length === 0) return [];
  return [
    h("p", { class: "keys" }, h("span", { class: "key send" }), "send: intended to sent  ", h("span", { class: "key log" }), "in log: sent to received  ", h("span", { class: "key apply" }), "apply: received to visible. worst.csv has 100 of each."),
    tables.slice(0, 2), folded("The worst events of the other classes and groups", tables.slice(2)),
  ];
}

// Columns of counts; one that is 0 in every row is left out unless it is always shown.
function countsTable(caption, columns, rows, id) {
  const shown = columns.filter(([, field, always]) => always || rows.some((row) => row.counts[field] > 0));
  const marked = (field, value) => ({ text: count(value), class: value > 0 && ["lost", "out_of_order", "corrupt", "failed"].includes(field) ? "bad" : "" });
  return table(caption, ["class at group", ...shown.map(([head]) => num(head))],
    rows.map((row) => [row.label, ...shown.map(([, field]) => marked(field, row.counts[field]))]), { id });
}

function ledgerSection() {
  const outcomes = SUMMARY.staleness.filter((row) => row.phase === null && row.tier === null).map((row) => ({ label: atGroup(row), counts: row.outcomes }));
  const ledger = SUMMARY.ledgers.map((row) => ({ label: atGroup(row), counts: row }));
  return [
    countsTable("Outcome of planned events, the measured phases", [["planned", "planned", true], ["visible", "visible", true], ["superseded", "superseded"], ["expired", "expired"], ["lost", "lost"], ["undelivered", "undelivered"], ["aborted", "aborted"], ["failed", "failed"], ["indeterminate", "indeterminate"], ["own not sent", "not_sent_own"], ["not sent", "not_sent_cluster"], ["unclassified", "unclassified"], ["phantom", "phantom"]], outcomes, "outcomes-table"),
    countsTable("Ledger, the whole run", [["lost", "lost", true], ["log duplicate", "log_duplicate", true], ["redelivered", "redelivered"], ["reprocessed", "reprocessed"], ["out of order", "out_of_order", true], ["phantom", "phantom"], ["corrupt", "corrupt"], ["foreign", "foreign"]], ledger, "ledger-table"),
    table("Offsets that went back", ["what", ...nums("seen at", "from", "to")], SUMMARY.offset_falls.map((row) => [{ text: classOf(streamIndex(row.stream)) + " " + row.partition + ", " + (row.of || ""), class: "bad" }, duration(row.at_ns), count(row.from), count(row.to)])),
    resetTables(),
  ];
}

// Where members found their position outside of the log, by cause; there can be thousands.
function resetTables() {
  const sums = new Map();
  for (const row of SUMMARY.resets) {
    const label = atGroup(row);
    const sum = sums.get(label + row.cause) || { label, cause: row.cause, times: 0, first: row.at_ns, skipped: 0, back: 0 };
    sum.times += 1;
    if (row.goes_on_at < row.position) sum.back += row.position - row.goes_on_at;
    else sum.skipped += row.goes_on_at - row.position;
    sums.set(label + row.cause, sum);
  }
  const rows = SUMMARY.resets.slice(0, 100).map((row) => [atGroup(row), count(row.partition), count(row.position), count(row.goes_on_at), duration(row.at_ns), row.cause]);
  return [
    table("Positions that were not in the log", ["class at group", ...nums("times", "first at", "skipped", "went back"), "cause"],
      [...sums.values()].map((sum) => [sum.label, count(sum.times), duration(sum.first), count(sum.skipped), count(sum.back), sum.cause])),
    folded(rows.length < SUMMARY.resets.length ? "The first " + rows.length : "Each of them", table("Positions that were not in the log, one by one",
      ["class at group", ...nums("partition", "position", "goes on at", "at"), "cause"], rows)),
  ];
}

// A column a partition; the table below has the figures.
function columnsCard(title, rows, amount, words) {
  const most = Math.max(...rows.map(amount));
  if (!(most > 0)) return null;
  const column = (row) => {
    const one = h("span", { class: amount(row) === most ? "hottest" : null });
    one.style.height = (100 * amount(row)) / most + "%";
    return one;
  };
  const every = Math.ceil(rows.length / 16);
  return h("div", { class: "card" }, h("p", {}, h("strong", {}, title), ": up to " + together(words(most))),
    h("div", { class: "columns", "aria-hidden": "true" }, rows.map(column)),
    h("div", { class: "axis", "aria-hidden": "true" }, rows.map((row, i) => h("span", {}, i % every === 0 ? row.partition : "\u00a0"))));
}

function partitionsSection() {
  const nodes = [];
  PLAN.streams.forEach((stream, index) => {
    const rows = DATA.partitions.filter((row) => row.stream === index);
    if (rows.length === 0) return;
    const amount = (row) => row.bytes;
    const total = rows.reduce((sum, row) => sum + amount(row), 0);
    const most = Math.max(1, ...rows.map(amount));
    const hottest = rows.find((row) => amount(row) === most) || rows[0];
    const groups = PLAN.groups.map((group, i) => ({ name: group.name, i })).filter((group) => PLAN.groups[group.i].streams.some((one) => one.stream === index));
    const worst = groups.map((group) => ({ group, row: rows.reduce((a, b) => (b.lag_ns[group.i] > a.lag_ns[group.i] ? b : a)) })).filter((one) => one.row.lag_ns[one.group.i] > 0);
    const heads = ["partition", "planned bytes", ...nums("share", "times its fair share", "events", "bytes", ...groups.map((group) => "highest lag at " + group.name))];
    nodes.push(h("h3", {}, classOf(index)));
    nodes.push(h("p", {}, total === 0 ? "Nothing was planned." : "Hottest: partition " + hottest.partition + ", with " + share(amount(hottest), total) + " of the planned bytes, " + threeDigits((most * rows.length) / total) + " times a fair share. ",
      worst.map((one) => "Highest freshness lag at " + one.group.name + ": " + duration(one.row.lag_ns[one.group.i]) + ", partition " + one.row.partition + ". ")));
    nodes.push(h("div", { class: "cards" }, columnsCard("Planned bytes by partition", rows, amount, bytes),
      groups.map((group) => columnsCard("Highest freshness lag by partition, at " + group.name, rows, (row) => row.lag_ns[group.i], duration))));
    const cells = rows.map((row) => {
      const bar = h("span", { class: "bar plain", "aria-hidden": "true" }, h("span", {}));
      bar.firstChild.style.width = (100 * amount(row)) / most + "%";
      const line = ["partition " + row.partition + (row === hottest && total ? " (hottest)" : ""), bar, share(amount(row), total), threeDigits((amount(row) * rows.length) / (total || 1)), count(row.planned), bytes(row.bytes), ...groups.map((group) => duration(row.lag_ns[group.i]))];
      if (row === hottest && total) line.class = "hot";
      return line;
    });
    nodes.push(folded("All " + rows.length + " partitions of " + classOf(index), table("Partitions of " + classOf(index) + ", the whole run", heads, cells)));
  });
  return nodes;
}

function lagTable(phase) {
  const rows = SUMMARY.lags.filter((row) => row.phase === phase).map((row) => [atGroup(row), duration(row.freshness_ns), row.partition < 0 || row.partition === null ? "" : row.partition + " at " + row.second + " s", duration(row.consumer_ns), row.offset === null || row.offset < 0 ? "n/a" : count(row.offset), row.unknown_seconds ? row.unknown_seconds + " s" : ""]);
  return table("Highest lag, " + (phase || "the measured phases"), ["class at group", ...nums("freshness lag", "partition", "consumer lag", "offset lag", "unknown")], rows);
}

function producingSection() {
  const all = SUMMARY.producers.filter((row) => row.phase === null);
  const name = (row) => classOf(streamIndex(row.stream));
  const volume = all.map((row) => [name(row), count(row.planned), count(row.sent), count(row.acked), rate(row.offered_per_second), rate(row.acked_per_second), threeDigits(row.mb_per_second) + " MB/s", count(row.queue_full)]);
  const delays = all.flatMap((row) => [["own send delay", row.own_delay], ["send delay", row.send_delay], ["service latency", row.service_latency], ["response latency", row.response_latency]].map(([what, quantiles]) => [name(row) + ", " + what, ...quantiles.map(quantile), quantiles.length ? count(quantiles[0].n) : ""]));
  return [
    table("Producing, the measured phases", ["class", ...nums("planned", "sent", "acked", "offered load", "achieved load", "throughput", "queue full")], volume),
    table("Delay of producing", ["class and delay", ...nums(...QUANTILES, "events")], delays),
    lagTable(null),
    folded("Highest lag in the disturbances", PHASES.filter((phase) => phase.disturbance).map((phase) => lagTable(phase.name))),
  ];
}
