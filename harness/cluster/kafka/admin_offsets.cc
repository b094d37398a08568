// The parts of administration that ask for offsets.
#include <fmt/format.h>

#include "harness/cluster/kafka/admin.h"

namespace freshet::cluster {
namespace {

PartitionList all_partitions(const std::string& topic, int partitions, std::int64_t offset) {
  PartitionList list = new_partition_list(static_cast<std::size_t>(partitions));
  for (std::int32_t i = 0; i < partitions; ++i) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), i)->offset = offset;
  }
  return list;
}

// A role of its own for one blocking question: its answer must not wake or disturb the role's own.
class NoWake final : public base::Wake {
 public:
  void at(Nanos /*t*/) override {}
};

}  // namespace

base::Result<std::vector<std::int64_t>> KafkaAdmin::committed(const std::string& group,
                                                              const std::string& topic, int partitions,
                                                              Timeout timeout) {
  constexpr const char* kWhat = "reading committed offsets";
  const Nanos deadline = clock_.now() + timeout;
  const PartitionList list = all_partitions(topic, partitions, RD_KAFKA_OFFSET_INVALID);
  quiet_.complaints.clear();
  for (;;) {
    NoWake nobody;
    OffsetQuestions question(client(), nobody);
    // Only stable ones: the end of a transaction is told before its offsets count.
    question.committed(group, list.get(), true, deadline - clock_.now());
    const auto answer = question.wait(deadline - clock_.now());
    if (!answer) return unanswered(kWhat, fmt::format("no answer within {} ms", milliseconds(timeout)));
    if (!answer->error.empty() && !answer->transient) return unanswered(kWhat, answer->error);
    std::vector<std::int64_t> offsets(static_cast<std::size_t>(partitions), -1);
    bool again = answer->transient;
    for (const PartitionOffset& told : answer->offsets) {
      again = again || told.transient;
      if (!told.error.empty() && !told.transient) return unanswered(kWhat, told.error);
      const auto index = static_cast<std::size_t>(told.partition);
      if (told.topic == topic && index < offsets.size()) offsets[index] = told.offset;
    }
    if (!again) return offsets;
    if (!rest(deadline))
      return unanswered(kWhat, "the group's coordinator is not ready or a transaction has not ended");
  }
}

void KafkaAdmin::request_end_offsets(const std::string& topic, int partitions, Timeout timeout) {
  EndRequest request;
  for (std::int32_t i = 0; i < partitions; ++i) {
    request.ends.push_back({.topic = topic, .partition = i, .high_watermark = -1, .last_stable = -1});
  }
  const PartitionList list = all_partitions(topic, partitions, RD_KAFKA_OFFSET_SPEC_LATEST);
  request.high_question = questions_.list(list.get(), false, timeout);
  request.stable_question = questions_.list(list.get(), true, timeout);
  requests_.push_back(std::move(request));
}

std::optional<std::vector<EndOffsets>> KafkaAdmin::poll_end_offsets() {
  while (const auto answer = questions_.poll()) {
    for (EndRequest& request : requests_) {
      const bool high = request.high_question == answer->question;
      if (!high && request.stable_question != answer->question) continue;
      (high ? request.high_question : request.stable_question) = 0;
      for (const PartitionOffset& told : answer->offsets) {
        EndOffsets& ends = request.ends[static_cast<std::size_t>(told.partition)];
        (high ? ends.high_watermark : ends.last_stable) = told.offset;
      }
    }
  }
  // A later request may be answered first, where the earlier one has to find a leader: it waits its turn.
  if (requests_.empty() || requests_.front().high_question != 0 || requests_.front().stable_question != 0)
    return std::nullopt;
  auto ends = std::move(requests_.front().ends);
  requests_.erase(requests_.begin());
  return ends;
}

}  // namespace freshet::cluster
