"""Reads intervals.hlog with Python's hdrhistogram. See readers.py for what it is asked and says."""
import collections
import fractions
import math
import sys

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader


def at_nearest_rank(histogram, p, count):
    """This library rounds p·n where the others take the next rank up: so it is asked for the part that the rank is."""
    rank = max(1, math.ceil(fractions.Fraction(p) / 100 * count))
    return histogram.get_value_at_percentile(100 * rank / count)


def main(path):
    new = lambda: HdrHistogram(1, 86_400_000_000, 3)
    by_tag = collections.defaultdict(list)
    reader = HistogramLogReader(path, new())
    while (one := reader.get_next_interval_histogram()) is not None:
        by_tag[one.get_tag()].append(one)
    for line in sys.stdin:
        name, tags, spans = line.rstrip("\n").split("\t")
        spans = [tuple(map(int, span.split("-"))) for span in spans.split(",")]
        total = new()
        for tag in tags.split(" "):
            for one in by_tag[tag]:
                if any(a <= one.get_start_time_stamp() / 1000 < b for a, b in spans):
                    total.add(one)
        count = total.get_total_count()
        values = [at_nearest_rank(total, p, count) if count else 0 for p in ("50", "90", "99", "99.9", "100")]
        print(name, count, *values)


main(sys.argv[1])
