// A real run on the built-in log and a real browser that opens its page from disk.
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
const require = createRequire(need("FRESHET_BROWSER_MODULES") + "/");
const { chromium } = require("playwright-core");
export const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

// The exit status of `report` is the run's verdict, so it says nothing about the report.
export function report(run, format) {
  try {
    return execFileSync(freshet, ["report", "--format", format, run], { encoding: "utf8", maxBuffer: 1 << 28 });
  } catch (error) {
    if (![0, 1, 3].includes(error.status)) throw error;
    return error.stdout;
  }
}

// FRESHET_BROWSER_RUN: a run that is there already.
export function makeRun() {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  if (process.env.FRESHET_BROWSER_RUN) return process.env.FRESHET_BROWSER_RUN;
  const run = join(folder, "run");
  rmSync(run, { recursive: true, force: true });
  try {
    execFileSync(freshet, ["run", new URL("run.lua", import.meta.url).pathname, "-o", run], { stdio: "pipe" });
  } catch (error) {
    // A slow machine may make the run fail or invalid: its page has to be right all the same.
    if (![1, 3].includes(error.status)) throw new Error(String(error.stderr), { cause: error });
  }
  return run;
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
