#!/usr/bin/env python3
"""Reads every #include of ours and fails on an arrow that runs up, and on the few things that belong to one file.

Usage: arrows.py ROOT | arrows.py --self-test
"""
import pathlib
import re
import sys
import tempfile

# folder -> folders it may include (besides itself)
BASE = {"harness/base"}
PLAN = BASE | {"workloads", "harness/plan"}
MEASURE = BASE | {"harness/measure"}
RESULTS = PLAN | MEASURE | {"harness/results"}
JUDGE = RESULTS | {"harness/judge"}
ENGINE = RESULTS | {"harness/cluster", "harness/engine"}
ALLOWED = {
    "harness/base": set(),
    "workloads": BASE,
    "harness/plan": PLAN,
    "harness/scenario": PLAN,
    "harness/cluster": BASE,
    "harness/measure": BASE,
    "harness/results": RESULTS,
    "harness/judge": JUDGE,
    "harness/engine": ENGINE,
    "reports": JUDGE,
    "harness": {"harness/cli"},  # main.cc
    "harness/cli": JUDGE | ENGINE | {"harness/scenario", "reports"},
}
# pattern -> the only places where it may stand
ONLY = {
    r"#include\s*[<\"]lua": ("harness/scenario/",),
    r"#include\s*[<\"]librdkafka": ("harness/cluster/kafka/", "tests/bench/"),
    r"\bclock_gettime\b|\bgettimeofday\b|_clock::now\b|\bnanosleep\b|\busleep\b|sleep_for|sleep_until\(":
        ("harness/base/clock.cc", "harness/base/clock.h"),
}


def folder_of(path: str) -> str:
    return next((f for f in sorted(ALLOWED, key=len, reverse=True) if path.startswith(f + "/")), "")


def check(root: pathlib.Path) -> list[str]:
    wrong = []
    for file in sorted(root.glob("**/*")):
        path = file.relative_to(root).as_posix()
        if file.suffix not in (".h", ".cc") or not path.startswith(("harness/", "workloads/", "reports/")):
            continue
        own = folder_of(path)
        for number, line in enumerate(file.read_text().splitlines(), 1):
            code = line.split("//")[0]
            for pattern, places in ONLY.items():
                if re.search(pattern, code) and not path.startswith(places):
                    wrong.append(f"{path}:{number}: only {', '.join(places)} may say: {line.strip()}")
            found = re.match(r'\s*#include\s+"([^"]+)"', line)
            if not found or found[1].startswith("generated/"):
                continue
            to = folder_of(found[1])
            if to != own and to not in ALLOWED[own]:
                wrong.append(f"{path}:{number}: {own} may not include {found[1]}")
    return wrong


def self_test() -> int:
    """Each rule finds the one line that breaks it."""
    broken = {
        "harness/base/up.h": '#include "harness/plan/plan.h"',
        "reports/engine.cc": '#include "harness/engine/run.h"',
        "harness/engine/lua.cc": "#include <lua.h>",
        "harness/measure/clock.cc": "auto t = std::chrono::steady_clock::now();",
    }
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, line in broken.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(line + "\n")
        found = {line.split(":")[0] for line in check(root)}
    missed = sorted(set(broken) - found)
    print("\n".join(f"not found: {path}" for path in missed) or "each rule finds what breaks it")
    return 1 if missed else 0


def main() -> int:
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    wrong = check(pathlib.Path(sys.argv[1]))
    print("\n".join(wrong) if wrong else "every arrow runs down")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
