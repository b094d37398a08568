// Reads intervals.hlog with hdr-histogram-js. See readers.py for what it is asked and says.
const fs = require("fs");
const hdr = require("hdr-histogram-js");

const byTag = new Map();
const reader = new hdr.HistogramLogReader(fs.readFileSync(process.argv[2], "utf8"));
for (let one = reader.nextIntervalHistogram(); one !== null; one = reader.nextIntervalHistogram()) {
  if (!byTag.has(one.tag)) byTag.set(one.tag, []);
  byTag.get(one.tag).push(one);
}
for (const line of fs.readFileSync(0, "utf8").split("\n")) {
  if (line === "") continue;
  const [name, tags, spans] = line.split("\t");
  const ends = spans.split(",").map((span) => span.split("-").map(Number));
  const sum = hdr.build({ lowestDiscernibleValue: 1, highestTrackableValue: 86400000000, numberOfSignificantValueDigits: 3 });
  for (const tag of tags.split(" ")) {
    for (const one of byTag.get(tag) ?? []) {
      const second = one.startTimeStampMsec / 1000;
      if (ends.some(([a, b]) => second >= a && second < b)) sum.add(one);
    }
  }
  const values = [50, 90, 99, 99.9, 100].map((p) => (sum.totalCount === 0 ? 0 : sum.getValueAtPercentile(p)));
  console.log([name, sum.totalCount, ...values].join(" "));
}
