#!/usr/bin/env python3
"""Apache Otava reads the table that --append-history keeps and finds the row from which staleness is another.

    otava.py --expect ROW|none FOLDER     FOLDER/trend.csv; Otava is where scripts/setup --readers put it

ROW counts from 0. Every metric of the table has to change there, for the worse, and nowhere else; `none`: none changes.
"""
import csv
import hashlib
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MAIN = "from otava.main import script_main; script_main()"


def otava_folder():
    xdg = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    cache = os.environ.get("FRESHET_CACHE") or os.path.join(xdg, "freshet")
    pinned = open(os.path.join(HERE, "otava.txt"), "rb").read()
    return os.path.join(cache, "otava-" + hashlib.sha256(pinned).hexdigest()[:12])


def otava(config, output):
    # Otava looks at the last year only, unless it is told otherwise.
    command = [sys.executable, "-B", "-c", MAIN, "analyze", "freshet", "--config-file", config, "--since", "2000-01-01",
               "--output", output]
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": otava_folder()})
    if ran.returncode != 0 or not ran.stdout.strip():
        sys.exit(f"otava: exit status {ran.returncode}\n{ran.stdout[-2000:]}{ran.stderr[-4000:]}")
    return ran.stdout


def main(expected, folder):
    table = os.path.join(folder, "trend.csv")
    config = os.path.join(folder, "otava.yaml")
    script = os.path.join(HERE, "..", "..", "scripts", "otava_config")
    with open(config, "w", encoding="utf-8") as file:
        subprocess.run([script, table], stdout=file, check=True)
    with open(table, newline="", encoding="utf-8") as file:
        metrics = next(csv.reader(file))[9:]
    found = json.loads(otava(config, "json"))["freshet"]
    changed = {change["metric"]: change for group in found for change in group["changes"]}
    print(f"{len(metrics)} metrics, {len(found)} moments of change: {json.dumps(found)}")
    if expected == "none":
        return 1 if found or not metrics else 0
    rows = {change["index"] for change in changed.values()}
    regressions = otava(config, "regressions_only")
    print(regressions)
    worse = all(metric in regressions for metric in metrics)
    return 0 if rows == {int(expected)} and set(changed) == set(metrics) and len(found) == 1 and worse else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[2], sys.argv[3]))
