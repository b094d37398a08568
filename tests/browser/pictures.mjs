// node pictures.mjs RUN FOLDER: the README's pictures of a run's report (scripts/pictures).
import { join } from "node:path";

import { launch, open, report, write } from "./fixture.mjs";

const [run, into] = process.argv.slice(2);
const file = write("pictures.html", report(run, "html"));
const browser = await launch();

async function picture(name, options, prepare) {
  const { page, wrong, close } = await open(browser, file, options);
  if (prepare) await prepare(page);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.screenshot({ path: join(into, name + ".png") });
  await close();
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}

// The cursor stands where the lag is highest, and reads all charts there.
async function atTheWorst(page) {
  await page.evaluate(() => {
    const highest = DATA.timeline.series.reduce((a, b) => (Math.max(...b.freshness) > Math.max(...a.freshness) ? b : a)).freshness;
    document.querySelector("#timeline .toolbar").scrollIntoView();
    moveCursor(highest.indexOf(Math.max(...highest)));
  });
}

await picture("report", { viewport: { width: 1440, height: 1040 } });
await picture("timeline", { viewport: { width: 1440, height: 1160 }, colorScheme: "dark" }, atTheWorst);
await picture("readers", { viewport: { width: 1440, height: 900 } }, (page) => page.evaluate(() => document.getElementById("reads").scrollIntoView()));
await picture("phone", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
await browser.close();
