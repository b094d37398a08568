#!/usr/bin/env python3
"""summary.json against reports/summary.schema.json: summaries.py SOURCES FRESHET [RUN…]

Without a RUN, of runs on the built-in log that between them have every kind of row that needs no broker. The schema
lets users' readers meet new fields; here a field that it does not name is an error.
"""

import json
import os
import subprocess
import sys
import tempfile

import jsonschema

SCENARIOS = {
    "judged": """local support = require "support"
return scenario {
  name = "judged",
  tenants = support.tenants { enterprise = 5, enterprise_share = "40%", others = 50 },
  streams = { lock = support.account_lock { rate = "200/s", bound = "5s" }, chat = support.chat_turn { rate = "200/s" } },
  groups = { copilot = { members = 2, service_time = "100us" }, audit = { start = "beginning" } },
  phases = { warmup { "1s" }, steady { "2s" }, incident { "1s", magnitude = 2, streams = { "chat" } }, recovery { "14s" } },
  slos = { slo { "staleness p90", class = "lock", below = "5s" }, slo { "lost", exactly = 0 },
           slo { "time to fresh", after = "incident", below = "3s" } },
}""",
    "replayed": """return scenario {
  name = "replayed",
  prefill = "20s",
  streams = { a = { rate = "100/s" } },
  groups = { g = { members = 2 } },
  phases = { warmup { "1s" }, replay { "3s" }, recovery { "11s" } },
}""",
    "changed": """return scenario {
  name = "changed",
  streams = { a = { rate = "100/s" } },
  groups = { g = { members = 2 } },
  phases = { warmup { "1s" }, change { "4s", { add = { g = 1 } } }, recovery { "11s" } },
}""",
}


def strict(schema):
    """The same, with every field that is not named refused."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(value) for key, value in schema.items()}
    if "properties" in made and made.get("type") == "object":
        made["additionalProperties"] = False
    return made


def validator(path):
    with open(path) as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(strict(schema))


def mistakes(check, name, summary):
    found = [f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
             for error in check.iter_errors(summary)]
    return found[:5]


def bites(check, summary):
    """A schema that lets anything pass would be no test."""
    without = {key: value for key, value in summary.items() if key != "identity"}
    more = {**summary, "surprise": 1}
    word = {**summary, "staleness": [{**summary["staleness"][0], "bad": "none"}]}
    return [] if all(not check.is_valid(bad) for bad in (without, more, word)) else ["the schema refuses nothing"]


def summaries(freshet, runs):
    for run in runs:
        said = subprocess.run([freshet, "report", "--json", run], capture_output=True, text=True)
        yield run, json.loads(said.stdout)
    if runs:
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, text in SCENARIOS.items():
            with open(f"{folder}/{name}.lua", "w") as file:
                file.write(text)
            ran = subprocess.run([freshet, "run", f"{name}.lua", "-q", "-o", name], cwd=folder, capture_output=True, text=True)
            if not os.path.exists(f"{folder}/{name}/summary.json"):
                sys.exit(f"{name}: {ran.stderr}")
            with open(f"{folder}/{name}/summary.json") as file:
                yield name, json.load(file)


def main(sources, freshet, *runs):
    check = validator(f"{sources}/reports/summary.schema.json")
    found, seen = [], set()
    for name, summary in summaries(os.path.abspath(freshet), runs):
        found += mistakes(check, name, summary) + bites(check, summary)
        seen |= {key for key, value in summary.items() if value not in ([], None)}
    if not runs:
        wanted = {"staleness", "slos", "lags", "disturbances", "replays", "ledgers", "producers", "tails", "verdict"}
        found += [f"no run had a row of {key}" for key in sorted(wanted - seen)]
    print("\n".join(found) or f"valid, with rows of {' '.join(sorted(seen))}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
