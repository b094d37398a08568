#include "harness/cluster/kafka/producer.h"

#include <fmt/format.h>

#include <array>

#include "harness/cluster/kafka/refusal.h"

namespace freshet::cluster {
namespace {

Persisted persisted_of(const rd_kafka_message_t& message) {
  switch (rd_kafka_message_status(&message)) {
    case RD_KAFKA_MSG_STATUS_PERSISTED:
      return Persisted::yes;
    case RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED:
      return Persisted::possibly;
    case RD_KAFKA_MSG_STATUS_NOT_PERSISTED:
      break;
  }
  return Persisted::no;
}

// A topic that was just made is known to the broker that was asked to; another one may learn of it a moment
// later. So often, and so many ms apart, it is asked.
constexpr int kTopicTries = 50;
constexpr int kBetweenTries = 100;

bool is_not_known_yet(const rd_kafka_metadata_t& metadata) {
  const auto error = metadata.topics[0].err;
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
}

}  // namespace

base::Result<std::unique_ptr<KafkaProducer>> KafkaProducer::make(const ProducerOptions& options,
                                                                 const Settings& settings,
                                                                 const std::string& address,
                                                                 Nanos set_up_timeout, base::Wake& wake,
                                                                 StatisticsInbox& statistics) {
  std::unique_ptr<KafkaProducer> made(new KafkaProducer(statistics, options.topic));
  auto client =
      make_client(RD_KAFKA_PRODUCER, settings,
                  RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS, made->complaints_);
  if (!client) return client.error();
  made->client_ = std::move(client).value();
  made->queue_.reset(rd_kafka_queue_get_main(made->client_.get()));
  made->topic_.reset(rd_kafka_topic_new(made->client_.get(), options.topic.c_str(), nullptr));
  if (!made->topic_) {
    return base::usage_error(
        fmt::format("topic '{}': {}", options.topic, rd_kafka_err2str(rd_kafka_last_error())));
  }
  if (auto status = made->await_topic(options, address, set_up_timeout); !status) return status.error();
  if (!options.transactional_id.empty()) {
    if (auto status = made->start_transactions(address, set_up_timeout); !status) return status.error();
    made->transactions_.emplace(made->client_.get(), wake);
  }
  wake_on_arrival(made->queue_.get(), wake);
  return made;
}

rd_kafka_resp_err_t KafkaProducer::ask_for_topic(Nanos timeout, MetadataAnswer& answer) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error = rd_kafka_metadata(client_.get(), 0, topic_.get(), &metadata, milliseconds(timeout));
  answer.reset(metadata);
  return error;
}

base::Status KafkaProducer::await_topic(const ProducerOptions& options, const std::string& address,
                                        Nanos timeout) {
  MetadataAnswer owned;
  auto error = ask_for_topic(timeout, owned);
  for (int tries = 1; tries < kTopicTries && error == RD_KAFKA_RESP_ERR_NO_ERROR && is_not_known_yet(*owned);
       ++tries) {
    const Queue nothing(rd_kafka_queue_new(client_.get()));
    const Event none(rd_kafka_queue_poll(nothing.get(), kBetweenTries));
    error = ask_for_topic(timeout, owned);
  }
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    drain_errors(queue_.get(), complaints_);
    const std::string why = complaints_.text();
    return base::cluster_error(
        fmt::format("no answer from {}: {}", address, why.empty() ? rd_kafka_err2str(error) : why));
  }
  const rd_kafka_metadata_topic_t& topic = owned->topics[0];
  if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return base::cluster_error(fmt::format("cannot produce to topic '{}' at {}: {}", options.topic, address,
                                           is_missing_right(topic.err)
                                               ? missing_right("Describe", topic_resource(options.topic))
                                               : rd_kafka_err2str(topic.err)));
  }
  if (topic.partition_cnt != options.partitions) {
    return base::cluster_error(fmt::format("topic '{}' at {} has {} partitions, expected {}", options.topic,
                                           address, topic.partition_cnt, options.partitions));
  }
  return base::Ok{};
}

base::Status KafkaProducer::start_transactions(const std::string& address, Nanos timeout) {
  const ClientError error(rd_kafka_init_transactions(client_.get(), milliseconds(timeout)));
  if (!error) return base::Ok{};
  return base::cluster_error(fmt::format("{} did not take the transactional id: {}", address,
                                         is_missing_right(rd_kafka_error_code(error.get()))
                                             ? missing_right("Write", "the transactional id")
                                             : rd_kafka_error_string(error.get())));
}

