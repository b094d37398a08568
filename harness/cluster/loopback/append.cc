// What happens to a batch's records when they reach their partition: the log, and the scripted faults.
#include <algorithm>
#include <utility>

#include "harness/cluster/loopback/producer.h"

namespace freshet::cluster::loopback {

using Fault = LoopbackFault::Kind;

void ProducerState::append(Batch& batch, Partition& to, Nanos at) {
  if (batch.transaction != 0) join_transaction(batch, to);
  const Nanos ack = at + core_.draw_ack(batch.order);
  Lane& lane = lanes_[static_cast<std::size_t>(batch.partition)];
  for (Sending& record : batch.records) {
    const bool reported = batch.reported;
    const Sending before = record;
    Nanos report = put(batch, record, to, at, ack);
    if (reported) {  // its report has gone out already: it appears later than that
      record = before;
      continue;
    }
    const Nanos timeout = batch.opened + settings_.message_timeout;
    if (report > timeout) {
      report = std::max(timeout, at);
      record.persisted = Persisted::possibly;
      record.error = "message timed out";
    }
    lane.last_report = std::max(lane.last_report, report);
    record.report_at = lane.last_report;
    if (record.persisted != Persisted::yes && batch.transaction != 0) failed_ = true;
  }
}

// Appends one record as the script says; returns when its report is due.
Nanos ProducerState::put(Batch& batch, Sending& record, Partition& to, Nanos at, Nanos ack) {
  const auto write = [&] {
    return to.log.append(batch.key(record), batch.value(record), record.timestamp_ms, batch.transaction, at);
  };
  const Nanos visible = at + core_.options.network;
  if (to.faults.none()) {
    record.offset = write();
    to.log.publish(visible);
    return ack;
  }
  if (const LoopbackFault* cut = to.faults.hit(Fault::cut, at)) to.log.cut(cut->amount);
  const LoopbackFault* late = to.faults.hit(Fault::ack_delay, at);
  const Nanos report = to.faults.stalled_until(ack + (late ? late->amount : 0));
  if (to.faults.hit(Fault::fail, at)) {
    record.persisted = Persisted::no;
    record.error = "failed by script";
    return report;
  }
  if (const LoopbackFault* timeout = to.faults.hit(Fault::timeout, at)) {
    record.persisted = Persisted::possibly;
    record.error = "message timed out by script";
    if (timeout->appears) write();
  } else if (to.faults.hit(Fault::lose, at)) {
    record.offset = to.log.skip();
  } else {
    record.offset = write();
    if (to.faults.hit(Fault::duplicate, at)) write();
  }
  const LoopbackFault* delay = to.faults.hit(Fault::delay, at);
  to.log.publish(visible + (delay ? delay->amount : 0));
  return report;
}

// Swaps the records that a reorder fault hits with their followers. A batch's last record is held back until
// the producer's next batch of the partition.
void ProducerState::reorder(Batch& batch, Partition& to, Nanos at) {
  Lane& lane = lanes_[static_cast<std::size_t>(batch.partition)];
  if (batch.reported) return;
  Batch* held = std::exchange(lane.held, nullptr);
  bool swapped = held != nullptr;  // the record at hand is the follower of one that was hit
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    const LoopbackFault* fault = to.faults.hit(Fault::reorder, at);
    if (std::exchange(swapped, false) || !fault) continue;
    if (i + 1 < batch.records.size()) {
      std::swap(batch.records[i], batch.records[i + 1]);
      swapped = true;
    } else {
      hold_back(batch, *fault, at);
    }
  }
  if (held) bring(*held, batch);
}

void ProducerState::hold_back(Batch& batch, const LoopbackFault& fault, Nanos at) {
  const Sending& last = batch.records.back();
  Batch& held = *fresh_batch();
  held.order = core_.next_order();
  held.partition = batch.partition;
  held.transaction = 0;
  held.opened = batch.opened;
  held.closes = batch.closes;
  held.arrives = std::min(fault.until, at + (fault.amount > 0 ? fault.amount : base::kSecond));
  held.add(batch.key(last), batch.value(last), last.timestamp_ms);
  batch.records.pop_back();
  lanes_[static_cast<std::size_t>(batch.partition)].held = &held;
  core_.schedule_for_all(held.arrives, *this, kReleaseHeld, &held);
}

// Puts the record that was held back behind the first of the next batch.
void ProducerState::bring(Batch& held, Batch& batch) {
  const Sending& record = held.records.front();
  batch.add(held.key(record), held.value(record), record.timestamp_ms);
  const auto second = batch.records.begin() + std::min<std::ptrdiff_t>(1, std::ssize(batch.records) - 1);
  std::rotate(second, batch.records.end() - 1, batch.records.end());
  held.arrived = true;
  recycle(held);
}

// No follower came: the record is appended where it is.
void ProducerState::release_held(Batch& held, Nanos at) {
  Lane& lane = lanes_[static_cast<std::size_t>(held.partition)];
  if (lane.held != &held || held.arrives != at) return;  // it has been swapped
  lane.held = nullptr;
  held.arrived = true;
  if (Partition* to = partition(held.partition)) {
    append(held, *to, at);
    core_.announce(*to, at + core_.options.network);
  } else {
    fail_records(held, Persisted::no, "unknown topic or partition", at);
  }
  finish_arrival(held, at);
}

}  // namespace freshet::cluster::loopback
