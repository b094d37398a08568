/* The words of the tables. */
"use strict";

const GLOSSARY = [
  ["staleness", "visible − intended, of one event: how old it was when a reader could use it. An event that never became visible counts with its age at the run's end."],
  ["p50, p90, p99, p99.9", "Half, 90 %, 99 %, 99.9 % of the planned events were at most that stale (nearest rank). n/a: fewer than ten events lie beyond it. ≥: the event at that rank never became visible.", ["p50", "p90", "p99", "p99.9"]],
  ["max", "The greatest value, of a single event.", ["max", "maximum"]],
  ["noise floor", "The same load on the built-in loopback log for five seconds, just before the run: what the harness itself, and the scenario's service times, add. * marks a figure within twice of it.", ["noise floor", "run ÷ floor"]],
  ["sampling floor", "Where the true percentile lies with 95 %, from the number of events alone and were they independent. Not the run-to-run spread, which is wider."],
  ["bad", "Planned events that were staler than their bound, or never became visible for whatever reason."],
  ["bound", "How stale an event of the class may be at that group.", ["bound", "of its bound"]],
  ["planned", "Events that the scenario asks for, made from its seed before anything is sent. Every figure is over these, so nothing that went missing is left out."],
  ["visible", "Events that a reader of the group could use."],
  ["view staleness", "What somebody sees who looks: how long ago the first event of the account was due that the group's view did not have; 0 when it had all."],
  ["stale decisions", "Reads that saw at least one class over its bound. The cause is the class that was furthest over it.", ["stale decisions", "stale", "caused by"]],
  ["critical stale", "Stale decisions in which a critical class was over its bound."],
  ["wrong decisions", "Reads at which the scenario's decide function said something else than it would have said on the truth.", ["wrong decisions", "wrong"]],
  ["critical wrong", "Wrong decisions that seeing the critical classes in time would have put right."],
  ["late", "Critical events that some read did not see though their bound had passed."],
  ["missed", "Critical events that never became visible."],
  ["unseen", "Events of the account that were due and that the read did not see.", ["unseen, mean", "unseen, most"]],
  ["not done", "Planned reads that were not written down; each counts as bad for an SLO."],
  ["reader late, p99", "How much later than planned the harness's own reader looked."],
  ["time over bound", "Wall time in which any key of the class was over its bound, exactly."],
  ["error budget", "An SLO's part of events that may be bad. Bad minutes and bad seconds of the intended time had more than that part; touched seconds had any. The worst minute and the worst five used it up so many times as fast as is allowed.", ["bad minutes", "bad seconds", "touched", "worst minute", "worst 5 min"]],
  ["freshness lag", "Age of the oldest planned event that the group has not yet settled. It grows even when the cluster answers nothing."],
  ["consumer lag", "The same over acknowledged events only: what the reader is behind, without what the producer could not write."],
  ["offset lag", "Records between a group's position and the end of the log."],
  ["time to fresh", "From the end of a disturbance until the freshness lag is within its bound, and stays there."],
  ["ideal", "The time to fresh that the members' capacity alone would have needed from the backlog at the end of the disturbance."],
  ["peak lag", "The highest freshness lag from the disturbance's begin on."],
  ["debt", "How far and how long the lag was over its bound: its integral, in s²."],
  ["backlog", "Events that were due when the disturbance ended and that the group had still to make visible."],
  ["send", "intended to sent: the harness's own delay, and a full queue."],
  ["in log", "sent to received: producer, cluster and consumer's fetch."],
  ["apply", "received to visible: the reader's own queue and service time."],
  ["lost", "The log took the event, the group went past it and never saw it."],
  ["undelivered", "In the log, and not read when the run ended."],
  ["superseded", "Removed by compaction for a newer event of its key: the reader has what counts."],
  ["expired", "Removed by retention before the group read it."],
  ["failed", "The producer reported that it was not written."],
  ["indeterminate", "The producer does not know whether it was written."],
  ["not sent", "The cluster took no more: the queue was full, or the event's time was over.", ["not sent"]],
  ["own not sent", "The harness itself did not send it."],
  ["unclassified", "Not visible, and the folder does not tell why."],
  ["phantom", "Reported as not written, and visible all the same."],
  ["log duplicate", "Two records of one event in the log."],
  ["redelivered", "Read again by the group after a rebalance or restart."],
  ["reprocessed", "Applied again."],
  ["out of order", "Events of a key that became visible in another order than they were intended."],
  ["own send delay", "sent − intended, outside of stalls of the cluster: what the harness adds."],
  ["service latency", "acknowledged − sent."],
  ["response latency", "acknowledged − intended."],
  ["offered load", "Events/s that the plan asks for."],
  ["achieved load", "Events/s that the cluster acknowledged."],
  ["queue full", "Sends that found the producer's queue full."],
  ["isolation index", "p99 of a live group with the replay ÷ without it. 1: the replay does no harm."],
  ["inflow", "Events/s that the log took while the pass was reading."],
  ["longest pause", "The longest time in which events of a partition were due and none was applied."],
  ["first ack", "From the end of the command to the first acknowledgement, of the partition that took longest. Below 250 ms nothing is seen."],
  ["times its fair share", "1: as much as each partition would carry if all carried the same."],
  ["CPUs that the harness used", "CPU time of this process ÷ wall time: 1 is one core, all of the time."],
  ["busy, all together", "The part of all the machine's CPU time that was not idle, whoever used it."],
  ["stolen", "The part of the CPU time that the hypervisor gave to others."],
  ["involuntary switches", "How often the system took a CPU away from a thread of the harness."],
  ["waiting", "Records that a member had received and that were not visible yet, for the service time of those before them."],
  ["full seconds", "Seconds in which a member's queue had no room, so that it did not poll."],
  ["own work", "Seconds in which a member's own work, not the modelled service time, filled over 80 % with data queued (V3)."],
  ["payload ratio", "Bytes of a batch ÷ its bytes once compressed. Content that does not compress as real text does would flatter or punish a cluster (V8).", ["full batch", "with zstd", "with lz4"]],
  ["service time", "What a member needs for one event."],
  ["tier", "The kind of account: a few large enterprise ones, and the rest."],
];

const slug = (term) => "g-" + term.replace(/[^a-z0-9]+/gi, "-");
const GLOSSARY_IDS = new Map(GLOSSARY.flatMap(([term, , words]) => (words || [term]).map((one) => [one, slug(term)])));

function glossaryId(text) {
  return GLOSSARY_IDS.get(text) || null;
}

function glossarySection() {
  return [h("dl", { class: "glossary" }, GLOSSARY.map(([term, text]) => h("div", {}, h("dt", { id: slug(term) }, term), h("dd", {}, text))))];
}