Sent KafkaProducer::refuse(std::string why) {
  const std::lock_guard lock(error_mutex_);
  last_error_ = std::move(why);
  return Sent::refused;
}

Sent KafkaProducer::send(std::int32_t partition, Bytes key, Bytes value, std::int64_t timestamp_ms) {
  if (partition < 0) return refuse("a partition is needed");
  // Counted first: the report may come before this call returns.
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  const auto error =
      rd_kafka_producev(client_.get(), RD_KAFKA_V_RKT(topic_.get()), RD_KAFKA_V_PARTITION(partition),
                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key.data(), key.size()),
                        RD_KAFKA_V_VALUE(const_cast<std::byte*>(value.data()), value.size()),
                        RD_KAFKA_V_TIMESTAMP(timestamp_ms), RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Sent::accepted;
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Sent::queue_full;
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    note_fatal_error();
    return Sent::refused;
  }
  return refuse(rd_kafka_err2str(error));
}

void KafkaProducer::note_fatal_error() {
  std::array<char, 512> text{};
  const auto error = rd_kafka_fatal_error(client_.get(), text.data(), text.size());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  refuse(text.data());
  // An idempotent producer asks for its identity first, which who may write to some topic may have.
  if (is_missing_right(error)) {
    note_refusal(missing_right(
        "Write", topic_resource(rd_kafka_topic_name(topic_.get())) + " (or IdempotentWrite on the cluster)"));
  }
}

void KafkaProducer::note_refusal(std::string right) {
  const std::lock_guard lock(error_mutex_);
  if (refusal_.empty()) refusal_ = std::move(right);
}

std::string KafkaProducer::refusal() const {
  const std::lock_guard lock(error_mutex_);
  return refusal_;
}

Report KafkaProducer::report(const rd_kafka_message_t& message) {
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
  Report report;
  report.persisted = persisted_of(message);
  report.offset = message.offset < 0 ? -1 : message.offset;
  report.partition = message.partition;
  report.value = {static_cast<const std::byte*>(message.payload), message.len};
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) report.error = rd_kafka_err2str(message.err);
  if (is_missing_right(message.err)) {
    note_refusal(missing_right("Write", topic_resource(rd_kafka_topic_name(topic_.get()))));
  }
  return report;
}

std::optional<Report> KafkaProducer::poll() {
  for (;;) {
    if (event_) {
      if (const auto* message = rd_kafka_event_message_next(event_.get())) return report(*message);
    }
    event_.reset();  // frees the messages, which makes room in the client's queue
    event_.reset(rd_kafka_queue_poll(queue_.get(), 0));
    if (!event_) return std::nullopt;
    take_other_event();
  }
}

void KafkaProducer::take_other_event() {
  const auto type = rd_kafka_event_type(event_.get());
  if (type == RD_KAFKA_EVENT_DR) return;
  if (type == RD_KAFKA_EVENT_STATS) statistics_.write(rd_kafka_event_stats(event_.get()));
  if (type == RD_KAFKA_EVENT_ERROR && rd_kafka_event_error_is_fatal(event_.get())) note_fatal_error();
  event_.reset();
}

std::string KafkaProducer::last_error() const {
  const std::lock_guard lock(error_mutex_);
  return last_error_;
}

base::Status KafkaProducer::begin_transaction() {
  if (!transactions_) return base::usage_error("the producer is not transactional");
  return transactions_->begin();
}

base::Status KafkaProducer::send_offsets(const std::string& group, const std::string& topic,
                                         std::int32_t partition, std::int64_t next_offset) {
  if (!transactions_) return base::usage_error("the producer is not transactional");
  return transactions_->send_offsets(group, topic, partition, next_offset);
}

base::Status KafkaProducer::end_transaction(bool commit) {
  if (!transactions_) return base::usage_error("the producer is not transactional");
  return transactions_->end(commit);
}

std::optional<TransactionEnded> KafkaProducer::poll_transaction() {
  return transactions_ ? transactions_->poll() : std::nullopt;
}

void KafkaProducer::purge() {
  rd_kafka_purge(client_.get(),
                 RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
}

}  // namespace freshet::cluster
