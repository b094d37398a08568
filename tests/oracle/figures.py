"""Every figure of summary.json, made again from the truth of each event."""
import collections
import math

import hdr
from compare import Fact, Near, OneOf, between
from folder import Folder
import lags
from lags import Lags, second_of
from truth import NEVER, OUTCOMES, SECOND, Truth

PERCENTILES = (0.5, 0.9, 0.99, 0.999, 1.0)
DISTURBING = ("incident", "replay", "backlog", "bootstrap", "change", "fault")
ALL = -2       # all seconds of the plan, warm-up too
MEASURED = -1  # all measured phases
CAME = ("visible", "superseded")  # outcomes that have a D


def rank_of(p, n):
    """Nearest rank ⌈p·n⌉, 0.999 · 1000 being 999 and not a bit more."""
    exact = p * n
    nearest = round(exact)
    rank = nearest if abs(exact - nearest) <= 1e-9 * max(1.0, nearest) else math.ceil(exact)
    return max(1, min(n, rank))


def quantile(p, values, ages=()):
    """Over planned events: `values` are sorted (ns), `ages` are lower bounds of those that never became visible."""
    n = len(values) + len(ages)
    result = {"p": p, "kind": "n/a", "n": n}
    if n == 0 or (p < 1 and n * (1 - p) < 10 - 1e-6):
        return result
    both = sorted(list(values) + [max(age, 0) for age in ages]) if ages else values

    def at(rank):
        if rank <= len(values):
            return "exact", shown(values[rank - 1])
        return "at_least", 0 if both[rank - 1] < 0 else hdr.bucket(both[rank - 1] // 1000)[0] * 1000

    result["kind"], result["ns"] = at(rank_of(p, n))
    if p < 1:
        # The binomial interval of order statistics in its large-sample form, rounded outwards.
        reach = 1.959963984540054 * math.sqrt(p * n * (1 - p))
        low, high = max(0, math.floor(p * n - reach)), math.ceil(p * n + reach) + 1
        if low >= 1 and high <= n:
            result["sampling_floor"] = {"low_ns": at(low)[1], "high_ns": at(high)[1], "high_kind": at(high)[0]}
    return result


def uncounted(p, kind="n/a", **more):
    """A figure that is no percentile over events, in the same form."""
    return {"p": p, "kind": kind, "n": 0, **more}


def shown(value):
    """As a histogram of three digits shows it: whole microseconds, the bucket's highest value."""
    return -1000 if value < 0 else hdr.bucket(value // 1000)[1] * 1000


def quantiles(values, ages=()):
    return [quantile(p, values, ages) for p in PERCENTILES]


def value_at(values, p):
    """Without E8's rule: what the harness did itself is judged however few samples there are."""
    return shown(values[rank_of(max(0.0, min(1.0, p)), len(values)) - 1]) if values else 0


def part_bucket(staleness):
    us = max(staleness // 1000, 1)
    octave = us.bit_length() - 1
    mantissa = us / (1 << octave)
    return min(octave * 4 + sum(mantissa >= 2 ** (q / 4) for q in (1, 2, 3)), 159)


class Figures:
    @classmethod
    def of(cls, path):
        folder = Folder(path)
        return cls(folder, Truth(folder))

    def __init__(self, folder, truth):
        self._of_plan(folder, truth)
        self._outcomes()
        self.lags = {(p.index, s): Lags(truth, p, s, self.bound(p, s)) for p in self.live for s in p.streams}
        self.late_lags = {(p.index, s): Lags(truth, p, s, self.bound(p, s), lags.notice) for p in self.live for s in p.streams}
        self._offsets()
        self._hiccups()
        self._delays()

    def _of_plan(self, folder, truth):
        self.folder, self.truth, self.plan = folder, truth, folder.plan
        self.phases, self.streams = self.plan["phases"], self.plan["streams"]
        self.live = [p for p in truth.passes if p.live]
        self.tiers = [[t["name"] for t in self.plan["populations"][s["population"]]["tiers"]] for s in self.streams]
        self.phase_by_second = {}
        for i, phase in enumerate(self.phases):
            for second in range(phase["begin"] // SECOND, phase["end"] // SECOND):
                self.phase_by_second[second] = i

    # --- names and times ---
    def measured(self, phase):
        return self.phases[phase]["kind"] not in ("warmup", "rest")

    def counts_in(self, second, phase):
        if phase == ALL:
            return True
        at = self.phase_by_second.get(second)
        if at is None:
            return False
        return at == phase if phase >= 0 else self.measured(at)

    def phase_name(self, phase):
        return None if phase < 0 else self.phases[phase]["name"]

    def phase_seconds(self, phase):
        return sum(p["end"] - p["begin"] for i, p in enumerate(self.phases)
                   if (self.measured(i) if phase < 0 else i == phase)) / 1e9

    def all_and_each_phase(self):
        return range(-1, len(self.phases))

    def bound(self, p, stream):
        return next(r["bound"] for r in self.plan["groups"][p.index]["streams"] if r["stream"] == stream)

    def names(self, p, stream):
        return {"stream": self.streams[stream]["name"], "group": p.name}

    # --- outcomes and staleness ---
    def _outcomes(self):
        """Per live pass and stream: rows (second, tier, outcome, D or age, D without own delay, phantom). What was
        superseded has the D of the event that it became visible with."""
        truth = self.truth
        self.rows = {}
        for p in self.live:
            for s in p.streams:
                rows = self.rows[p.index, s] = []
                for lane, n, event in truth.planned[s]:
                    outcome = truth.outcome(p, s, lane, n, event)
                    second, tier = second_of(event[0]), event[3]
                    if outcome in CAME:
                        r = p.first[s].get((lane, n)) or truth.carrier[p.index, s, lane, n]
                        own = 0 if r.flags & 8 else r.sent - r.tau
                        phantom = outcome == "visible" and truth.fate(s, lane, n).state == "failed"
                        rows.append((second, tier, outcome, r.at - r.tau, r.at - r.tau - own, phantom))
                    else:
                        rows.append((second, tier, outcome, truth.ended_at - event[0], 0, False))

    def chosen(self, p, stream, tier, phase):
        return [row for row in self.rows[p.index, stream]
                if (tier < 0 or row[1] == tier) and self.counts_in(row[0], phase)]

    def outcome_counts(self, rows):
        counts = collections.Counter(row[2] for row in rows)
        result = {o: counts.get(o, 0) for o in OUTCOMES}
        result.update(planned=len(rows), unclassified=counts.get("unclassified", 0), phantom=sum(1 for row in rows if row[5]))
        return result

    @staticmethod
    def values(rows):
        return (sorted(row[3] for row in rows if row[2] in CAME), [row[3] for row in rows if row[2] not in CAME])

    def staleness(self):
        out = []
        for p in self.live:
            for s in p.streams:
                bound = self.bound(p, s)
                for phase in self.all_and_each_phase():
                    for tier in range(-1, len(self.tiers[s])):
                        rows = self.chosen(p, s, tier, phase)
                        if tier >= 0 and not rows:
                            continue
                        values, ages = self.values(rows)
                        out.append({"class": self.streams[s]["class"], "stream": self.streams[s]["name"],
                                    "group": p.name, "tier": None if tier < 0 else self.tiers[s][tier],
                                    "phase": self.phase_name(phase), "outcomes": self.outcome_counts(rows),
                                    "bound_ns": bound,
                                    "bad": sum(v > bound for v in values) + len(ages),
                                    "quantiles": quantiles(values, ages)})
        return out

    def tails(self):
        """T1, of the events due in measured phases that became visible, with a later one of their key too (E5): those
        have the parts of that one. The tail begins with the quarter octave that the p99 lies in."""
        out = []
        for s in range(len(self.streams)):
            for p in self.live:
                if s not in p.streams:
                    continue
                rows = [r for r in p.first[s].values() if self.counts_in(second_of(r.tau), MEASURED)]
                rows += [self.truth.carrier[p.index, s, lane, n] for lane, n, event in self.truth.planned[s]
                         if self.counts_in(second_of(event[0]), MEASURED)
                         and self.truth.outcome(p, s, lane, n, event) == "superseded"]
                if len(rows) < 1000:
                    continue
                buckets = sorted(part_bucket(r.at - r.tau) for r in rows)
                first = buckets[rank_of(0.99, len(buckets)) - 1]
                tail = [r for r in rows if part_bucket(r.at - r.tau) >= first]
                mean = lambda part: Near(sum(part(r) for r in tail) / len(tail), 1e-9)
                out.append({**self.names(p, s), "events": len(tail), "send_ns": mean(lambda r: r.sent - r.tau),
                            "log_ns": mean(lambda r: r.received - r.sent), "apply_ns": mean(lambda r: r.at - r.received)})
        return out

    # --- lags ---
    def _offsets(self):
        self.offsets = {}
        for row in self.folder.table("offsets.csv"):
            row = {k: int(v) for k, v in row.items()}
            self.offsets[row["stream"], row["pass"], row["partition"], row["second"]] = row

    def offset_lag(self, index, stream, second):
        end = "last_stable" if self.plan["groups"][index]["read_committed"] else "high_watermark"
        total = 0
        for partition in range(self.streams[stream]["partitions"]):
            row = self.offsets.get((stream, index, partition, second))
            if row is None or row[end] < 0 or row["position"] < 0:
                return -1
            total += row[end] - row["position"]
        return total

    def freshening(self, p, stream, begin, ends, until):
        """(reached, time to fresh, peak, debt), each with what a late look may have made of it."""
        pair = [lags[p.index, stream].freshening(self.truth, begin, ends, until) for lags in (self.lags, self.late_lags)]
        (reached, took, peak, debt), (late_reached, late_took, late_peak, late_debt) = pair
        return (reached if reached == late_reached else OneOf({True, False}), between(took, late_took),
                between(peak, late_peak), Near(debt, 1e-6) if debt == late_debt else between(debt, late_debt))

    @staticmethod
    def _greatest(rows, keys, field):
        return max((getattr(rows[key], field) for key in keys), default=0)

    def lag_row(self, p, stream, phase):
        exact, late = self.lags[p.index, stream].rows, self.late_lags[p.index, stream].rows
        keys = sorted(key for key in exact if self.counts_in(key[1], phase))
        late_keys = sorted(key for key in late if self.counts_in(key[1], phase))
        low, high = self._greatest(exact, keys, "freshness"), self._greatest(late, late_keys, "freshness")
        partition, second = next((key for key in keys if low > 0 and exact[key].freshness == low), (-1, -1))
        if low != high:
            places = [key for key in late_keys if late[key].freshness >= low] + [(partition, second)]
            partition, second = OneOf({key[0] for key in places}), OneOf({key[1] for key in places})
        freshness = between(low, high)
        consumer = between(self._greatest(exact, keys, "consumer"), self._greatest(late, late_keys, "consumer"))
        offset, unknown = -1, 0
        for at in range(second_of(self.truth.planned_until)):
            if self.counts_in(at, phase):
                lag = self.offset_lag(p.index, stream, at)
                offset = max(offset, lag)
                unknown += lag < 0
        return {**self.names(p, stream), "phase": self.phase_name(phase), "freshness_ns": freshness,
                "partition": partition, "second": second, "consumer_ns": consumer,
                "offset": Fact(None if offset < 0 else offset), "unknown_seconds": Fact(unknown)}

    def lag_rows(self):
        return [self.lag_row(p, s, phase) for p in self.live for s in p.streams for phase in self.all_and_each_phase()]

    # --- the host ---
    def _hiccups(self):
        self.hiccups = collections.defaultdict(collections.Counter)  # phase -> us -> count
        for tag, second, counts in hdr.read_log(self.folder.facts + "/intervals.hlog"):
            if tag.endswith("/-/-/-/hiccup"):
                for us, count in counts:
                    self.hiccups[self.phase_by_second.get(second)][us] += count

    def hiccup_values(self, phases):
        counts = collections.Counter()
        for phase in phases:
            counts.update(self.hiccups.get(phase, {}))
        return Weighted(counts)

    def measured_phases(self):
        return [i for i in range(len(self.phases)) if self.measured(i)]

    # --- the producing side ---
    def _delays(self):
        """(stream, measure) -> [(second of τ, tier, ns)]"""
        self.delays = collections.defaultdict(list)
        for s, fates in enumerate(self.truth.fates):
            for (lane, n), fate in fates.items():
                tau, _, _, tier = self.truth.all_events[s][lane][n]
                second = second_of(tau)
                if fate.sent is not None:
                    self.delays[s, "send_delay"].append((second, tier, fate.sent - tau))
                    if not fate.stalled:
                        self.delays[s, "own_delay"].append((second, tier, fate.sent - tau))
                if fate.acked():
                    self.delays[s, "service_latency"].append((second, tier, fate.report_at - fate.sent))
                    self.delays[s, "response_latency"].append((second, tier, fate.report_at - tau))

    def delay_values(self, stream, measure, tier, phases):
        wanted = set(phases)
        return sorted(ns for second, t, ns in self.delays[stream, measure]
                      if self.phase_by_second.get(second) in wanted and (tier < 0 or t == tier))

    def producers(self):
        out = []
        truth = self.truth
        for s in range(len(self.streams)):
            for phase in self.all_and_each_phase():
                phases = self.measured_phases() if phase < 0 else [phase]
                c = collections.Counter()
                for lane, n, event in truth.planned[s]:
                    if not self.counts_in(second_of(event[0]), phase):
                        continue
                    fate = truth.fate(s, lane, n)
                    c["planned"] += 1
                    if fate.state in ("not_sent_own", "not_sent_cluster"):
                        c[fate.state] += 1
                        continue
                    c["sent"] += 1
                    c["bytes"] += event[2]
                    c["acked"] += fate.acked()
                    c["not_persisted"] += fate.state == "failed"
                    c["possibly_persisted"] += fate.state == "indeterminate" and fate.report_at is not None
                seconds = self.phase_seconds(phase)
                rate = lambda n: n / seconds if seconds > 0 else 0.0
                row = {"stream": self.streams[s]["name"], "phase": self.phase_name(phase)}
                for key in ("planned", "sent", "acked", "not_persisted", "possibly_persisted", "not_sent_own",
                            "not_sent_cluster", "bytes"):
                    row[key] = c[key]
                row["refused"] = sum(self.counts_in(second_of(at), phase) for at in truth.refused[s])
                row["queue_full"] = sum(self.counts_in(second_of(at), phase) for at in truth.queue_full[s])
                row["offered_per_second"] = rate(c["planned"])
                row["sent_per_second"] = rate(c["sent"])
                row["acked_per_second"] = rate(c["acked"])
                row["mb_per_second"] = rate(c["bytes"]) / 1e6
                for measure in ("own_delay", "send_delay", "service_latency", "response_latency"):
                    row[measure] = quantiles(self.delay_values(s, measure, -1, phases))
                out.append(row)
        return out

    # --- ledgers ---
    def ledgers(self, spans):
        out = []
        for p in self.truth.passes:
            for s in p.streams:
                if p.live:
                    counts = self.outcome_counts(self.rows[p.index, s])
                else:
                    counts = spans.outcomes(p, s)
                ledger = p.ledger[s]
                out.append({**self.names(p, s), "lost": counts["lost"], "phantom": counts["phantom"],
                            **{k: ledger[k] for k in ("redelivered", "log_duplicate", "reprocessed", "out_of_order",
                                                      "corrupt", "foreign")}})
        return out

    # --- isolation (D2) ---
    def isolation(self, spans):
        names = []
        for phase in self.phases:
            if phase["isolation"] and (not names or names[-1] != phase["isolation"]):
                names.append(phase["isolation"])
        return [self._isolation_row(name, p, s, spans) for name in names for p in self.live for s in p.streams]

    def _isolation_row(self, schedule, p, stream, spans):
        pairs, off_phase, all_off, all_on, whole = [], None, [], [], 0
        for i, phase in enumerate(self.phases):
            if phase["isolation"] != schedule:
                continue
            if not phase["isolation_on"]:
                off_phase = i
                continue
            if off_phase is None:
                continue
            off, on = self.chosen(p, stream, -1, off_phase), self.chosen(p, stream, -1, i)
            pair = compared(off, on)
            pair.update(off_window=self.phase_name(off_phase), on_window=phase["name"],
                        replayed=Near(spans.replayed_in(i), 1e-9))
            if pair["index"]["kind"] != "n/a":
                whole += 1
                all_off += off
                all_on += on
            pairs.append(pair)
            off_phase = None
        row = compared(all_off, all_on) if whole >= 4 else {
            "off": uncounted(0.0), "on": uncounted(0.0), "index": {"kind": "n/a"}}
        return {**row, "schedule": schedule, "class": self.streams[stream]["class"], **self.names(p, stream),
                "pairs": pairs}


class Weighted:
    """Sorted values with their counts, for the hiccups, whose number is the run's milliseconds."""

    def __init__(self, counts):
        self.items = sorted((us * 1000, count) for us, count in counts.items())
        self.total = sum(counts.values())

    def __len__(self):
        return self.total

    def __getitem__(self, i):
        for value, count in self.items:
            if i < count:
                return value
            i -= count
        raise IndexError


def compared(off, on):
    off, on = (quantile(0.99, *Figures.values(rows)) for rows in (off, on))
    index = {"kind": "n/a"}
    if off["kind"] == "exact" and on["kind"] != "n/a" and off["ns"] > 0:
        index = {"kind": on["kind"], "value": Near(on["ns"] / off["ns"], 1e-12)}
    return {"off": off, "on": on, "index": index}
