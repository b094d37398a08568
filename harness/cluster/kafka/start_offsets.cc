#include "harness/cluster/kafka/start_offsets.h"

#include <algorithm>
#include <span>

namespace freshet::cluster {
namespace {

constexpr Nanos kAnswerTimeout = 5 * base::kSecond;
constexpr Nanos kRetryAfter = 100 * base::kMillisecond;

std::span<rd_kafka_topic_partition_t> elements(const PartitionList& list) {
  return {list->elems, static_cast<std::size_t>(list->cnt)};
}

bool is_unknown(const rd_kafka_topic_partition_t& partition) {
  return partition.offset < 0;
}

}  // namespace

void StartOffsets::begin(const rd_kafka_topic_partition_list_t* partitions) {
  partitions_.reset(rd_kafka_topic_partition_list_copy(partitions));
  for (auto& partition : elements(partitions_)) partition.offset = RD_KAFKA_OFFSET_INVALID;
  committed_known_ = time_told_ = false;
  without_offset_.reset();
  ask();
}

// What ListOffsets is asked for; a time stands for itself.
std::int64_t StartOffsets::question_of_log() const {
  switch (start_.from) {
    case StartAt::From::beginning:
      return RD_KAFKA_OFFSET_SPEC_EARLIEST;
    case StartAt::From::time:
      return time_told_ ? std::int64_t{RD_KAFKA_OFFSET_SPEC_LATEST} : std::max<std::int64_t>(start_.at, 0);
    default:
      return RD_KAFKA_OFFSET_SPEC_LATEST;
  }
}

PartitionList StartOffsets::unknown() const {
  PartitionList list = new_partition_list(static_cast<std::size_t>(partitions_->cnt));
  for (const auto& partition : elements(partitions_)) {
    if (!is_unknown(partition)) continue;
    rd_kafka_topic_partition_list_add(list.get(), partition.topic, partition.partition)->offset =
        question_of_log();
  }
  return list;
}

void StartOffsets::ask() {
  retry_at_ = base::kNever;
  const PartitionList list = unknown();
  if (list->cnt == 0) {
    question_ = 0;
  } else if (committed_known_) {
    question_ = questions_.list(list.get(), read_committed_, kAnswerTimeout);
  } else {
    for (auto& partition : elements(list)) partition.offset = RD_KAFKA_OFFSET_INVALID;
    question_ = questions_.committed(group_, list.get(), read_committed_, kAnswerTimeout);
  }
}

void StartOffsets::fill(const OffsetAnswer& answer) {
  for (const PartitionOffset& told : answer.offsets) {
    auto* partition =
        rd_kafka_topic_partition_list_find(partitions_.get(), told.topic.c_str(), told.partition);
    if (partition != nullptr && told.error.empty() && told.offset >= 0) partition->offset = told.offset;
  }
}

// Needs no answer.
void StartOffsets::start_at_offset() {
  if (start_.from != StartAt::From::offset) return;
  for (auto& partition : elements(partitions_)) {
    if (is_unknown(partition)) partition.offset = start_.at;
  }
}

void StartOffsets::take(const OffsetAnswer& answer, Nanos now) {
  if (!active() || answer.question != question_) return;
  question_ = 0;
  const bool whole =
      answer.error.empty() && std::all_of(answer.offsets.begin(), answer.offsets.end(),
                                          [](const auto& offset) { return offset.error.empty(); });
  // A committed offset that was not told must not be taken for one that does not exist.
  if (whole || committed_known_) fill(answer);
  if (whole) {
    time_told_ = committed_known_;
    if (!committed_known_) without_offset_ = unknown();
    committed_known_ = true;
    start_at_offset();
    ask();
  } else {
    retry_at_ = now + kRetryAfter;
    wake_.at(retry_at_);
  }
}

void StartOffsets::retry(Nanos now) {
  if (active() && now >= retry_at_) ask();
}

bool StartOffsets::had_no_offset(const char* topic, std::int32_t partition) const {
  return without_offset_ && rd_kafka_topic_partition_list_find(without_offset_.get(), topic, partition);
}

PartitionList StartOffsets::finished() {
  if (!active() || question_ != 0 || retry_at_ != base::kNever) return nullptr;
  return std::move(partitions_);
}

}  // namespace freshet::cluster
