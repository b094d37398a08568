// Real runs, on the built-in log or on a real broker, and a real browser that opens their pages from disk.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";

const need = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this through ctest -L browser`);
  return value;
};

export const freshet = need("FRESHET");
export const folder = need("FRESHET_BROWSER_FOLDER");
export const pictures = join(folder, "pictures");
// Is it a run on a real broker that is looked at? run_on_kafka.mjs has made it then.
export const onKafka = Boolean(process.env.FRESHET_BROWSER_KAFKA);
const root = new URL("../..", import.meta.url).pathname;
const require = createRequire(need("FRESHET_BROWSER_MODULES") + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// The exit status of `report` is the run's verdict, so it says nothing about the report.
export function report(folderOfRun, format) {
  try {
    return execFileSync(freshet, ["report", "--format", format, folderOfRun], { encoding: "utf8", maxBuffer: 1 << 28 });
  } catch (error) {
    if (![0, 1, 3, 130].includes(error.status)) throw error;
    return error.stdout;
  }
}

function run(folderOfRun, scenario, options, environment) {
  const file = new URL(scenario, import.meta.url).pathname;
  try {
    execFileSync(freshet, ["run", file, "-o", folderOfRun, ...options], { stdio: "pipe", cwd: root, env: { ...process.env, ...environment } });
  } catch (error) {
    // A slow machine may make the run fail or invalid: its page has to be right all the same.
    if (![1, 3].includes(error.status)) throw new Error(String(error.stderr), { cause: error });
  }
  return folderOfRun;
}

// A run on a broker of its own, which stands still for a while, and is there afterwards for other tests.
export const madeOnKafka = join(folder, "run");
export function runOnKafka() {
  const dir = join(folder, "broker");
  const script = (...words) => execFileSync(join(root, "scripts/kafka"), [...words, "--dir", dir], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  rmSync(madeOnKafka, { recursive: true, force: true });
  try {
    const address = script("start").trim().split("\n").at(-1);
    run(madeOnKafka, "run.lua", ["-P", "freeze=true", "-b", address, "--allow-commands"], { FRESHET_KAFKA_DIR: dir });
  } finally {
    script("wipe");
  }
}

export function makePictures() {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
}

export function makeRun(name, scenario = "run.lua") {
  const made = join(folder, name);
  rmSync(made, { recursive: true, force: true });
  return run(made, scenario, [], {});
}

export const launch = () =>
  chromium.launch({ executablePath: need("CHROMIUM"), args: ["--no-sandbox", "--force-color-profile=srgb"] });

// Opens a page and keeps what it should not do: talk to anybody, complain, ask.
export async function open(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  const url = pathToFileURL(file).href;
  page.on("console", (message) => wrong.push("console: " + message.text()));
  page.on("pageerror", (error) => wrong.push("error: " + error.message));
  page.on("dialog", (dialog) => { wrong.push("dialog: " + dialog.message()); dialog.dismiss(); });
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:")) wrong.push("request: " + request.url());
  });
  await page.goto(url);
  await page.waitForSelector("html[data-drawn=yes]");
  return { page, wrong, close: () => context.close() };
}

export function write(name, text) {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

// The page of `file` with other data.
export function withData(file, name, change) {
  const text = readFileSync(file, "utf8");
  const begin = text.indexOf('id="data">') + 'id="data">'.length;
  const end = text.indexOf("</script>", begin);
  const data = JSON.stringify(change(JSON.parse(text.slice(begin, end)))).replace(/</g, "\\u003c");
  return write(name, text.slice(0, begin) + data + text.slice(end));
}

export const hostile = `</script><script>globalThis.taken=1</script><img src=x onerror="globalThis.taken=2">"'&`;

// The data with the attack at the end of every text; what is kept are words that the page looks up.
export function poisoned(data, kept) {
  const poison = (value, key) => {
    if (typeof value === "string") return kept.includes(key) ? value : value + hostile;
    if (Array.isArray(value)) return value.map((one) => poison(one, key));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poison(one, name)]));
  };
  return poison(data, "");
}

