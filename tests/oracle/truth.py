"""What became of every planned event, from the trace alone (measurement.md E5, E6, K1, K2, L1): this is where the
rules are written a second time, event by event, with none of the harness's shards, marks or histograms.
"""
import bisect
import collections

from folder import (ALIEN, NOT_PERSISTED, NOT_SENT, NO_PASS, OPENED, PASSED, PERSISTED, POSSIBLY, QUEUE_FULL, REFUSED,
                    REPORT, SEALED, SEEN, SENT, STALLED, Unusable)
from generator import Lanes

SECOND = 1_000_000_000
NEVER = 1 << 62
OUTCOMES = ("visible", "superseded", "expired", "lost", "undelivered", "aborted", "failed", "indeterminate",
            "not_sent_own", "not_sent_cluster")
# An offset that the harness could not keep beside an event is not believed (E6).
LARGEST_OFFSET = 0xFFFFFFFF - 16


class Fate:
    """The producing side of one event."""
    __slots__ = ("state", "sent", "stalled", "report_at", "offset")

    def __init__(self):
        self.state = "not_sent_own"  # never handed over, whatever the reason
        self.sent = None             # when send() was called for good
        self.stalled = False
        self.report_at = None        # of the report, or of the refusal
        self.offset = None           # believed (E6)

    def acked(self):
        return self.state == "acked"


class PassTruth:
    def __init__(self, index, name, streams, live):
        self.index, self.name, self.streams, self.live = index, name, streams, live
        self.first = {s: {} for s in streams}                        # (lane, n) -> Record
        self.last_seen = {s: {} for s in streams}                    # lane -> greatest n
        self.seen_at = {s: collections.defaultdict(list) for s in streams}  # lane -> [(greatest n so far, when)]
        self.steps = {}                                              # (stream, partition) -> [(position, when)]
        self.ledger = {s: collections.Counter() for s in streams}
        self.redelivered_at = []                                     # (stream, when)
        self.visible_at = {s: [] for s in streams}                   # (when, bytes)

    def position(self, stream, partition):
        steps = self.steps.get((stream, partition))
        return steps[-1][0] if steps else -1

    def passed_at(self, stream, partition, offset):
        """When the position came to lie beyond the offset; None: never."""
        steps = self.steps.get((stream, partition), [])
        i = bisect.bisect_right(steps, (offset, NEVER))
        return steps[i][1] if i < len(steps) else None

    def move(self, stream, partition, position, at):
        steps = self.steps.setdefault((stream, partition), [])
        if not steps or position > steps[-1][0]:
            steps.append((position, at))


