// A real run, on the built-in log or on a real broker, and a real browser that opens its page from disk.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const need = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this through ctest -L browser`);
  return value;
};

export const freshet = need("FRESHET");
export const folder = need("FRESHET_BROWSER_FOLDER");
export const pictures = join(folder, "pictures");
export const onKafka = Boolean(process.env.FRESHET_BROWSER_KAFKA);
const root = new URL("../..", import.meta.url).pathname;
const require = createRequire(need("FRESHET_BROWSER_MODULES") + "/");
const { chromium } = require("playwright-core");
export const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// The exit status of `report` is the run's verdict, so it says nothing about the report.
export function report(folderOfRun, format) {
  try {
    return execFileSync(freshet, ["report", "--format", format, folderOfRun], { encoding: "utf8", maxBuffer: 1 << 28 });
  } catch (error) {
    if (![0, 1, 3].includes(error.status)) throw error;
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

// The broker is the run's own, as the scenario freezes it.
function runOnKafka(folderOfRun) {
  const dir = join(folder, "broker");
  const script = (...words) => execFileSync(join(root, "scripts/kafka"), [...words, "--dir", dir], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  try {
    const address = script("start").trim().split("\n").at(-1);
    return run(folderOfRun, "kafka.lua", ["-b", address, "--allow-commands"], { FRESHET_KAFKA_DIR: dir });
  } finally {
    script("wipe");
  }
}

// FRESHET_BROWSER_RUN: a run that is there already. FRESHET_BROWSER_KAFKA: one on a real broker.
export function makeRun() {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  if (process.env.FRESHET_BROWSER_RUN) return process.env.FRESHET_BROWSER_RUN;
  const made = join(folder, "run");
  rmSync(made, { recursive: true, force: true });
  return onKafka ? runOnKafka(made) : run(made, "run.lua", [], {});
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