// "1.20 s", "≥ 3 ms*" or "n/a" as ns; null for none.
export function nanoseconds(text) {
  const found = text.match(/^(?:≥ )?([\d.]+) (ns|µs|ms|s|min|h|d)\*?$/);
  if (!found) return null;
  return Number(found[1]) * { ns: 1, "µs": 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9, d: 86400e9 }[found[2]];
}

export const tableCells = (page, id) =>
  page.$$eval(`#${id} tbody tr:not(.floor)`, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent.replace(/\u00a0/g, " "))));

// Of each chart its lines and how many pixels each draws: alone, as one may lie on another, and so wide that most
// are of its own colour, however steep it is.
export const linesDrawn = (page) =>
  page.evaluate(async () => {
    const near = (data, i, rgb) => Math.abs(data[i] - rgb[0]) + Math.abs(data[i + 1] - rgb[1]) + Math.abs(data[i + 2] - rgb[2]) < 40;
    const alone = async (chart, one, index) => {
      chart.hidden = new Set(chart.spec.series.keys());
      chart.hidden.delete(index);
      Object.assign(one, { width: 6, dash: "solid" });
      chart.draw();
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));  // uPlot draws later
      const canvas = chart.plot.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const hex = colour(one.colour);
      const rgb = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
      let pixels = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && near(data, i, rgb)) ++pixels;
      return { label: one.label, pixels };
    };
    const all = [];
    for (const chart of CHARTS.filter((chart) => chart.u)) {
      const lines = [];
      for (const [i, one] of chart.spec.series.entries()) {
        if (one.values.some((value) => value !== null)) lines.push(await alone(chart, one, i));
      }
      all.push({ title: chart.spec.title, lines });
    }
    return all;
  });

export async function seriousFindings(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document));
  if (found.passes.length <= 15) throw new Error(`axe looked at ${found.passes.length} things only`);
  const serious = found.violations.filter((one) => ["serious", "critical"].includes(one.impact));
  return serious.map((one) => one.id + ": " + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + " " + node.failureSummary).join(" | "));
}

// Tests of how a page looks. `opened(options)` opens it; `more(page, width)` looks at more of each picture.
export function testLooks(name, opened, { schemes = ["light", "dark"], more } = {}) {
  for (const colorScheme of schemes) {
    test(`axe finds nothing serious, ${colorScheme}`, async () => {
      const { page, close } = await opened({ colorScheme });
      assert.deepEqual(await seriousFindings(page), []);
      await close();
    });
    for (const width of [1440, 390]) {
      test(`a picture at ${width} px, ${colorScheme}; nothing hangs over the edge`, async () => {
        const { page, wrong, close } = await opened({ viewport: { width, height: 900 }, colorScheme });
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
        if (more) await more(page, width);
        await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        assert.deepEqual(wrong, []);
        await close();
      });
    }
  }
}

// On paper nothing is cut, and what is folded on a screen is open.
export async function printsWhole(page, name) {
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const cut = await page.$$eval("table, canvas, pre", (nodes) => nodes.filter((node) => node.getBoundingClientRect().width > 0 &&
    node.getBoundingClientRect().right > innerWidth + 1).map((node) => node.tagName + " " + (node.caption?.textContent || "") + " " + node.getBoundingClientRect().right));
  assert.deepEqual(cut, []);
  const hidden = await page.$$eval("main table", (tables) => tables.filter((table) => table.getBoundingClientRect().height === 0).length);
  assert.equal(hidden, 0, "tables stay folded");
  const clipped = await page.$$eval(".scroll", (nodes) => nodes.filter((node) => getComputedStyle(node).overflowX !== "visible").length);
  assert.equal(clipped, 0);
  await page.pdf({ path: join(pictures, name + ".pdf"), format: "A4", printBackground: true });
  assert.ok(statSync(join(pictures, name + ".pdf")).size > 20_000);
}
