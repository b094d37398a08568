#!/usr/bin/env python3
"""Recomputes every figure of a run's summary.json from its trace and its plan, and compares.

    oracle.py [--quiet] RUN     RUN was made with --trace

Shares nothing with the harness but the formats that FORMAT.md writes down: the planned events come from a second
implementation of the generator, outcomes, lags, ledgers and verdicts from the rules of measurement.md. Prints each
figure, as the harness has it | as the oracle makes it. Counts have to be equal, percentiles to lie in the same bucket
of the histogram. A figure that the oracle does not know is an error: nothing slips in unchecked.

Exit status 0: all equal; 1: something differs or is unknown; 2: the folder cannot be judged (no trace, a sample).
"""
import os
import sys

from compare import Comparison
from disturbances import Disturbances
from figures import Figures
from folder import Folder, Unusable
from host import Host
from passes import Spans
from slos import Slos
from truth import Truth


def recompute(folder):
    """summary.json, made again."""
    figures = Figures(folder, Truth(folder))
    spans, disturbances, host = Spans(figures), Disturbances(figures), Host(figures)
    slos = Slos(figures, disturbances)
    isolation = figures.isolation(spans)
    loopback = os.path.join(folder.path, "loopback")
    return {
        "schema_version": 1,
        "identity": host.identity(),
        "run": host.run(),
        "slos": slos.evidence,
        "staleness": figures.staleness(),
        "tails": figures.tails(),
        "lags": figures.lag_rows(),
        "disturbances": disturbances.rows(),
        "replays": spans.rows(),
        "resets": disturbances.resets(),
        "isolation": isolation,
        "isolation_loopback": loopback_isolation(loopback) if isolation and os.path.exists(loopback) else [],
        "commands": disturbances.commands,
        "faults": disturbances.fault_rows(),
        "fault_groups": disturbances.fault_groups(),
        "offset_falls": disturbances.offset_falls(),
        "group_changes": disturbances.group_changes(),
        "moves": disturbances.move_rows(),
        "ledgers": figures.ledgers(spans),
        "producers": figures.producers(),
        "clients": host.clients(),
        "durability": host.durability(),
        "validity": host.validity(),
        "damage": [],
        "verdict": slos.verdict(host, disturbances.commands),
        # Views and reads (R1-R4) get their figures here, from the read records of the trace.
    }


def loopback_isolation(path):
    folder = Folder(path)
    figures = Figures(folder, Truth(folder))
    return figures.isolation(Spans(figures))


def main(arguments):
    quiet = "--quiet" in arguments
    paths = [a for a in arguments if not a.startswith("-")]
    if len(paths) != 1 or any(a.startswith("-") and a != "--quiet" for a in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        folder = Folder(paths[0])
        comparison = Comparison(None if quiet else print)
        comparison.walk("", folder.summary, recompute(folder))
    except (Unusable, OSError) as error:
        print(f"oracle: {error}", file=sys.stderr)
        return 2
    for path, said, ours in comparison.wrong:
        print(f"DIFFERS {path}: {said} in the summary, {ours} from the trace")
    for path, said in comparison.unknown:
        print(f"UNKNOWN {path}: {said}; the oracle has no rule for it")
    print(f"{comparison.equal} figures recomputed and compared, {comparison.facts} taken from the raw rows of what only the "
          f"host saw, {comparison.words} sentences left alone; {len(comparison.wrong)} differ, "
          f"{len(comparison.unknown)} unknown")
    return 1 if comparison.wrong or comparison.unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
