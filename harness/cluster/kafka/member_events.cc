// What comes to a member: librdkafka's events and the answers to its questions, as MemberEvents.
#include "harness/cluster/kafka/member.h"

#include <fmt/format.h>

#include "harness/cluster/kafka/refusal.h"

namespace freshet::cluster {
namespace {

constexpr Nanos kWatermarkTimeout = 2 * base::kSecond;

Bytes bytes_of(const void* data, std::size_t size) {
  return {static_cast<const std::byte*>(data), size};
}

}  // namespace

std::optional<MemberEvent> KafkaMember::poll() {
  event_.reset();
  if (given_back_) let_go();
  for (;;) {
    take_answers();
    if (!ready_.empty()) {
      MemberEvent event = std::move(ready_.front());
      ready_.pop_front();
      return event;
    }
    event_.reset(rd_kafka_queue_poll(queue_.get(), 0));
    if (!event_) return std::nullopt;
    if (auto event = translate()) return event;
  }
}

std::optional<MemberEvent> KafkaMember::translate() {
  switch (rd_kafka_event_type(event_.get())) {
    case RD_KAFKA_EVENT_FETCH:
      return record();
    case RD_KAFKA_EVENT_REBALANCE:
      return rebalance();
    case RD_KAFKA_EVENT_ERROR:
      return error();
    case RD_KAFKA_EVENT_OFFSET_COMMIT: {
      const auto code = rd_kafka_event_error(event_.get());
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET) return std::nullopt;
      return MemberError{false, std::string("commit: ") + rd_kafka_err2str(code)};
    }
    case RD_KAFKA_EVENT_STATS:
      statistics_.write(rd_kafka_event_stats(event_.get()));
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<MemberEvent> KafkaMember::record() {
  const auto* message = rd_kafka_event_message_next(event_.get());
  if (message == nullptr) return std::nullopt;
  const auto at = place_of(message->rkt, message->partition);
  Partition* partition = at ? owned(*at) : nullptr;
  if (partition == nullptr) return std::nullopt;
  partition->position = message->offset + 1;
  rd_kafka_timestamp_type_t type{};
  return Record{*at, message->offset, rd_kafka_message_timestamp(message, &type),
                bytes_of(message->key, message->key_len), bytes_of(message->payload, message->len)};
}

std::optional<MemberEvent> KafkaMember::error() {
  const auto code = rd_kafka_event_error(event_.get());
  if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF || code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
    const std::unique_ptr<rd_kafka_topic_partition_t, Destroy<rd_kafka_topic_partition_destroy>> of(
        rd_kafka_event_topic_partition(event_.get()));
    const auto at = of ? place_of(of->topic, of->partition) : std::nullopt;
    if (!at || owned(*at) == nullptr) return std::nullopt;
    if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF) return end_of(*at, of->offset);
    ask_watermarks(*at, of->offset);
    return std::nullopt;
  }
  if (is_missing_right(code)) return MemberError{false, right_missing_for(code), true};
  return MemberError{rd_kafka_event_error_is_fatal(event_.get()) != 0,
                     rd_kafka_event_error_string(event_.get())};
}

std::string KafkaMember::right_missing_for(rd_kafka_resp_err_t code) const {
  if (code != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    const std::string_view text = rd_kafka_event_error_string(event_.get());
    const bool found = text.find("FindCoordinator") == std::string_view::npos;
    return missing_right(found ? "Read" : "Describe (which Read brings)", group_resource(options_.group));
  }
  const std::unique_ptr<rd_kafka_topic_partition_t, Destroy<rd_kafka_topic_partition_destroy>> of(
      rd_kafka_event_topic_partition(event_.get()));
  if (of) return missing_right("Read", topic_resource(of->topic));
  return missing_right("Read", fmt::format("one of the topics {}", fmt::join(options_.topics, ", ")));
}

std::optional<MemberEvent> KafkaMember::end_of(TopicPartition from, std::int64_t offset) {
  // Never backwards: the end is told by the fetch that found nothing, the position by what was handed out.
  Partition* partition = owned(from);
  partition->position = std::max(partition->position, offset);
  return End{from, offset};
}

// ---- Outside the log (P4) --------------------------------------------------------------------------------

void KafkaMember::ask_watermarks(TopicPartition from, std::int64_t position) {
  owned(from)->dead = true;
  OpenReset open;
  open.reset.from = from;
  open.reset.position = position;
  const PartitionList list = list_of({from});
  list->elems[0].offset = RD_KAFKA_OFFSET_SPEC_EARLIEST;
  open.low_question = questions_.list(list.get(), false, kWatermarkTimeout);
  list->elems[0].offset = RD_KAFKA_OFFSET_SPEC_LATEST;
  open.high_question = questions_.list(list.get(), false, kWatermarkTimeout);
  resets_.push_back(open);
}

void KafkaMember::take_watermark(const OffsetAnswer& answer) {
  const std::int64_t offset = answer.offsets.empty() ? -1 : answer.offsets.front().offset;
  for (OpenReset& open : resets_) {
    if (open.low_question == answer.question) {
      open.low_question = 0;
      open.reset.low_watermark = offset;
    } else if (open.high_question == answer.question) {
      open.high_question = 0;
      open.reset.high_watermark = offset;
    }
  }
  std::erase_if(resets_, [this](const OpenReset& open) {
    const bool complete = open.low_question == 0 && open.high_question == 0;
    if (complete) ready_.push_back(open.reset);
    return complete;
  });
}

void KafkaMember::take_answers() {
  while (const auto answer = questions_.poll()) {
    start_.take(*answer, clock_.now());
    take_watermark(*answer);
  }
  if (!start_.active()) return;
  start_.retry(clock_.now());
  if (PartitionList partitions = start_.finished()) start_assigned(std::move(partitions));
}

}  // namespace freshet::cluster
