// node opens.mjs PAGE: how long a browser takes until the page's charts are drawn, a few times over. Figures for
// people, not a test: they are the machine's.
import { pathToFileURL } from "node:url";

import { launch } from "./fixture.mjs";

const browser = await launch();
for (let i = 0; i < 5; ++i) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const begin = performance.now();
  await page.goto(pathToFileURL(process.argv[2]).href);
  await page.waitForSelector("html[data-drawn=yes]");
  // uPlot draws in the frame after it was made.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const took = performance.now() - begin;
  const charts = await page.evaluate(() => CHARTS.filter((chart) => chart.u).length);
  console.log(`${took.toFixed(0)} ms, ${charts} charts`);
  await page.close();
}
await browser.close();
