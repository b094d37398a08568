/* Numbers as people read them: the same words as the terminal's. */
"use strict";

// Three significant digits, never in exponent form.
function threeDigits(value) {
  const magnitude = Math.abs(value);
  if (magnitude === 0) return "0";
  const decade = Number(magnitude.toExponential(2).split("e")[1]);
  return value.toFixed(Math.min(20, Math.max(0, 2 - decade)));
}

function scaled(value, units) {
  let chosen = units[0];
  for (const unit of units) if (Math.abs(value) >= 0.9995 * unit[1]) chosen = unit;
  return threeDigits(value / chosen[1]) + " " + chosen[0];
}

function duration(ns) {
  if (ns === null || ns === undefined) return "n/a";
  if (ns === 0) return "0 s";
  const magnitude = Math.abs(ns);
  if (magnitude >= 120 * 3600e9) return threeDigits(ns / 86400e9) + " d";
  if (magnitude >= 120 * 60e9) return threeDigits(ns / 3600e9) + " h";
  if (magnitude >= 1000e9) return threeDigits(ns / 60e9) + " min";
  return scaled(ns, [["ns", 1], ["µs", 1e3], ["ms", 1e6], ["s", 1e9]]);
}

// As a person writes it: "2 s", not "2.00 s".
function boundWords(ns) {
  return duration(ns).replace(/\.0+ |(\.\d*?[1-9])0+ /, "$1 ");
}

function rate(perSecond) {
  return scaled(perSecond, [["/s", 1], ["k/s", 1e3], ["M/s", 1e6]]);
}

function bytes(n) {
  if (Math.abs(n) < 999.5) return n.toFixed(0) + " B";
  return scaled(n, [["B", 1], ["kB", 1e3], ["MB", 1e6], ["GB", 1e9], ["TB", 1e12]]);
}

function count(n) {
  if (n === null || n === undefined) return "n/a";
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, "\u00a0");
}

function share(part, whole) {
  if (!whole) return "n/a";
  if (part === whole) return "100 %";
  const percent = (part / whole) * 100;
  let text = threeDigits(percent);
  for (let digits = 1; text === "100" && digits <= 9; ++digits) {
    const finer = percent.toFixed(digits);
    if (Number(finer) < 100) text = finer;
  }
  return text + " %";
}

// {"p", "kind", "ns"} of the summary; *: within twice the noise floor.
function quantile(q) {
  if (!q || q.kind === "n/a") return "n/a";
  return (q.kind === "at_least" ? "≥ " : "") + duration(q.ns) + (q.near_floor ? "*" : "");
}

// A second of the run, for an axis.
function clockOf(second) {
  if (Math.abs(second) < 600) return threeSeconds(second) + " s";
  const whole = Math.floor(second);
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return (hours ? hours + ":" + two(minutes) : String(minutes)) + ":" + two(whole % 60);
}

function threeSeconds(second) {
  return Number.isInteger(second) ? String(second) : second.toFixed(Math.abs(second) < 10 ? 2 : 1);
}

// A tick of an axis in µs: no more digits than it needs.
function tickOf(us) {
  if (us === 0) return "0";
  for (const [unit, times] of [["s", 1e6], ["ms", 1e3], ["µs", 1]]) {
    if (Math.abs(us) >= times * 0.9995) return String(Number((us / times).toPrecision(3))) + " " + unit;
  }
  return String(Number((us * 1e3).toPrecision(3))) + " ns";
}

const plainTick = (value) => String(Number(value.toPrecision(4)));

// A figure and its unit stay on one line.
const together = (text) => text.replace(/(\d) (?=(?:ns|us|µs|ms|s|min|h|d|B|kB|MB|GB|TB)\b|%)/g, "$1\u00a0");
