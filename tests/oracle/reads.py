"""What the readers of the views saw (R1-R4): every planned read made again from the plan, every word held against what
the group had applied by then, and every read resolved against the schedule."""
import bisect
import collections
import heapq

from compare import Near, between
from decisions import Decisions, Known
from figures import ALL, CAME, quantile, quantiles
from generator import MASK, derive, log, name_hash, random_at, unit_open
from lags import second_of
from truth import NEVER, Unusable

NOTHING = -NEVER


def mean(sum_of, n):
    return Near(sum_of / n if n else 0.0)


class Planned:
    """The reads of one Read in order: (due, account)."""

    def __init__(self, truth, spec):
        self.truth, self.plan, self.spec = truth, truth.plan, spec
        self.seed = derive(derive(truth.plan["seed"], 0x7265616473), name_hash(spec["name"]))
        rows = self._triggered() if spec["triggered"] else self._background()
        self.rows = [row for row in rows if row[0] < truth.end]

    def _draw_account(self, lanes, tau, words):
        segment = next((s for s in lanes.segments if s["end"] > tau), None)
        if segment and lanes.hot_order and unit_open(words[0]) < segment["hot_share"]:
            hot = min(segment["hot_accounts"], len(lanes.hot_order))
            return lanes.hot_order[words[1] * hot >> 64]
        upto = lanes.lane_upto()
        lane = bisect.bisect_right(upto, unit_open(words[1]) * upto[-1])
        return 0 if lane == len(upto) else lanes.draw(lane, words[2]) // lanes.sub_keys

    def _background(self):
        lanes = self.truth.lanes[self.spec["streams"][0]]
        at, n, ns_per_read, rows = 0.0, 0, 1e9 / self.spec["rate"], []
        while True:
            word = 4 * n
            at -= log(unit_open(random_at(self.seed, word))) * ns_per_read
            n += 1
            if at >= float(self.truth.end):
                return rows
            rows.append((int(at), self._draw_account(lanes, int(at), [random_at(self.seed, word + i) for i in (1, 2, 3)])))

    def _triggered(self):
        spec, stream = self.spec, self.spec["after"]
        keys = self.truth.lanes[stream].sub_keys
        events = sorted((event[0], lane, n, event) for lane, of_lane in enumerate(self.truth.all_events[stream])
                        for n, event in enumerate(of_lane))
        rows = []
        for tau, lane, n, event in events:
            seed = derive(self.seed, lane)
            if spec["share"] < 1 and unit_open(random_at(seed, 2 * n)) >= spec["share"]:
                continue
            due = tau + spec["delay_min"]
            if spec["delay_max"] > spec["delay_min"]:
                span = spec["delay_max"] - spec["delay_min"] + 1
                due += random_at(seed, 2 * n + 1) * span >> 64
            rows.append((due, len(rows), event[1] // keys))
        return [(due, account) for due, _, account in sorted(rows)]


class Seen:
    """What one read that was done saw of one of its streams."""
    __slots__ = ("staleness", "unseen", "bound", "oldest")


class Reads:
    def __init__(self, figures):
        self.figures, self.truth, self.plan = figures, figures.truth, figures.plan
        self.specs = self.plan.get("reads", [])
        self.late = collections.defaultdict(set)  # (pass, stream) -> (lane, n)
        if not self.specs:
            return
        self.planned = [Planned(self.truth, spec).rows for spec in self.specs]
        self.by_key = [collections.defaultdict(list) for _ in self.truth.lanes]
        for s in range(len(self.truth.lanes)):
            for lane, n, event in self.truth.planned[s]:
                self.by_key[s][event[1]].append((event[0], lane, n))
            for rows in self.by_key[s].values():
                rows.sort()
        self._applied()
        self.done = [{} for _ in self.specs]  # n -> (at, [Seen by place])
        self.known = {}                       # (read, n) -> Known
        for row in self.truth.folder.table("reads.csv"):
            self._take({k: row[k] for k in row})
        self.wrong = Decisions(self.plan, self.specs, self.known).of

    def _applied(self):
        """(pass, stream, key) -> [(when, greatest τ so far)]"""
        self.words = collections.defaultdict(list)
        for p in self.figures.live:
            for s in p.streams:
                for r in sorted(p.first[s].values(), key=lambda r: r.at):
                    rows = self.words[p.index, s, r.key]
                    rows.append((r.at, max(r.tau, rows[-1][1]) if rows else r.tau))

    def _check_word(self, index, stream, key, word, at):
        """The view answers with the greatest τ applied; within a step of either side of `at` both are right."""
        rows = self.words.get((index, stream, key), [])
        i = bisect.bisect_right(rows, (at, NEVER))
        right = {rows[i - 1][1] if i > 0 else NOTHING}
        for when, tau in rows:
            if abs(when - at) < 20_000_000:
                right.add(tau)
        for j, (when, _) in enumerate(rows):
            if abs(when - at) < 20_000_000:
                right.add(rows[j - 1][1] if j > 0 else NOTHING)
        if word not in right:
            raise Unusable(f"a read of stream {stream}, key {key} at {at} saw {word}; applied by then was {sorted(right)}")

    def _take(self, row):
        r, n, account, due, at = (int(row[k]) for k in ("read", "n", "account", "due_ns", "at_ns"))
        spec = self.specs[r]
        if self.planned[r][n] != (due, account):
            raise Unusable(f"read {n} of {spec['name']} is due {due} for {account}, planned was {self.planned[r][n]}")
        words = [int(w) if w else NOTHING for w in row["seen_ns"].split(";")]
        looks, place = [], 0
        known = self.known[r, n] = Known(at, [], [])
        for s in spec["streams"]:
            known.seen.append([])
            known.truth.append([])
            seen, keys = Seen(), self.truth.lanes[s].sub_keys
            seen.staleness, seen.unseen = 0, 0
            seen.bound = next(g["bound"] for g in self.plan["groups"][spec["group"]]["streams"] if g["stream"] == s)
            for key in range(account * keys, (account + 1) * keys):
                word, place = words[place], place + 1
                self._check_word(spec["group"], s, key, word, at)
                rows = self.by_key[s][key]
                for states, until in ((known.seen, word), (known.truth, at)):
                    upto = bisect.bisect_right(rows, (until, NEVER, NEVER))
                    states[-1].append((upto, rows[upto - 1][0] if upto else None))
                unseen = rows[bisect.bisect_right(rows, (word, NEVER, NEVER)):bisect.bisect_right(rows, (at, NEVER, NEVER))]
                seen.unseen += len(unseen)
                if unseen:
                    seen.staleness = max(seen.staleness, at - unseen[0][0])
                if self.plan["streams"][s]["critical"]:
                    self.late[spec["group"], s].update((lane, m) for tau, lane, m in unseen if at - tau > seen.bound)
            looks.append(seen)
        self.done[r][n] = (at, looks)

    # --- rows ---
    def of(self, r, phase):
        """([n of the reads due], [those that were done: (n, at - due, looks)])"""
        due = [n for n, (at, _) in enumerate(self.planned[r])
               if self.figures.counts_in(second_of(at), phase) and at < self.truth.planned_until]
        return due, [(n, self.done[r][n][0] - self.planned[r][n][0], self.done[r][n][1]) for n in due if n in self.done[r]]

    @staticmethod
    def stale(looks):
        return [i for i, seen in enumerate(looks) if seen.staleness > seen.bound]

    def cause(self, spec, looks, critical):
        """The class that was the furthest over its bound, of equal ones the first that the read names."""
        far = lambda i: looks[i].staleness / looks[i].bound if looks[i].bound > 0 else float("inf")
        over = [i for i in self.stale(looks) if not critical or self.plan["streams"][spec["streams"][i]]["critical"]]
        return max(over, key=lambda i: (far(i), -i)) if over else None

    def wrong_in(self, r, done):
        """[(critical, place of the cause)] of the wrong decisions among those reads; None where nobody decides."""
        if not self.specs[r].get("decide"):
            return None
        return [self.wrong[r, n][1:] for n, _, _ in done if self.wrong[r, n][0]]

    def views(self):
        out = []
        for r, spec in enumerate(self.specs):
            group = self.plan["groups"][spec["group"]]["name"]
            for place, s in enumerate(spec["streams"]):
                for phase in self.figures.all_and_each_phase():
                    due, done = self.of(r, phase)
                    looks = [l for _, _, l in done]
                    values = sorted(l[place].staleness for l in looks)
                    bound, wrong = self.bound(spec, s), self.wrong_in(r, done)
                    out.append({"read": spec["name"], "class": self.plan["streams"][s]["class"],
                                "stream": self.plan["streams"][s]["name"], "group": group,
                                "phase": self.figures.phase_name(phase), "reads": len(due), "done": len(done),
                                "bound_ns": bound, "stale": sum(v > bound for v in values),
                                "quantiles": quantiles(values, [0] * (len(due) - len(done))),
                                "mean_ns": mean(sum(values), len(done)),
                                "caused": sum(self.cause(spec, l, False) == place for l in looks),
                                "caused_critical": sum(self.cause(spec, l, True) == place for l in looks),
                                "caused_wrong": None if wrong is None else sum(c == place for _, c in wrong),
                                "unseen_mean": mean(sum(l[place].unseen for l in looks), len(done)),
                                "unseen_most": max((l[place].unseen for l in looks), default=0)})
        return out

    def bound(self, spec, s):
        return next(g["bound"] for g in self.plan["groups"][spec["group"]]["streams"] if g["stream"] == s)

    def decided(self, r, phase):
        """(planned, done, stale, critical stale)"""
        spec = self.specs[r]
        due, done = self.of(r, phase)
        return (len(due), len(done), sum(self.cause(spec, l, False) is not None for _, _, l in done),
                sum(self.cause(spec, l, True) is not None for _, _, l in done))

    def decisions(self):
        out = []
        for r, spec in enumerate(self.specs):
            for phase in self.figures.all_and_each_phase():
                planned, done, stale, critical = self.decided(r, phase)
                done_reads = self.of(r, phase)[1]
                delays = sorted(delay for _, delay, _ in done_reads)
                wrong = self.wrong_in(r, done_reads)
                out.append({"read": spec["name"], "group": self.plan["groups"][spec["group"]]["name"],
                            "phase": self.figures.phase_name(phase), "reads": planned, "done": done,
                            "unresolved": planned - done, "stale": stale, "critical_stale": critical,
                            "decides": wrong is not None, "wrong": None if wrong is None else len(wrong),
                            "critical_wrong": None if wrong is None else sum(critical for critical, _ in wrong),
                            "delay": quantiles(delays)})
        return out

    def looked_at(self, p, s):
        return any(spec["group"] == p.index and s in spec["streams"] for spec in self.specs)

    def late_in(self, p, s, phase):
        events = self.truth.all_events[s]
        return sum(self.figures.counts_in(second_of(events[lane][n][0]), phase) for lane, n in self.late[p.index, s])

    def critical_events(self):
        out = []
        for p in self.figures.live:
            for s in p.streams:
                if not self.plan["streams"][s]["critical"]:
                    continue
                for phase in self.figures.all_and_each_phase():
                    rows = self.figures.chosen(p, s, -1, phase)
                    out.append({**self.figures.names(p, s), "phase": self.figures.phase_name(phase), "planned": len(rows),
                                "late": self.late_in(p, s, phase) if self.looked_at(p, s) else None,
                                "missed": sum(r[2] not in CAME for r in rows)})
        return out

    # --- time over bound ---
    def over(self, p, s, begin, end):
        """(time, longest, spells) in which any key of the class was over its bound, exact and as a late look has it."""
        both = []
        for lags in (self.figures.lags, self.figures.late_lags):
            apart = []
            for a, b in sorted(lags[p.index, s].over):
                if apart and a <= apart[-1][1]:
                    apart[-1][1] = max(apart[-1][1], b)
                else:
                    apart.append([a, b])
            lengths = [min(b, end) - max(a, begin) for a, b in apart if min(b, end) > max(a, begin)]
            both.append((sum(lengths), max(lengths, default=0), len(lengths)))
        return both

    def over_bound(self):
        out = []
        for p in self.figures.live:
            for s in p.streams:
                rows = [self.over(p, s, phase["begin"], min(phase["end"], self.truth.planned_until))
                        for phase in self.plan["phases"]]
                measured = [rows[i] for i in self.figures.measured_phases()]
                total = [(sum(r[k][0] for r in measured), max((r[k][1] for r in measured), default=0),
                          sum(r[k][2] for r in measured)) for k in (0, 1)]
                for phase, row in zip(self.figures.all_and_each_phase(), [total] + rows):
                    values = [between(row[0][i], row[1][i]) for i in range(3)]
                    out.append({**self.figures.names(p, s), "phase": self.figures.phase_name(phase), "time_ns": values[0],
                                "longest_ns": values[1], "spells": values[2]})
        return out
