/* May the figures be trusted, and with what were they made. */
"use strict";

function validitySection() {
  const rows = SUMMARY.verdict.validity.map((rule) => {
    const said = rule.holds && rule.said;
    return [rule.rule, h("span", { class: rule.holds ? (said ? "" : "good") : "bad" }, said ? "! note" : rule.holds ? "✓ ok" : "✗ broken"), rule.figure, rule.limit, rule.sentence];
  });
  const hiccups = SUMMARY.validity.hiccups;
  return [
    h("p", {}, rows.every((_, i) => SUMMARY.verdict.validity[i].holds) ? "Nothing about this machine or the harness stands against the figures." : "The harness or its machine fell short: these figures cannot be trusted as the cluster's."),
    table("Validity", ["rule", "verdict", "figure", "limit", "what it means"], rows, { id: "validity-table" }),
    SUMMARY.validity.negative_staleness ? note(count(SUMMARY.validity.negative_staleness) + " events became visible before they were intended: the clock went back.") : null,
    noiseFloorTable(),
    table("Host timer lateness, weighted by time", ["series", ...nums(...QUANTILES, "over")], hiccups && hiccups.length ? [["lateness of a 1 ms timer", ...hiccups.map(quantile), count(hiccups[0].n) + " ms"]] : []),
    hostTable(), memberTable(), steadyTable(), payloadTable(), clientTables(),
    table("Less durable than asked", ["stream", "what", "asked", "found"], SUMMARY.durability.map((row) => [row.stream, row.what, row.asked, { text: row.found, class: "bad" }])),
  ];
}

// A group's round trips are the wait of its fetches for something to read: no figure of the network.
function clientTables() {
  const mean = (w) => (w ? duration(Math.round(w.mean)) : "");
  const p99 = (w) => (w ? duration(w.highest_p99) : "");
  const throttled = SUMMARY.clients.some((row) => row.all.throttle_ns && row.all.throttle_ns.max > 0);
  const nameOf = (row) => (row.stream ? "producer " + row.stream : "group " + row.group);
  const line = (label, row, c) => [label, count(c.requests), count(c.retries), count(c.timeouts), count(c.errors), row.stream ? mean(c.round_trip_ns) : "", row.stream ? p99(c.round_trip_ns) : "",
    ...(throttled ? [c.throttle_ns && c.throttle_ns.max > 0 ? duration(c.throttle_ns.max) : ""] : [])];
  const heads = ["client", ...nums("requests", "retries", "timeouts", "errors", "round trip, mean", "highest p99 of an interval", ...(throttled ? ["throttled"] : []))];
  const brokers = SUMMARY.clients.flatMap((row) => row.brokers.map((one) => line(nameOf(row) + " to " + one.broker, row, one)));
  const queues = SUMMARY.clients.map((row) => {
    const producer = (n) => (row.stream ? count(n) : "");
    const batches = row.batch_records;
    return [nameOf(row), producer(row.most_waiting), producer(row.most_in_flight), row.stream ? "" : count(row.most_fetched), batches ? threeDigits(batches.mean) : "", batches ? count(batches.max) : "", mean(row.all.in_client_ns), mean(row.all.to_socket_ns)];
  });
  return [
    table("Clients, the whole run", heads, SUMMARY.clients.map((row) => line(nameOf(row), row, row.all))),
    folded("Clients by broker, queues and batches", table("Clients, by broker", heads, brokers),
      table("Queues and batches of clients: the most at the end of an interval", ["client", ...nums("waiting", "in flight", "fetched", "records in a batch, mean", "most", "in the client, mean", "to the socket, mean")], queues)),
  ];
}

const known = (value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value));

function settingsTable(caption, settings, marked) {
  const rows = Object.entries(settings || {}).map(([name, value]) => {
    const line = [name, known(value), marked && marked(name) ? "differs from the default" : ""];
    if (marked && marked(name)) line.class = "hot";
    return line;
  });
  return table(caption, ["setting", "value", ...(marked ? ["beside the client's default"] : [])], marked ? rows : rows.map((row) => row.slice(0, 2)));
}

// "producer TOPIC: NAME" and "group NAME: NAME", by client.
function clientSettings() {
  const by = new Map();
  for (const [name, value] of Object.entries(DATA.manifest.client_settings || {})) {
    const at = name.lastIndexOf(": ");
    const client = at < 0 ? "every client" : name.slice(0, at);
    if (!by.has(client)) by.set(client, {});
    by.get(client)[at < 0 ? name : name.slice(at + 2)] = value;
  }
  const failover = DATA.manifest.failover_settings || {};
  const names = [...new Set([...by.keys(), ...Object.keys(failover)])];
  return names.map((name) => {
    const own = by.get(name) || {};
    const all = { ...(typeof failover[name] === "object" ? failover[name] : {}), ...own };
    return folded("Settings of " + name, settingsTable("Settings of " + name, all, (setting) => setting in own));
  });
}

function manifestSection() {
  const m = DATA.manifest;
  const identity = SUMMARY.identity;
  const host = m.host || {};
  const target = m.target || {};
  const line = Array.isArray(m.command_line) ? "freshet " + m.command_line.join(" ") : "";
  const topics = Object.entries(m.topics || {}).map(([name, topic]) => folded("Topic " + name, definitions(Object.entries(topic || {}).filter(([, value]) => typeof value !== "object").map(([key, value]) => [key, String(value)])), settingsTable("Configuration of topic " + name + ", as the cluster describes it", (topic || {}).config)));
  return [
    definitions([
      ["Run", identity.id], ["Scenario", (m.scenario_file || "") + " (" + identity.scenario + ")"], ["Scenario hash", identity.scenario_hash], ["Load hash", identity.load_hash],
      ["Hash of what was sent, by stream", SUMMARY.run.load_proof.filter(Boolean).join(", ")], ["Seed", m.seed === undefined ? "" : String(m.seed)],
      ["freshet", identity.version], ["librdkafka", identity.rdkafka], ["Lua", m.lua], ["Compiler", m.compiler], ["Command", line],
      ["Host", Object.entries(host).map(([key, value]) => key + " " + known(value)).join(", ")], ["Clocks", Object.entries(m.clocks || {}).map(([key, value]) => key + " " + known(value)).join(", ")],
      ["Target", Object.entries(target).filter(([, value]) => typeof value !== "object").map(([key, value]) => key + " " + value).join(", ")],
    ]),
    table("Parameters", ["name", "value", "default", "about"], PLAN.params.map((one) => [one.name, one.value, one.fallback, one.about])),
    PLAN.scenario_text ? folded("The scenario", h("pre", { tabindex: "0" }, PLAN.scenario_text)) : null,
    h("p", { class: "dim" }, "Of the clients' settings those that are not the client's default are marked; secrets were removed before anything was written."),
    clientSettings(), topics,
    folded("Configuration of the cluster", settingsTable("Configuration of the cluster, as it describes itself", target.config)),
    Object.keys(m).length === 0 ? note("The manifest is empty.") : null,
  ];
}
