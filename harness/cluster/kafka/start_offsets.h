// Where a member goes on with partitions that it was just given: what its group has committed, else where
// its options say. auto.offset.reset=error (P4) leaves this to us, and the
// start offset has to be known before the first record (T6, L3). Nothing here waits.
#pragma once

#include <cstdint>
#include <string>

#include "harness/cluster/kafka/offsets.h"

namespace freshet::cluster {

class StartOffsets {
 public:
  // `questions` and `wake` must outlive this object.
  StartOffsets(OffsetQuestions& questions, base::Wake& wake, const MemberOptions& options)
      : questions_(questions),
        wake_(wake),
        group_(options.group),
        start_(options.start),
        read_committed_(options.read_committed) {}

  void begin(const rd_kafka_topic_partition_list_t* partitions);
  void cancel() { partitions_.reset(); }
  bool active() const { return partitions_ != nullptr; }

  // Takes the answer if it is to a question of ours.
  void take(const OffsetAnswer& answer, Nanos now);
  // Asks again what went unanswered, when it is time.
  void retry(Nanos now);
  // The partitions with their start offsets, once all are known; null before.
  PartitionList finished();
  // The group had committed nothing for it, as far as the last begin() goes (P4).
  bool had_no_offset(const char* topic, std::int32_t partition) const;

 private:
  void ask();
  void fill(const OffsetAnswer& answer);
  void start_at_offset();
  PartitionList unknown() const;
  std::int64_t question_of_log() const;

  OffsetQuestions& questions_;
  base::Wake& wake_;
  std::string group_;
  StartAt start_;
  bool read_committed_;
  PartitionList without_offset_;
  PartitionList partitions_;  // RD_KAFKA_OFFSET_INVALID = not known yet; null = nothing to find out
  bool committed_known_ = false;
  bool time_told_ = false;  // of those still unknown, nothing in the log is so young: they start at the end
  std::uint64_t question_ = 0;  // 0 = none is out
  Nanos retry_at_ = base::kNever;
};

}  // namespace freshet::cluster
