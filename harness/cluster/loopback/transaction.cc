// A producer's transactions: records become readable to read_committed members with the marker that ends
// them.
#include <algorithm>

#include "harness/cluster/loopback/group.h"
#include "harness/cluster/loopback/producer.h"

namespace freshet::cluster::loopback {

base::Status ProducerState::begin_transaction() {
  if (!transactional_) return base::usage_error("the producer was made without a transactional id");
  if (transaction_ != 0) return base::usage_error("a transaction is open already");
  transaction_ = core_.open_transaction();
  ending_ = failed_ = false;
  to_arrive_ = 0;
  touched_.clear();
  offsets_.clear();
  return base::Ok{};
}

base::Status ProducerState::send_offsets(const std::string& group, const std::string& topic,
                                         std::int32_t partition_index, std::int64_t next_offset) {
  if (transaction_ == 0 || ending_) return base::usage_error("no transaction is open");
  offsets_.push_back({group, topic, partition_index, next_offset});
  return base::Ok{};
}

base::Status ProducerState::end_transaction(bool commit, Nanos now) {
  if (transaction_ == 0 || ending_) return base::usage_error("no transaction is open");
  ending_ = true;
  commit_ = commit;
  Nanos last = now;
  for (Lane& lane : lanes_) {  // what lingers is sent at once
    if (lane.open) close_batch(*lane.open, now);
    if (!lane.travelling.empty()) last = std::max(last, lane.travelling.back()->arrives);
  }
  if (to_arrive_ == 0) {
    core_.schedule_for_all(now + core_.options.network, *this, kEndTransaction);
  } else if (last != base::kNever) {
    core_.schedule_for_all(last, *this, kNudge);
  }
  return base::Ok{};
}

void ProducerState::join_transaction(Batch& batch, Partition& to) {
  const auto has = [&](const OpenTransaction& t) { return t.id == batch.transaction; };
  if (std::ranges::any_of(to.transactions, has)) return;
  to.transactions.push_back({batch.transaction, to.log.next(), -1});
  touched_.push_back(batch.partition);
}

void ProducerState::left_transaction(const Batch& batch, Nanos at) {
  if (batch.transaction == 0 || batch.transaction != transaction_) return;
  if (--to_arrive_ == 0 && ending_) {
    core_.schedule_for_all(at + core_.options.network, *this, kEndTransaction);
  }
}

void ProducerState::finish_transaction(Nanos at) {
  const bool commit = commit_ && !failed_;
  core_.transaction(transaction_) = commit ? TransactionState::committed : TransactionState::aborted;
  for (const std::int32_t index : touched_) mark_transaction(index, at);
  if (commit) {
    for (const Offsets& o : offsets_) core_.group(o.group).commit(o.topic, o.partition, o.next_offset);
  }
  transaction_ = 0;
  ending_ = false;
  ended_ = TransactionEnded{commit, commit == commit_ ? "" : "a record of the transaction was not persisted"};
  ended_at_ = at + core_.draw_ack(core_.next_order());
  ring(ended_at_);
}

// The control record takes an offset and is never seen.
void ProducerState::mark_transaction(std::int32_t index, Nanos at) {
  Partition* to = partition(index);
  if (!to) return;
  const std::int64_t marker = to->log.skip();
  to->log.publish(at + core_.options.network);
  for (OpenTransaction& t : to->transactions) {
    if (t.id == transaction_) t.marker = marker;
  }
  core_.announce(*to, at + core_.options.network);
}

std::optional<TransactionEnded> ProducerState::poll_transaction(Nanos now) {
  if (!ended_ || ended_at_ > now) return std::nullopt;
  auto ended = std::move(ended_);
  ended_.reset();
  return ended;
}

}  // namespace freshet::cluster::loopback
