// The page's scripts are one program: they are linted as the one file that they become.
import { createRequire } from "node:module";

const require = createRequire(process.env.FRESHET_BROWSER_MODULES + "/");
const js = require("@eslint/js");

const names = ["uPlot", "document", "window", "devicePixelRatio", "getComputedStyle", "matchMedia", "addEventListener",
  "ResizeObserver", "Node"];
const markup = ["innerHTML", "outerHTML", "insertAdjacentHTML", "write", "writeln", "createContextualFragment"];

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2023, sourceType: "script", globals: Object.fromEntries(names.map((name) => [name, "readonly"])) },
    rules: {
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-var": "error",
      "prefer-const": "error",
      // Text is only ever text.
      "no-restricted-properties": ["error", ...markup.map((property) => ({ property }))],
    },
  },
];
