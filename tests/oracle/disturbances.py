"""Incidents, faults and changes of groups: what they did, and when it was over (D1)."""
import collections

from compare import Between, Near, OneOf
from figures import DISTURBING
from lags import second_of
from truth import NEVER, SECOND

SHORTEST_GAP = 250_000_000
FOREVER = 9223372036854775807


class Disturbances:
    def __init__(self, figures):
        self.figures, self.truth, self.plan = figures, figures.truth, figures.plan
        self.events = figures.truth.events_of_run
        self.commands = self._commands()

    def next_disturbance(self, phase):
        return min((p["begin"] for i, p in enumerate(self.plan["phases"]) if i > phase and p["kind"] in DISTURBING),
                   default=NEVER)

    # --- phases ---
    def rows(self):
        out = []
        for i, phase in enumerate(self.plan["phases"]):
            if phase["kind"] not in DISTURBING:
                continue
            for p in self.figures.live:
                ran = phase["end"] <= self.truth.planned_until
                due, backlog = self._work(p, phase["end"]) if ran else (([], []), 0)
                capacity = self._capacity(p, phase["end"]) if ran else 0
                for s in p.streams:
                    out.append(self._row(i, phase, p, s, due, backlog, capacity))
        return out

    def _row(self, i, phase, p, s, due, backlog, capacity):
        reached, took, _, _ = self.figures.freshening(p, s, phase["begin"], phase["end"], NEVER)
        _, _, peak, debt = self.figures.freshening(p, s, phase["begin"], phase["end"], self.next_disturbance(i))
        row = {"phase": phase["name"], **self.figures.names(p, s), "reached": reached, "time_to_fresh_ns": took,
               "peak_ns": peak, "debt_s2": debt, "backlog": backlog, "capacity_per_second": None,
               "ideal_time_to_fresh_ns": None, "ideal_drain_ns": None}
        if capacity > 0:
            bound = self.figures.bound(p, s) / 1e9
            row["capacity_per_second"] = Near(capacity)
            pairs = [ideal(work, phase["end"] / 1e9, capacity, bound) for work in due]
            for i, name in enumerate(("ideal_drain_ns", "ideal_time_to_fresh_ns")):
                exact, late = pairs[0][i], pairs[1][i]
                if exact is None or late is None:
                    row[name] = None if exact == late else OneOf({None})
                else:
                    row[name] = Between(exact * 1e9 - 2, late * 1e9 + 2)
        return row

    def _work(self, p, at):
        """What the model takes to be due: from the oldest event of each partition on that waits at `at`, seconds in
        which that lies by their part (twice: for lags as they were, and as a late look may have them); and how many
        events really waited."""
        backlog, both = 0, []
        for s in p.streams:
            seen = p.first[s]
            for lane, n, event in self.truth.planned[s]:
                if event[0] >= at:
                    continue
                outcome = self.truth.outcome(p, s, lane, n, event)
                backlog += outcome == "undelivered" or (outcome == "visible" and seen[lane, n].at >= at)
        for lags in (self.figures.lags, self.figures.late_lags):
            due = collections.Counter()
            for s in p.streams:
                partitions = self.plan["streams"][s]["partitions"]
                heads = [(at - lags[p.index, s].at(partition, at)) / 1e9 for partition in range(partitions)]
                for lane, _, event in self.truth.planned[s]:
                    second = second_of(event[0])
                    due[second] += max(0.0, min(1.0, second + 1 - heads[lane % partitions]))
            seconds = max((second_of(p["end"]) for p in self.plan["phases"]), default=0)
            both.append([(second, due[second]) for second in range(seconds) if due[second] > 0 or second + 1 > at / 1e9])
        return both, backlog

    def _capacity(self, p, at):
        group = self.plan["groups"][p.index]
        if group["never_starts"] or group["service_time"] == 0:
            return 0
        return members_at(self.plan, p.index, at) * 1e9 / group["service_time"]

    # --- faults ---
    def _commands(self):
        rows = []
        for f, fault in enumerate(self.plan["faults"]):
            for undo in (False, True):
                if undo and not fault["undo"]:
                    continue
                row = {"fault": f, "undo": undo, "command": fault["undo"] if undo else fault["run"], "began": False,
                       "ended": False, "begin_ns": 0, "end_ns": 0, "status": 0, "timed_out": False, "last_line": ""}
                for e in self.events:
                    if e.get("fault") != f or bool(e.get("undo", False)) != undo:
                        continue
                    if e["kind"] == "command_begins":
                        row.update(began=True, begin_ns=e["t"], command=e["command"])
                    elif e["kind"] == "command_ended":
                        lines = e.get("output", "").rstrip("\r\n").split("\n")
                        row.update(ended=True, end_ns=e["t"], status=e["status"], timed_out=e.get("timed_out", False),
                                   last_line=lines[-1])
                row["failed"] = not row["ended"] or row["status"] != 0 or row["timed_out"]
                rows.append(row)
        return rows

    def _window(self, f):
        until, window = self.truth.ended_at, None
        for row in self.commands:
            if row["undo"] or not row["began"]:
                continue
            if row["fault"] == f:
                window = (row["begin_ns"], row["end_ns"] if row["ended"] else row["begin_ns"])
            elif row["fault"] > f:
                until = min(until, row["begin_ns"])
        if window is None:
            return None
        until = min(until, self.next_disturbance(self.plan["faults"][f]["phase"]))
        until = max(until, window[0])
        return window[0], min(window[1], until), until

    def gaps(self, stream):
        """[(partition, from, to, last acknowledgement, open)]: events were due and none was acknowledged."""
        truth, lanes = self.truth, self.truth.lanes[stream].partitions
        reports, waiting = collections.defaultdict(list), collections.defaultdict(lambda: NEVER)
        last = {}
        for (lane, n), fate in truth.fates[stream].items():
            if fate.report_at is not None and fate.state in ("acked", "failed", "indeterminate"):
                reports[lane % lanes].append((fate.report_at, truth.all_events[stream][lane][n][0], fate.acked()))
        gaps = []
        for partition, rows in reports.items():
            rows.sort()
            before, failed = None, NEVER
            for at, tau, acked in rows:
                if not acked:
                    failed = min(failed, tau)
                    continue
                oldest = min(tau, failed)
                begin = oldest if before is None else max(before, oldest)
                if at - begin >= SHORTEST_GAP:
                    gaps.append((partition, begin, at, -1 if before is None else before, False))
                before, failed = at, NEVER
            last[partition] = before
            waiting[partition] = failed
        for lane, n, event in truth.planned[stream]:
            fate, partition = truth.fate(stream, lane, n), lane % lanes
            in_flight = fate.sent is not None and fate.report_at is None
            refused = fate.state == "not_sent_cluster" and (last.get(partition) is None or event[0] > last[partition])
            if in_flight or refused:
                waiting[partition] = min(waiting[partition], event[0])
        for partition, oldest in waiting.items():
            if oldest < NEVER:
                before = last.get(partition)
                begin = oldest if before is None else max(before, oldest)
                gaps.append((partition, begin, None, -1 if before is None else before, True))
        return gaps

    def _gaps_told(self, stream):
        """The open ones were told when the run was over, which only the note knows."""
        told = [e for e in self.events if e["kind"] == "ack_gap" and e["stream"] == stream]
        mine = self.gaps(stream)
        ends = {e["partition"]: e["t"] for e in told if "to" not in e}
        mine = [(p, a, ends.get(p, a) if is_open else b, last, is_open) for p, a, b, last, is_open in mine]
        return sorted((g for g in mine if g[2] - g[1] >= SHORTEST_GAP), key=lambda g: (g[2], g[0]))

    def fault_rows(self):
        out = []
        for f in range(len(self.plan["faults"])):
            window = self._window(f)
            if window is None:
                continue
            out += [self._fault_row(f, window, s) for s in range(len(self.plan["streams"]))]
        return out

    def _fault_row(self, f, window, stream):
        begin, in_force, until = window
        outages, longest, first_ack, first_ack_open = {}, None, 0, False
        for partition, a, b, last, is_open in self._gaps_told(stream):
            if b <= begin or a >= until:
                continue
            row = outages.setdefault(partition, {"partition": partition, "longest_ns": 0, "total_ns": 0, "open": False})
            row["longest_ns"] = max(row["longest_ns"], b - a)
            row["total_ns"] += b - a
            row["open"] = row["open"] or is_open
            if longest is None or b - a > longest[2] - longest[1]:
                longest = (partition, a, b, last, is_open)
            if last <= in_force < b:
                first_ack = max(first_ack, b - max(a, in_force))
                first_ack_open = first_ack_open or is_open
        return {"fault": f, "stream": self.plan["streams"][stream]["name"], "begin_ns": begin, "in_force_ns": in_force,
                "until_ns": until, "partitions": self.plan["streams"][stream]["partitions"],
                "interrupted": len(outages), "longest_unavailable_ns": longest[2] - longest[1] if longest else 0,
                "longest_from_ns": longest[1] if longest else None, "longest_partition": longest[0] if longest else None,
                "longest_open": longest[4] if longest else False, "first_ack_ns": first_ack,
                "first_ack_open": first_ack_open, "outages": [outages[k] for k in sorted(outages)]}

    def fault_groups(self):
        out, figures = [], self.figures
        for f in range(len(self.plan["faults"])):
            window = self._window(f)
            if window is None:
                continue
            begin, in_force, until = window
            for p in figures.live:
                for s in p.streams:
                    reached, took, peak, _ = figures.freshening(p, s, begin, in_force, until)
                    rows = [r for r in figures.rows[p.index, s]
                            if second_of(begin) <= r[0] < second_of(until + SECOND - 1)]
                    out.append({"fault": f, **figures.names(p, s), "reached": reached, "time_to_fresh_ns": took,
                                "peak_ns": peak, "outcomes": figures.outcome_counts(rows)})
        return out

    # --- offsets that fell ---
    def offset_falls(self):
        names, streams = [g["name"] for g in self.plan["groups"]], [s["name"] for s in self.plan["streams"]]
        rows, ends, before = [], {}, {}
        for (s, _, partition, second), row in self.figures.offsets.items():
            if row["high_watermark"] >= 0:
                key = (second, s, partition)
                ends[key] = max(ends.get(key, -1), row["high_watermark"])
        for (second, s, partition), end in sorted(ends.items()):
            known = before.get((s, partition), end)
            if end < known:
                rows.append({"of": "log end", "stream": streams[s], "partition": partition, "group": None,
                             "at_ns": second * SECOND, "from": known, "to": end})
            before[s, partition] = end
        starts = {}
        for e in self.events:
            if e["kind"] != "assigned" or e["group"] not in names:
                continue
            for row in e["partitions"]:
                if row["start"] < 0:
                    continue
                key = (e["group"], row["topic"], row["partition"])
                known = starts.get(key, row["start"])
                if row["start"] < known:
                    rows.append({"of": "committed", "stream": streams[row["topic"]], "partition": row["partition"],
                                 "group": e["group"], "at_ns": e["t"], "from": known, "to": row["start"]})
                starts[key] = max(known, row["start"])
        for e in self.events:
            if e["kind"] == "reset" and e.get("cause") == "truncated":
                rows.append({"of": "position", "stream": e["stream"], "partition": e["partition"],
                             "group": e["group"] if e["group"] in names else None, "at_ns": e["t"],
                             "from": e["position"], "to": e["goes_on_at"]})
        return sorted(rows, key=lambda r: r["at_ns"])

    def resets(self):
        return [{"stream": e["stream"], "group": e["group"], "partition": e["partition"], "cause": e["cause"],
                 "position": e["position"], "goes_on_at": e["goes_on_at"], "at_ns": e["t"]}
                for _, _, e in self.truth.resets]

    # --- partitions that moved ---
    def moves(self):
        if hasattr(self, "_moves"):
            return self._moves
        names, held, rows = [g["name"] for g in self.plan["groups"]], {}, []

        def release(place, how, member, at):
            mine = held.setdefault(place, {"owner": None, "open": None})
            if mine["owner"] != member or (how == "paused" and mine["open"]):
                return
            if how != "paused":
                mine["owner"] = None
            if mine["open"]:
                return
            row = {"place": place, "how": how, "from": member, "to": None, "released": at, "assigned": None,
                   "resumed": None, "pause": 0, "change": self._change_at(place[0], at)}
            mine["open"] = row
            rows.append(row)

        for e in self.events:
            if e["t"] >= self.truth.ended_at:
                break
            if e.get("group") not in names:
                continue
            for q in e.get("partitions", []) if isinstance(e.get("partitions"), list) else []:
                place, member = (names.index(e["group"]), q["topic"], q["partition"]), e.get("member")
                mine = held.setdefault(place, {"owner": None, "open": None})
                if e["kind"] == "assigned":
                    if mine["owner"] is not None and mine["owner"] != member:
                        release(place, "lost", mine["owner"], e["t"])
                    mine["owner"] = member
                    if mine["open"]:
                        mine["open"].update(to=member, assigned=e["t"])
                elif e["kind"] == "resumed":
                    row = mine["open"]
                    if row and mine["owner"] == member and q["at"] >= row["released"]:
                        row.update(resumed=q["at"], pause=max(0, q["at"] - max(row["released"], q["tau"])))
                        mine["open"] = None
                elif e["kind"] in ("revoked", "lost", "member_killed", "member_pauses"):
                    how = {"member_killed": "killed", "member_pauses": "paused"}.get(e["kind"], e["kind"])
                    release(place, how, member, e["t"])
        rows = [r for r in rows if r["released"] >= 0]
        for row in rows:
            if row["resumed"] is None:
                row["pause"] = max(0, self.truth.ended_at - row["released"])
        self._moves = rows
        return rows

    def _change_at(self, group, at):
        found = None
        for c, change in enumerate(self.plan["changes"]):
            if change["group"] == group and change["at"] <= at < self.plan["phases"][change["phase"]]["end"]:
                found = c
        return found

    def move_rows(self):
        groups, streams = self.plan["groups"], self.plan["streams"]
        return [{"group": groups[r["place"][0]]["name"], "stream": streams[r["place"][1]]["name"],
                 "partition": r["place"][2], "how": r["how"], "from_member": r["from"], "to_member": r["to"],
                 "change": r["change"], "released_ns": r["released"], "assigned_ns": r["assigned"],
                 "resumed_ns": r["resumed"], "pause_ns": r["pause"]} for r in self.moves()]

    def _redelivered(self, p, begin, end):
        """In whole seconds, that of the end left out."""
        return sum(second_of(begin) <= second_of(at) < second_of(end) for _, at in p.redelivered_at)

    def group_changes(self):
        out = []
        for p in self.figures.live:
            rows = {}
            for c, change in enumerate(self.plan["changes"]):
                if change["group"] != p.index or change["at"] >= self.truth.ended_at:
                    continue
                until = self.plan["phases"][change["phase"]]["end"]
                for n, other in enumerate(self.plan["changes"]):
                    if other["group"] == p.index and (other["at"], n) > (change["at"], c):
                        until = min(until, other["at"])
                rows[c] = self._change_row(p, c, change["at"], self._redelivered(p, change["at"], until))
            everything = self._redelivered(p, 0, NEVER)
            unasked = self._change_row(p, None, 0, everything - sum(r["redelivered"] for r in rows.values()))
            for move in self.moves():
                if move["place"][0] != p.index:
                    continue
                row = rows.get(move["change"], unasked)
                if row["partitions"] == 0 and row["change"] is None:
                    row["at_ns"] = move["released"]
                row["partitions"] += 1
                row["unresumed"] += move["resumed"] is None
                if move["pause"] >= row["longest_pause_ns"]:
                    row.update(longest_pause_ns=move["pause"], longest_partition=move["place"][2],
                               longest_stream=self.plan["streams"][move["place"][1]]["name"],
                               longest_open=move["resumed"] is None)
            out += [rows[c] for c in sorted(rows)]
            if unasked["partitions"] > 0 or unasked["redelivered"] > 0:
                out.append(unasked)
        return out

    @staticmethod
    def _change_row(p, change, at, redelivered):
        return {"group": p.name, "change": change, "at_ns": at, "partitions": 0, "unresumed": 0, "longest_pause_ns": 0,
                "longest_stream": None, "longest_partition": None, "longest_open": False, "redelivered": redelivered}


