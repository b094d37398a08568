#include "harness/cluster/loopback/producer.h"

#include <fmt/format.h>

#include <algorithm>

namespace freshet::cluster::loopback {

using Fault = LoopbackFault::Kind;

void Batch::add(Bytes key, Bytes value, std::int64_t timestamp_ms) {
  Sending& s = records.emplace_back();
  s.at = static_cast<std::uint32_t>(bytes.size());
  s.key_size = static_cast<std::uint32_t>(key.size());
  s.value_size = static_cast<std::uint32_t>(value.size());
  s.timestamp_ms = timestamp_ms;
  bytes.insert(bytes.end(), key.begin(), key.end());
  bytes.insert(bytes.end(), value.begin(), value.end());
}

ProducerState::ProducerState(Core& core, const ProducerOptions& options, const ProducerSettings& settings,
                             base::Wake& wake)
    : bell(wake),
      core_(core),
      topic_name_(options.topic),
      settings_(settings),
      transactional_(!options.transactional_id.empty()),
      lanes_(static_cast<std::size_t>(std::max(options.partitions, 1))) {
  core_.bells.push_back(&bell);
}

Topic* ProducerState::topic() {
  if (topic_ && !topic_->deleted) return topic_;
  topic_ = core_.find_topic(topic_name_);
  if (topic_) topic_->producers.push_back(this);
  return topic_;
}

Partition* ProducerState::partition(std::int32_t index) {
  Topic* t = topic();
  const auto i = static_cast<std::size_t>(index);
  return t && i < t->partitions.size() ? &t->partitions[i] : nullptr;
}

// ---- The caller's side -----------------------------------------------------------------------------------

Sent ProducerState::send(std::int32_t partition_index, Bytes key, Bytes value, std::int64_t timestamp_ms,
                         Nanos now) {
  const std::size_t size = key.size() + value.size();
  if (refuses(partition_index, size)) return Sent::refused;
  if (unreported_ >= settings_.queue_messages || unreported_bytes_ + size > settings_.queue_bytes) {
    return Sent::queue_full;
  }
  Partition* to = partition(partition_index);
  if (to && !to->faults.none() && to->faults.hit(Fault::refuse, now)) {
    last_error_ = "refused by script";
    return Sent::refused;
  }
  Batch* batch = lanes_[static_cast<std::size_t>(partition_index)].open;
  if (!batch || batch->closes <= now) batch = &open_batch(partition_index, now);
  batch->add(key, value, timestamp_ms);
  ++unreported_;
  unreported_bytes_ += size;
  if (batch->records.size() >= settings_.batch_messages || batch->bytes.size() >= settings_.batch_bytes) {
    close_batch(*batch, now);
  }
  return Sent::accepted;
}

bool ProducerState::refuses(std::int32_t partition_index, std::size_t size) {
  if (partition_index < 0 || static_cast<std::size_t>(partition_index) >= lanes_.size()) {
    last_error_ = fmt::format("unknown partition {} of topic '{}', which has {}", partition_index,
                              topic_name_, lanes_.size());
  } else if (size > settings_.message_bytes) {
    last_error_ = fmt::format("a record of {} bytes is larger than message.max.bytes = {}", size,
                              settings_.message_bytes);
  } else if (transactional_ && (transaction_ == 0 || ending_)) {
    last_error_ = "no transaction is open";
  } else {
    return false;
  }
  return true;
}

std::optional<Report> ProducerState::poll(Nanos now) {
  if (reporting_ && reporting_->next == reporting_->records.size()) {
    if (reporting_->arrived) recycle(*reporting_);
    reporting_ = nullptr;
  } else if (reporting_ && reporting_->records[reporting_->next].report_at > now) {
    reports_.push(reporting_);
    reporting_ = nullptr;
  }
  if (!reporting_ && !reports_.empty()) {
    Batch* first = reports_.top();
    if (first->records[first->next].report_at <= now) {
      reports_.pop();
      reporting_ = first;
    }
  }
  if (!reporting_) {
    bell.at(std::min(next_report(), core_.next_for_all(now)));
    return std::nullopt;
  }
  const Sending& s = reporting_->records[reporting_->next++];
  --unreported_;
  unreported_bytes_ -= s.key_size + s.value_size;
  return Report{s.persisted, s.offset, reporting_->partition, reporting_->value(s), s.error};
}

Nanos ProducerState::next_report() const {
  Nanos next = reports_.empty() ? base::kNever : reports_.top()->records[reports_.top()->next].report_at;
  if (ended_) next = std::min(next, ended_at_);
  for (const Lane& lane : lanes_) {
    // Records time out in the order of their batches, so the reported ones are a prefix.
    const auto first = std::partition_point(lane.travelling.begin(), lane.travelling.end(),
                                            [](const Batch* b) { return b->reported; });
    if (first == lane.travelling.end()) continue;
    const Batch& batch = **first;
    const Nanos arrives = std::min(batch.arrives, batch.opened + settings_.message_timeout);
    next = std::min(next, arrives == batch.arrives ? arrives + core_.draw_ack(batch.order) : arrives);
  }
  return next;
}

Nanos ProducerState::next_visible(std::int32_t partition_index) const {
  const auto i = static_cast<std::size_t>(partition_index);
  if (i >= lanes_.size() || lanes_[i].travelling.empty()) return base::kNever;
  const Nanos arrives = lanes_[i].travelling.front()->arrives;
  return arrives == base::kNever ? arrives : arrives + core_.options.network;
}

void ProducerState::purge(Nanos now) {
  for (Lane& lane : lanes_) {
    std::deque<Batch*> still;
    for (Batch* batch : lane.travelling) {
      const bool sent = batch->closes <= now;
      if (!batch->reported) {
        fail_records(*batch, sent ? Persisted::possibly : Persisted::no, "purged", now);
      }
      if (sent) {
        still.push_back(batch);
      } else {
        batch->arrived = true;
        left_transaction(*batch, now);
      }
    }
    lane.travelling.swap(still);
    lane.open = nullptr;
    if (Batch* held = std::exchange(lane.held, nullptr)) {
      held->arrived = true;
      fail_records(*held, Persisted::possibly, "purged", now);
    }
  }
}

// What is on its way still arrives; an open transaction is aborted.
void ProducerState::retire(Nanos now) {
  if (transaction_ != 0 && !ending_) (void)end_transaction(false, now);
  std::erase(core_.bells, &bell);
  retired_ = true;
}

// ---- Batches on their way --------------------------------------------------------------------------------

Batch* ProducerState::fresh_batch() {
  if (free_.empty()) return batches_.emplace_back(std::make_unique<Batch>()).get();
  Batch* batch = free_.back();
  free_.pop_back();
  batch->arrived = batch->reported = false;
  batch->next = 0;
  batch->bytes.clear();
  batch->records.clear();
  return batch;
}

Batch& ProducerState::open_batch(std::int32_t partition_index, Nanos now) {
  Batch& batch = *fresh_batch();
  batch.order = core_.next_order();
  batch.partition = partition_index;
  batch.transaction = transaction_;
  batch.opened = now;
  batch.closes = now + settings_.linger;
  if (transaction_ != 0) ++to_arrive_;
  Lane& lane = lanes_[static_cast<std::size_t>(partition_index)];
  lane.open = &batch;
  lane.travelling.push_back(&batch);
  travel(batch);
  return batch;
}

void ProducerState::close_batch(Batch& batch, Nanos now) {
  Lane& lane = lanes_[static_cast<std::size_t>(batch.partition)];
  if (lane.open == &batch) lane.open = nullptr;
  if (batch.closes <= now) return;
  batch.closes = now;
  travel(batch);
}

// Sets when the batch arrives and tells those who wait for it. A timer set for an earlier guess is void.
void ProducerState::travel(Batch& batch) {
  batch.arrives = batch.closes + core_.options.network;
  core_.timeline.schedule(batch.arrives, batch.order, *this, kArrive, &batch);
  ring(batch.arrives + core_.draw_ack(batch.order));
  if (Partition* to = partition(batch.partition)) core_.announce(*to, batch.arrives + core_.options.network);
}

void ProducerState::fire(int kind, void* what, Nanos at) {
  Batch* batch = static_cast<Batch*>(what);
  switch (kind) {
    case kArrive:
      arrive(*batch, at);
      return;
    case kTimeout:
      if (!batch->arrived && !batch->reported && batch->opened + settings_.message_timeout == at) {
        fail_records(*batch, Persisted::possibly, "message timed out", at);
      }
      return;
    case kReleaseHeld:
      release_held(*batch, at);
      return;
    case kEndTransaction:
      finish_transaction(at);
      return;
    default:  // kNudge: only to have everyone look
      return;
  }
}

void ProducerState::arrive(Batch& batch, Nanos at) {
  if (batch.arrived || batch.arrives != at) return;  // the timer is void
  Lane& lane = lanes_[static_cast<std::size_t>(batch.partition)];
  if (lane.open == &batch) lane.open = nullptr;
  Partition* to = partition(batch.partition);
  if (to && put_off(batch, *to, at)) return;
  if (lane.travelling.front() != &batch) {
    // A void timer of the batch that used this memory before: those in front arrive at the same time.
    core_.timeline.schedule(at, batch.order, *this, kArrive, &batch);
    return;
  }
  lane.travelling.pop_front();
  batch.arrived = true;
  if (to) {
    if (!to->faults.none() && batch.transaction == 0) reorder(batch, *to, at);
    append(batch, *to, at);
  } else if (!batch.reported) {
    fail_records(batch, Persisted::no, "unknown topic or partition", at + core_.options.network);
  }
  finish_arrival(batch, at);
}

// A stalled partition takes nothing: the batch waits at its door, and its records may time out meanwhile.
bool ProducerState::put_off(Batch& batch, Partition& to, Nanos at) {
  if (to.faults.none()) return false;
  const Nanos until = to.faults.stalled_until(at);
  if (until == at) return false;
  batch.arrives = until;
  if (until != base::kNever) core_.timeline.schedule(until, batch.order, *this, kArrive, &batch);
  const Nanos timeout = batch.opened + settings_.message_timeout;
  if (!batch.reported && timeout < until) {
    core_.timeline.schedule(timeout, batch.order, *this, kTimeout, &batch);
    ring(timeout);
  }
  return true;
}

void ProducerState::finish_arrival(Batch& batch, Nanos at) {
  if (batch.next == batch.records.size() && &batch != reporting_) {
    recycle(batch);  // nothing in it, or all reported before it arrived
  } else if (!batch.reported) {
    batch.reported = true;
    if (retired_) {
      recycle(batch);
    } else {
      reports_.push(&batch);
      ring(batch.records[batch.next].report_at);
    }
  }
  left_transaction(batch, at);
}

void ProducerState::fail_records(Batch& batch, Persisted persisted, const char* error, Nanos at) {
  Lane& lane = lanes_[static_cast<std::size_t>(batch.partition)];
  lane.last_report = std::max(lane.last_report, at);
  for (Sending& s : batch.records) {
    s.persisted = persisted;
    s.error = error;
    s.report_at = lane.last_report;
  }
  if (batch.transaction != 0) failed_ = true;
  batch.reported = true;
  reports_.push(&batch);
  ring(lane.last_report);
}

}  // namespace freshet::cluster::loopback
