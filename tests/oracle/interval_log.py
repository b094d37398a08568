"""H3: every percentile that is printed can be computed again from intervals.hlog alone."""
import collections
import os
from urllib.parse import unquote

import hdr
from figures import PERCENTILES, rank_of

MEASURES = ("own_delay", "send_delay", "service_latency", "response_latency")


class IntervalLog:
    def __init__(self, figures):
        self.figures = figures
        self.counts = collections.defaultdict(collections.Counter)  # (stream, group, tier, measure, kind, phase) -> us
        for tag, second, counts in hdr.read_log(os.path.join(figures.folder.path, "intervals.hlog")):
            parts = [unquote(part) for part in tag.split("/")[1:]]
            kind = parts[4] if len(parts) > 4 else ""
            key = (*parts[:4], kind, figures.phase_by_second.get(second))
            for us, count in counts:
                self.counts[key][-1 if kind == "negative" else us] += count

    def _sum(self, stream, group, tier, measure, kinds, phase):
        phases = self.figures.measured_phases() if phase < 0 else [phase]
        tiers = self.figures.tiers[stream] if tier < 0 else [self.figures.tiers[stream][tier]]
        name, total = self.figures.streams[stream]["name"], collections.Counter()
        for t in tiers:
            for kind in kinds:
                for p in phases:
                    total.update(self.counts.get((name, group, t, measure, kind, p), {}))
        return sorted(total.items()), sum(total.values())

    @staticmethod
    def _at(counts, rank):
        for us, count in counts:
            rank -= count
            if rank <= 0:
                return us
        return None

    def _quantiles(self, stream, group, tier, measure, phase):
        values, visible = self._sum(stream, group, tier, measure, ("", "negative", "overflow"), phase)
        both, n = self._sum(stream, group, tier, measure, ("", "negative", "overflow", "undelivered"), phase)
        out = []
        for p in PERCENTILES:
            if n == 0 or (p < 1 and n * (1 - p) < 10 - 1e-6):
                out.append({"p": p, "kind": "n/a"})
                continue
            rank = rank_of(p, n)
            us = self._at(values if rank <= visible else both, rank)
            if rank <= visible:
                out.append({"p": p, "kind": "exact", "ns": -1000 if us < 0 else hdr.bucket(us)[1] * 1000})
            else:
                out.append({"p": p, "kind": "at_least", "ns": max(0, hdr.bucket(us)[0]) * 1000 if us >= 0 else 0})
        return out

    def staleness(self):
        """The quantiles of each row of the summary, in its order."""
        figures, out = self.figures, []
        for p in figures.live:
            for s in p.streams:
                for phase in figures.all_and_each_phase():
                    for tier in range(-1, len(figures.tiers[s])):
                        if tier < 0 or figures.chosen(p, s, tier, phase):
                            out.append({"quantiles": self._quantiles(s, p.name, tier, "staleness", phase)})
        return out

    def producers(self):
        figures = self.figures
        return [{measure: self._quantiles(s, "-", -1, measure, phase) for measure in MEASURES}
                for s in range(len(figures.streams)) for phase in figures.all_and_each_phase()]
