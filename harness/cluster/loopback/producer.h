// The producing side: batches that linger, travel, are appended and reported; a queue limit over the handle.
#pragma once

#include <deque>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "harness/cluster/loopback/core.h"

namespace freshet::cluster::loopback {

// A record on its way, within its batch.
struct Sending {
  std::uint32_t at = 0;  // where its key begins in the batch's bytes; the value follows
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;
  std::int64_t timestamp_ms = 0;
  std::int64_t offset = -1;
  Nanos report_at = base::kNever;
  Persisted persisted = Persisted::yes;
  const char* error = "";
};

struct Batch {
  std::uint64_t order = 0;  // among all batches, by opening
  std::int32_t partition = 0;
  std::uint32_t transaction = 0;
  Nanos opened = 0, closes = 0, arrives = 0;
  bool arrived = false;
  bool reported = false;  // its reports are under way or done
  std::size_t next = 0;   // the record to report next
  std::vector<std::byte> bytes;
  std::vector<Sending> records;

  Bytes key(const Sending& s) const { return {bytes.data() + s.at, s.key_size}; }
  Bytes value(const Sending& s) const { return {bytes.data() + s.at + s.key_size, s.value_size}; }
  void add(Bytes key, Bytes value, std::int64_t timestamp_ms);
};

// Settings of a real client that matter here.
struct ProducerSettings {
  Nanos linger = 0;
  std::size_t batch_messages = 10'000;
  std::size_t batch_bytes = 1'000'000;
  std::size_t message_bytes = 1'000'000;
  std::size_t queue_messages = 0;
  std::size_t queue_bytes = 0;
  Nanos message_timeout = 300 * base::kSecond;
};

// Every method REQUIRES the Core's lock and that the timeline was advanced to `now`.
class ProducerState final : public Timed {
 public:
  ProducerState(Core& core, const ProducerOptions& options, const ProducerSettings& settings,
                base::Wake& wake);

  Sent send(std::int32_t partition, Bytes key, Bytes value, std::int64_t timestamp_ms, Nanos now);
  std::optional<Report> poll(Nanos now);
  void purge(Nanos now);
  void retire(Nanos now);  // its object is gone: what is on its way still arrives

  base::Status begin_transaction();
  base::Status send_offsets(const std::string& group, const std::string& topic, std::int32_t partition,
                            std::int64_t next_offset);
  base::Status end_transaction(bool commit, Nanos now);
  std::optional<TransactionEnded> poll_transaction(Nanos now);

  std::size_t in_flight() const { return unreported_; }
  const std::string& last_error() const { return last_error_; }
  // The earliest time at which something of this producer may be fetched from the partition.
  Nanos next_visible(std::int32_t partition) const;

  void fire(int kind, void* what, Nanos at) override;

  Bell bell;

 private:
  enum Timer { kArrive, kTimeout, kReleaseHeld, kEndTransaction, kNudge };
  struct Lane {
    Batch* open = nullptr;
    std::deque<Batch*> travelling;  // in order; the last may still be open
    Batch* held = nullptr;          // one record that a reorder fault keeps back
    Nanos last_report = 0;          // reports of a partition keep their order
  };
  struct LaterReport {
    bool operator()(const Batch* a, const Batch* b) const {
      const Nanos x = a->records[a->next].report_at, y = b->records[b->next].report_at;
      return x != y ? x > y : a->order > b->order;
    }
  };
  struct Offsets {
    std::string group, topic;
    std::int32_t partition;
    std::int64_t next_offset;
  };

  bool refuses(std::int32_t partition, std::size_t size);
  Topic* topic();
  Partition* partition(std::int32_t index);  // nullptr: the topic or the partition is unknown
  void ring(Nanos t) {
    if (!retired_) bell.at(t);
  }

  Batch* fresh_batch();
  void recycle(Batch& batch) { free_.push_back(&batch); }
  Batch& open_batch(std::int32_t partition, Nanos now);
  void close_batch(Batch& batch, Nanos now);
  void travel(Batch& batch);
  void arrive(Batch& batch, Nanos at);
  bool put_off(Batch& batch, Partition& to, Nanos at);
  void finish_arrival(Batch& batch, Nanos at);
  void fail_records(Batch& batch, Persisted persisted, const char* error, Nanos at);
  Nanos next_report() const;

  void append(Batch& batch, Partition& to, Nanos at);  // append.cc
  Nanos put(Batch& batch, Sending& record, Partition& to, Nanos at, Nanos ack);
  void reorder(Batch& batch, Partition& to, Nanos at);
  void hold_back(Batch& batch, const LoopbackFault& fault, Nanos at);
  void bring(Batch& held, Batch& batch);
  void release_held(Batch& held, Nanos at);

  void join_transaction(Batch& batch, Partition& to);  // transaction.cc
  void left_transaction(const Batch& batch, Nanos at);
  void finish_transaction(Nanos at);
  void mark_transaction(std::int32_t index, Nanos at);

  Core& core_;
  const std::string topic_name_;
  const ProducerSettings settings_;
  const bool transactional_;
  bool retired_ = false;
  Topic* topic_ = nullptr;
  std::vector<Lane> lanes_;

  std::vector<std::unique_ptr<Batch>> batches_;
  std::vector<Batch*> free_;
  std::priority_queue<Batch*, std::vector<Batch*>, LaterReport> reports_;
  Batch* reporting_ = nullptr;  // out of reports_, its next record is due or it is spent
  std::size_t unreported_ = 0, unreported_bytes_ = 0;
  std::string last_error_;

  std::uint32_t transaction_ = 0;  // 0: none is open
  bool ending_ = false, commit_ = false, failed_ = false;
  std::size_t to_arrive_ = 0;  // batches of the open transaction on their way
  std::vector<std::int32_t> touched_;
  std::vector<Offsets> offsets_;
  std::optional<TransactionEnded> ended_;
  Nanos ended_at_ = 0;
};

}  // namespace freshet::cluster::loopback