def members_at(plan, group, at):
    """How many members the scenario's changes leave the group at that time."""
    members = [[[-NEVER, NEVER]] for _ in range(plan["groups"][group]["members"])]
    pauses = [-NEVER] * len(members)
    for change in plan["changes"]:
        if change["group"] != group:
            continue
        when = change["at"]
        if change["kind"] == "add":
            members += [[[when, NEVER]] for _ in range(change["members"])]
            pauses += [-NEVER] * change["members"]
            continue
        there = sorted((m for m in range(len(members)) if any(a <= when < b for a, b in members[m])),
                       key=lambda m: members[m][-1][0])
        left = change["members"]
        for m in there:
            if left == 0:
                break
            if change["kind"] == "pause":
                if when < pauses[m]:
                    continue
                pauses[m] = when + change["lasts"]
            else:
                members[m][-1][1] = when
                if change["lasts"] > 0:
                    members[m].append([when + change["lasts"], NEVER])
            left -= 1
    return sum(any(a <= at < b for a, b in stays) for stays in members)


def ideal(due, begin, capacity, bound):
    """The fluid model: (drained, fresh) in seconds after `begin`; None: not while events are planned."""
    free, drained, fresh, planned = begin, None, begin, begin
    for second, events in due:
        start_of, end_of = float(second), float(second + 1)
        planned = max(planned, end_of)
        work = events / capacity
        start = max(free, start_of)
        lag, slope = start - start_of, work - 1.0
        lag_end = max(0.0, lag + slope)
        if drained is None and lag + slope <= 0 and end_of > begin:
            drained = max(begin, start_of) if lag <= 0 else start_of + lag / -slope
        if lag_end > bound:
            fresh = end_of + lag_end
        elif lag > bound:
            fresh = start + (lag - bound) / -slope * work
        free = end_of + lag_end
    drained = free if drained is None else drained
    return tuple(max(0.0, at - begin) if at <= planned else None for at in (drained, fresh))
