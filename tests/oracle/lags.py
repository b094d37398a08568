"""Freshness lag and consumer lag in time (L1, L2) from the settling times of the events, and what follows from
them: peaks, debts and the time to fresh (D1)."""
import collections

from truth import NEVER, SECOND


def second_of(t):
    return t // SECOND


class LagSecond:
    __slots__ = ("freshness", "consumer", "first_over", "last_over", "debt")

    def __init__(self):
        self.freshness = self.consumer = 0
        self.first_over = self.last_over = -1
        self.debt = 0.0


def stints(events):
    """Of [(tau, settled)] in order of tau: (begin, end, tau) of each event while it is the oldest one open."""
    open_until = -NEVER
    for tau, settled in events:
        begin = max(tau, open_until)
        if settled > begin:
            yield begin, settled, tau
        open_until = max(open_until, settled)


# How late a member may notice that a report has settled an event; one that is paused looks when it goes on.
notice = 20_000_000


class Lags:
    """Of one (stream, pass): rows by (partition, second), up to the run's end. `notice`: how late it is noticed that a
    report has settled an event."""

    def __init__(self, truth, p, stream, bound, notice=0):
        self.rows = collections.defaultdict(LagSecond)
        self.over = []  # (first, last) instants over the bound, of every partition
        self.known = bool(truth.planned[stream])
        by_partition = collections.defaultdict(list)
        self.settled = {}
        paused = truth.pauses(p)
        for lane, n, event in truth.planned[stream]:
            at = truth.settled_at(p, stream, lane, n)
            self.settled[lane, n] = at
            if notice and truth.settled_by_report(p, stream, lane, n, at):
                at = max([at] + [until for since, until in paused if since <= at < until]) + notice
            by_partition[lane % truth.lanes[stream].partitions].append((event[0], at, truth.fate(stream, lane, n)))
        for partition, events in by_partition.items():
            events.sort(key=lambda e: e[0])
            # Members tell the lag until they let go of the partition, a moment after the run has ended.
            end = max([truth.ended_at] + truth.sealed.get((p.index, stream, partition), []))
            for begin, settled, tau in stints((tau, at) for tau, at, _ in events):
                if begin < end:
                    self._freshness(partition, begin, min(settled, end), tau, bound)
            for tau, settled, fate in events:
                if fate.acked() and fate.report_at < min(settled, end):
                    self._consumer(partition, max(tau, fate.report_at), min(settled, end), tau)

    def _freshness(self, partition, begin, end, tau, bound):
        for second in range(second_of(begin), second_of(end) + 1):
            until = min(end, (second + 1) * SECOND)
            if until <= tau:
                continue
            row = self.rows[partition, second]
            row.freshness = max(row.freshness, until - tau)
            over = max(begin, tau + bound, second * SECOND)
            if over < until:
                row.first_over = over if row.first_over < 0 else min(row.first_over, over)
                row.last_over = max(row.last_over, until)
                a, b = (over - tau - bound) / 1e9, (until - tau - bound) / 1e9
                row.debt += (b * b - a * a) / 2
        if max(begin, tau + bound) < end:
            self.over.append((max(begin, tau + bound), end))

    def _consumer(self, partition, begin, end, tau):
        for second in range(second_of(begin), second_of(end) + 1):
            until = min(end, (second + 1) * SECOND)
            if until > tau:
                row = self.rows[partition, second]
                row.consumer = max(row.consumer, until - tau)

    def at(self, partition, t):
        """As the harness's model takes it: the lesser of the two seconds' maxima that meet at a whole second."""
        def freshness(second):
            row = self.rows.get((partition, second))
            return row.freshness if row else 0
        return min(freshness(second_of(t) - 1), freshness(second_of(t)))

    def freshening(self, truth, begin, ends, until):
        """(reached, time to fresh, peak, debt)"""
        over = sorted((max(first, ends), min(last, until)) for first, last in self.over
                      if last >= ends and first < until)
        peak, debts = 0, collections.Counter()
        for (partition, second), row in self.rows.items():
            if second < second_of(begin) or second * SECOND >= until:
                continue
            peak = max(peak, row.freshness)
            debts[partition] += row.debt
        fresh, hold = ends, truth.plan["hold"]
        for first, last in over:
            if first > fresh + hold:
                break
            fresh = max(fresh, last)
        limit = truth.planned_until
        reached = fresh + hold <= limit and (fresh < until or fresh == ends)
        took = max(0, (fresh if reached else min(fresh, limit)) - ends)
        return reached, took, peak, max(debts.values(), default=0.0)