class Truth:
    def __init__(self, folder):
        self.folder, plan = folder, folder.plan
        self.plan, self.events_of_run = plan, folder.events
        self.ended_at = folder.end["ended_at"]
        self.until = folder.end["extra"]["sending_stopped"]  # last τ that was to be sent
        self.end = plan["phases"][-1]["end"] if plan["phases"] else 0
        self.planned_until = min(self.end, self.until)
        self.lanes = [Lanes(plan, s) for s in range(len(plan["streams"]))]
        self.all_events = [[lanes.events(lane) for lane in range(lanes.lanes)] for lanes in self.lanes]
        self.planned = [[(lane, n, event) for lane in range(len(of_stream)) for n, event in enumerate(of_stream[lane])
                         if event[0] <= self.until] for of_stream in self.all_events]
        self._resets()
        self._producing()
        self._consuming()
        self._last_of_keys()
        self._carriers()

    # --- what members said of positions outside the log (P4) ---
    def _resets(self):
        streams = [s["name"] for s in self.plan["streams"]]
        passes = self.pass_names()
        self.resets = []
        for event in self.events_of_run:
            if event["kind"] != "reset" or event.get("stream") not in streams or event.get("group") not in passes:
                continue
            self.resets.append((streams.index(event["stream"]), passes.index(event["group"]), event))

    def pauses(self, p):
        """[(from, until)] in which a member of the pass looked at nothing."""
        began, pauses = {}, []
        for e in self.events_of_run:
            if e.get("group") != p.name:
                continue
            if e["kind"] == "member_pauses":
                began[e["member"]] = e["t"]
            elif e["kind"] == "member_resumes" and e["member"] in began:
                pauses.append((began.pop(e["member"]), e["t"]))
        return pauses

    def pass_names(self):
        return [g["name"] for g in self.plan["groups"]] + [r["name"] for r in self.plan["replays"]]

    def expired_at(self, stream, index, partition, offset):
        """When the pass learned that the log no longer had the offset; None: it never did."""
        for s, p, e in self.resets:
            if (s, p, e["partition"], e["cause"]) == (stream, index, partition, "expired"):
                if e["position"] <= offset < e["goes_on_at"]:
                    return e["t"]
        return None

    # --- the producing side ---
    def _producing(self):
        self.fates = [{} for _ in self.lanes]
        self.queue_full = [[] for _ in self.lanes]
        self.refused = [[] for _ in self.lanes]
        self.handed = [[] for _ in self.lanes]  # (lane, n) in the order in which they were handed over or refused
        belief = collections.defaultdict(lambda: [-1, 0])
        for r in self.folder.records:
            if r.kind not in (SENT, QUEUE_FULL, REFUSED, NOT_SENT, REPORT):
                continue
            if r.kind == QUEUE_FULL:
                self.queue_full[r.stream].append(r.at)
                continue
            fate = self.fates[r.stream].setdefault((r.lane, r.n), Fate())
            if r.kind in (SENT, REFUSED):
                fate.sent, fate.stalled = r.at, bool(r.flags & STALLED)
                self.handed[r.stream].append((r.lane, r.n))
                if r.kind == REFUSED:
                    self.refused[r.stream].append(r.at)
                    fate.state, fate.report_at = "not_sent_cluster", r.at
                elif fate.report_at is None:  # the report's role may have written first
                    fate.state = "indeterminate"
            elif r.kind == NOT_SENT:
                fate.state, fate.report_at = ("not_sent_own" if r.detail else "not_sent_cluster"), r.at
            else:
                fate.report_at = r.at
                if r.detail == PERSISTED:
                    fate.state = "acked"
                    held = belief[r.stream, r.partition]
                    if r.offset < held[0] + 1 + held[1] or not 0 <= r.offset <= LARGEST_OFFSET:
                        held[1] += 1
                    else:
                        held[0], held[1] = r.offset, 0
                        fate.offset = r.offset
                else:
                    fate.state = "indeterminate" if r.detail == POSSIBLY else "failed"
        for s, fates in enumerate(self.fates if not self.folder.killed else []):  # a killed sender may not have told
            for place, fate in fates.items():
                if fate.sent is None and fate.state in ("acked", "failed", "indeterminate"):
                    raise Unusable(f"the trace has a report of stream {s}, (lane, n) {place}, and not that it was sent")
        self.nobody = Fate()

    def fate(self, stream, lane, n):
        return self.fates[stream].get((lane, n), self.nobody)

    # --- the consuming side ---
    def _consuming(self):
        plan = self.plan
        self.passes = [PassTruth(i, g["name"], [r["stream"] for r in g["streams"]], True)
                       for i, g in enumerate(plan["groups"])]
        self.passes += [PassTruth(len(plan["groups"]) + i, r["name"], r["streams"], False)
                        for i, r in enumerate(plan["replays"])]
        rows = [r for r in self.folder.records if r.kind in (SEEN, ALIEN, OPENED, PASSED, SEALED)]
        cuts = [("cut", s, p, e) for s, p, e in self.resets if e["goes_on_at"] < e["position"]]
        timed = [(r.at, 0, i, r) for i, r in enumerate(rows)] + [(c[3]["t"], 1, i, c) for i, c in enumerate(cuts)]
        timed.sort(key=lambda row: row[:3])
        self.sealed = collections.defaultdict(list)  # (pass, stream, partition) -> when
        for r in rows:
            if r.kind == SEALED:
                self.sealed[r.pass_, r.stream, r.partition].append(r.at)
        taken, words = collections.defaultdict(lambda: -1), {}
        for at, is_cut, _, r in timed:
            if is_cut:
                _, s, p, e = r
                taken[p, s, e["partition"]] = e["goes_on_at"]
                continue
            p = self.passes[r.pass_]
            if r.kind == ALIEN:
                p.ledger[r.stream]["foreign" if r.detail == 1 else "corrupt"] += 1
            elif r.kind == SEEN:
                self._see(p, r, taken, words)
                p.move(r.stream, r.partition, r.offset + 1, r.at)
            elif r.kind in (OPENED, PASSED):
                p.move(r.stream, r.partition, r.offset, r.at)

    def events_of(self, stream, lane):
        """Of a lane as records carry it: those of the prefill are numbered behind those of the run."""
        own = len(self.all_events[stream])
        if lane < own:
            return self.all_events[stream][lane]
        prefill = self.prefill(stream)
        return prefill[lane - own] if prefill and lane - own < len(prefill) else []

    def prefill(self, stream):
        if not hasattr(self, "_prefill"):
            self._prefill = {}
        if stream not in self._prefill:
            lanes = Lanes(self.plan, stream, prefill=True) if self.plan["streams"][stream]["prefill"] > 0 else None
            self._prefill[stream] = [lanes.events(lane) for lane in range(lanes.lanes)] if lanes else None
        return self._prefill[stream]

    def _see(self, p, r, taken, words):
        """K1, K2, in the order in which the pass applied."""
        ledger, place = p.ledger[r.stream], (p.index, r.stream, r.partition)
        if r.offset < taken[place]:
            ledger["redelivered"] += 1
            p.redelivered_at.append((r.stream, r.at))
            return
        taken[place] = r.offset + 1
        known = self.events_of(r.stream, r.lane)
        own = self.lanes[r.stream].lanes
        if r.n >= len(known) or (r.lane % own) % self.lanes[r.stream].partitions != r.partition:
            ledger["corrupt"] += 1
            return
        if (known[r.n][0], known[r.n][1]) != (r.tau, r.key):
            raise AssertionError(f"a record is not the planned event: {r}, planned {known[r.n]}")
        if (r.lane, r.n) in p.first[r.stream]:
            ledger["reprocessed" if r.detail > 0 else "log_duplicate"] += 1
            return
        p.first[r.stream][r.lane, r.n] = r
        p.visible_at[r.stream].append((r.at, r.bytes))
        last = p.last_seen[r.stream].get(r.lane, -1)
        if r.n > last:
            p.last_seen[r.stream][r.lane] = r.n
            p.seen_at[r.stream][r.lane].append((r.n, r.at))
        if p.live:
            word = words.get((p.index, r.stream, r.key))
            if word is not None and word > r.tau:
                ledger["out_of_order"] += 1
            words[p.index, r.stream, r.key] = r.tau if word is None else max(word, r.tau)

    # --- compaction (E5) ---
    def _last_of_keys(self):
        self.last = [None] * len(self.lanes)
        for s, stream in enumerate(self.plan["streams"]):
            if "compact" not in stream["topic_config"].get("cleanup.policy", ""):
                continue
            last = {}
            for lane in self.prefill(s) or []:
                for tau, key, _, _ in lane:
                    last[key] = max(last.get(key, tau), tau)
            for (lane, n), fate in self.fates[s].items():
                if fate.acked():
                    tau, key = self.all_events[s][lane][n][:2]
                    last[key] = max(last.get(key, tau), tau)
            self.last[s] = last

    def is_superseded(self, stream, event):
        return self.last[stream] is not None and self.last[stream].get(event[1], event[0]) > event[0]

    def _carriers(self):
        """Of compacted streams, by live pass: of an event the next one of its key that the pass saw, and the last of the
        key, where that one is known to be in the log and not seen."""
        self.carrier, self.unseen = {}, {}
        for s, last in enumerate(self.last):
            for p in self.passes if last is not None else []:
                if not p.live or s not in p.streams:
                    continue
                for lane, events in enumerate(self.all_events[s]):
                    next_seen, next_unseen = {}, {}
                    for n in reversed(range(len(events))):
                        key, place = events[n][1], (p.index, s, lane, n)
                        self.carrier[place], self.unseen[place] = next_seen.get(key), next_unseen.get(key)
                        if events[n][0] > self.until:
                            continue
                        seen = p.first[s].get((lane, n))
                        if seen:
                            next_seen[key] = seen
                        elif key not in next_unseen:
                            by_itself = self.alone(p, s, lane, n)
                            if by_itself in ("undelivered", "expired"):
                                next_unseen[key] = by_itself

    # --- outcomes ---
    def seen_by_anybody(self, stream, lane, n):
        return any((lane, n) in p.first.get(stream, ()) for p in self.passes)

    def outcome(self, p, stream, lane, n, event):
        """E5: the first that holds. What a live group passed unseen in a compacted log counts as the next event of its
        key that it saw; without one, as the last of the key."""
        alone = self.alone(p, stream, lane, n)
        if alone != "lost" or self.last[stream] is None or not p.live:
            return alone
        place = (p.index, stream, lane, n)
        return "superseded" if self.carrier[place] else self.unseen[place] or alone

    def alone(self, p, stream, lane, n):
        if (lane, n) in p.first[stream]:
            return "visible"
        fate = self.fate(stream, lane, n)
        if not (fate.acked() or self.seen_by_anybody(stream, lane, n)):
            return fate.state
        if not fate.acked() or fate.offset is None:
            return "lost" if n < p.last_seen[stream].get(lane, -1) else "undelivered"
        partition = lane % self.lanes[stream].partitions
        if self.expired_at(stream, p.index, partition, fate.offset) is not None:
            return "expired"
        return "undelivered" if fate.offset >= p.position(stream, partition) else "lost"

    def later_seen_at(self, p, stream, lane, n):
        rows = p.seen_at[stream].get(lane, [])
        i = bisect.bisect_right(rows, (n, NEVER))
        return rows[i][1] if i < len(rows) else None

    def settled_at(self, p, stream, lane, n):
        """L1: the first of visible, passed unseen, a failed or timed-out report, expired. NEVER: not at all."""
        fate, seen = self.fate(stream, lane, n), p.first[stream].get((lane, n))
        partition = lane % self.lanes[stream].partitions
        at = seen.at if seen else NEVER
        if fate.acked():
            if fate.offset is None:
                passed = self.later_seen_at(p, stream, lane, n)
            else:
                passed = p.passed_at(stream, partition, fate.offset)
                expired = self.expired_at(stream, p.index, partition, fate.offset)
                at = min(at, max(expired, fate.report_at)) if expired is not None else at
            if passed is not None:
                at = min(at, max(passed, fate.report_at))
        elif fate.report_at is not None:
            at = min(at, fate.report_at)
        return at

    def settled_by_report(self, p, stream, lane, n, at):
        """It was a report that settled it, which a member notices when it looks."""
        seen = p.first[stream].get((lane, n))
        return at == self.fate(stream, lane, n).report_at and not (seen and seen.at == at)
