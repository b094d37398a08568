// Questions about offsets that a role may ask: they go out on a client instance that does not fetch (behind a
// waiting fetch an answer would take up to fetch.wait.max.ms) and the answers are polled.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/cluster/kafka/handle.h"

namespace freshet::cluster {

struct PartitionOffset {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = -1;  // -1: none committed, or not told
  std::string error;         // "" = answered
  bool transient = false;    // worth asking again
};

struct OffsetAnswer {
  std::uint64_t question = 0;
  std::vector<PartitionOffset> offsets;
  std::string error;  // the whole question failed; "" otherwise
  bool transient = false;
};

// Of one role; not thread-safe.
class OffsetQuestions {
 public:
  // Both must outlive this object.
  OffsetQuestions(rd_kafka_t* client, base::Wake& wake);

  // Each returns a number that the answer carries. Answers come in any order. `partitions` of list(): each
  // one's offset says what is asked, RD_KAFKA_OFFSET_SPEC_EARLIEST or _LATEST, or a time in ms: then the
  // answer is the first record of that time or later, without an error -1 when there is none.
  std::uint64_t committed(const std::string& group, const rd_kafka_topic_partition_list_t* partitions,
                          bool only_stable, Nanos timeout);
  std::uint64_t list(const rd_kafka_topic_partition_list_t* partitions, bool read_committed, Nanos timeout);

  std::optional<OffsetAnswer> poll() { return next(0); }
  // For set-up: waits for the next answer.
  std::optional<OffsetAnswer> wait(Nanos timeout) { return next(milliseconds(timeout)); }

 private:
  std::optional<OffsetAnswer> next(int timeout_ms);
  AdminOptions options(rd_kafka_admin_op_t operation, Nanos timeout);

  rd_kafka_t* client_;
  Queue queue_;
  std::uint64_t last_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace freshet::cluster
