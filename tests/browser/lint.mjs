// node lint.mjs [--shared FILE…] -- FILE…: a page's scripts, in the order in which they are put together. What stands
// in a shared file may be there for another page only.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.FRESHET_BROWSER_MODULES + "/");
const { ESLint } = require("eslint");

const end = process.argv.indexOf("--");
const shared = new Set(process.argv.slice(3, Math.max(3, end)));
const files = process.argv.slice(end + 1);
const text = files.map((file) => readFileSync(file, "utf8")).join("\n");
const eslint = new ESLint({ overrideConfigFile: new URL("eslint.config.mjs", import.meta.url).pathname });

function place(line) {
  let left = line;
  for (const file of files) {
    const lines = readFileSync(file, "utf8").split("\n").length;
    if (left <= lines) return file + ":" + left;
    left -= lines;
  }
  return "line " + line;
}

const forAnother = (problem) => problem.ruleId === "no-unused-vars" && shared.has(place(problem.line).replace(/:\d+$/, ""));
const problems = (await eslint.lintText(text)).flatMap((result) => result.messages).filter((problem) => !forAnother(problem));
for (const problem of problems) console.log(`${place(problem.line)}: ${problem.message} (${problem.ruleId})`);
console.log(`${files.length} files, ${problems.length} problems`);
// A linter that finds nothing in what is wrong would be a defect of its own.
const broken = (await eslint.lintText(text + "\nstart().innerHTML = nobody;"))[0].messages.map((one) => one.ruleId);
for (const rule of ["no-undef", "no-restricted-properties"]) {
  if (!broken.includes(rule)) {
    console.log("the linter does not see what " + rule + " forbids");
    process.exitCode = 1;
  }
}
if (problems.length > 0) process.exitCode = 1;
