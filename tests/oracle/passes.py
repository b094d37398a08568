"""Replay, backlog and bootstrap passes (P1): what was theirs to read, and how fast they read it."""
import collections

from compare import Near
from generator import mass_of
from lags import second_of
from truth import NEVER, OUTCOMES, SECOND

WHOLE_LOG = -NEVER


class Span:
    pass


class Spans:
    def __init__(self, figures):
        self.figures, self.truth, self.plan = figures, figures.truth, figures.plan
        self.by_pass = {p.index: self._span(p) for p in self.truth.passes if not p.live}

    def _replay(self, p):
        return self.plan["replays"][p.index - len(self.plan["groups"])]

    def _from_tau(self, replay):
        begins = self.plan["phases"][replay["phase"]]["begin"]
        if replay["start"] == "ago":
            return begins - replay["ago"]
        if replay["start"] == "bytes":
            return self._bytes_before(replay["streams"], begins, replay["bytes"])
        return WHOLE_LOG

    def _bytes_before(self, streams, until, wanted):
        def written(begin):
            total = 0.0
            for s in streams:
                stream = self.plan["streams"][s]
                before = {"begin": -stream["prefill"], "end": 0, "rate_begin": stream["rate"], "rate_end": stream["rate"]}
                events = mass_of(before, begin, until) if stream["prefill"] > 0 else 0.0
                events += sum(mass_of(segment, begin, until) for segment in stream["segments"])
                total += events * sum(self.truth.lanes[s].sizes) / 1024
            return total

        early = min([0] + [-self.plan["streams"][s]["prefill"] for s in streams])
        if written(early) <= wanted:
            return WHOLE_LOG
        late = until
        while late - early > 1:
            middle = early + (late - early) // 2
            if written(middle) >= wanted:
                early = middle
            else:
                late = middle
        return early

    def _span(self, p):
        replay, span, events = self._replay(p), Span(), self.truth.events_of_run
        span.began = self.plan["phases"][replay["phase"]]["begin"]
        span.ended = max(self.truth.ended_at, span.began)
        span.finished, span.reads_from, span.starts = False, -1, {}
        span.from_tau = self._from_tau(replay)
        span.from_offset = replay["offset"] if replay["start"] == "offset" else 0
        for event in events:
            if event["kind"] == "assigned" and event["group"] == p.name:
                for row in event["partitions"]:
                    if span.reads_from < 0:
                        span.reads_from = event["t"]
                    span.starts.setdefault((row["topic"], row["partition"]), row["start"])
            elif event["kind"] in ("replay_finished", "replay_given_up") and event["pass"] == p.index:
                span.finished, span.ended = event["kind"] == "replay_finished", event["t"]
        span.positions, span.ends = {}, {}
        for s in p.streams:
            for partition in range(self.plan["streams"][s]["partitions"]):
                position, end = p.position(s, partition), -1
                for (stream, index, where, second), row in self.figures.offsets.items():
                    if (stream, index, where) == (s, p.index, partition) and second <= second_of(span.ended):
                        end = max(end, row["high_watermark"])
                span.positions[s, partition] = position
                span.ends[s, partition] = position if span.finished else max(end, position)
        return span

    def _unseen(self, p, stream, partition, event, offset):
        """An event in the log that the pass did not see; None: it was not its to read."""
        span, place = self.by_pass[p.index], (stream, partition)
        if event[0] < span.from_tau or offset < span.from_offset or offset >= span.ends[place]:
            return None
        if offset < span.starts.get(place, -1) or self.truth.expired_at(stream, p.index, partition, offset) is not None:
            return "expired"
        if offset >= span.positions[place]:
            return "undelivered"
        return "superseded" if self.truth.is_superseded(stream, event) else "lost"

    def _of_run(self, p, stream):
        truth, span = self.truth, self.by_pass[p.index]
        for lane, n, event in truth.planned[stream]:
            fate = truth.fate(stream, lane, n)
            if (lane, n) in p.first[stream]:
                yield "visible", fate.state == "failed"
            elif fate.acked() or truth.seen_by_anybody(stream, lane, n):
                if fate.offset is not None:
                    yield self._unseen(p, stream, lane % truth.lanes[stream].partitions, event, fate.offset), False
                elif n < p.last_seen[stream].get(lane, -1) and event[0] >= span.from_tau:
                    yield "lost", False

    def _of_prefill(self, p, stream):
        """Event k of a partition, in order of τ and then of lane, lies at the first offset + k."""
        truth, prefill = self.truth, self.truth.prefill(stream)
        told = [e for e in truth.events_of_run if e["kind"] == "prefilled" and
                e["stream"] == self.plan["streams"][stream]["name"]]
        if not prefill or not told:
            return
        lanes = len(prefill)
        for partition, row in enumerate(told[-1]["partitions"]):
            mine = [(event[0], lane, n, event) for lane in range(partition, lanes, len(told[-1]["partitions"]))
                    for n, event in enumerate(prefill[lane])]
            for k, (_, lane, n, event) in enumerate(sorted(mine)):
                if (lanes + lane, n) in p.first[stream]:
                    yield "visible", False
                elif row["first"] < 0:
                    yield "unclassified", False
                else:
                    yield self._unseen(p, stream, partition, event, row["first"] + k), False

    def outcomes(self, p, stream):
        counts = collections.Counter()
        for rows in (self._of_run(p, stream), self._of_prefill(p, stream)):
            for outcome, phantom in rows:
                if outcome is not None:
                    counts[outcome] += 1
                    counts["planned"] += 1
                    counts["phantom"] += phantom
        return {o: counts[o] for o in OUTCOMES + ("planned", "unclassified", "phantom")}

    def rows(self):
        return [self._row(p) for p in self.truth.passes if not p.live]

    def _row(self, p):
        span = self.by_pass[p.index]
        counts = collections.Counter()
        for s in p.streams:
            counts.update(self.outcomes(p, s))
        events = sum(len(p.visible_at[s]) for s in p.streams)
        size = sum(b for s in p.streams for _, b in p.visible_at[s])
        seconds = (span.ended - span.reads_from) / 1e9
        reads = span.reads_from >= 0 and seconds > 0
        inflow = self._acked_between(p.streams, span.reads_from, span.ended) / seconds if reads else 0.0
        rate = events / seconds if reads else 0.0
        planned = counts["planned"]
        return {"group": p.name, "pass_kind": self._replay(p)["kind"], "events": events, "bytes": size,
                "redelivered": sum(p.ledger[s]["redelivered"] for s in p.streams),
                "to_read": {o: counts[o] for o in OUTCOMES + ("planned", "unclassified", "phantom")},
                "expired_share": counts["expired"] / planned if planned else 0,
                "progress": Near(1 - counts["undelivered"] / planned if planned else 0, 1e-12),
                "began_ns": span.began, "reads_from_ns": span.reads_from if span.reads_from >= 0 else None,
                "finished": span.finished, "finished_at_ns": span.ended,
                "never": not span.finished and span.reads_from >= 0 and rate <= inflow,
                "events_per_second": Near(rate), "mb_per_second": Near(size / seconds / 1e6 if reads else 0.0),
                "inflow_per_second": Near(inflow)}

    def _acked_between(self, streams, begin, end):
        """By wall seconds, the first and the last by the part that lies within."""
        counts = collections.Counter()
        for s in streams:
            for fate in self.truth.fates[s].values():
                if fate.acked():
                    counts[second_of(fate.report_at)] += 1
        total = 0.0
        for second in range(second_of(begin), second_of(end) + 1):
            part = min(end, (second + 1) * SECOND) - max(begin, second * SECOND)
            total += max(part, 0) / 1e9 * counts[second]
        return total

    def replayed_in(self, phase):
        window, most = self.plan["phases"][phase], 0.0
        for p in self.truth.passes:
            if p.live or self._replay(p)["phase"] != phase:
                continue
            span = self.by_pass[p.index]
            if span.reads_from >= 0:
                read = min(span.ended, window["end"]) - span.reads_from
                most = max(most, read / (window["end"] - window["begin"]))
        return most

    def finishes(self):
        """(name, told, first instant at which every partition had been read to what was known of its end)"""
        return []
