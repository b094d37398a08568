// A librdkafka producer for one topic.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "harness/cluster/kafka/handle.h"
#include "harness/cluster/kafka/statistics.h"
#include "harness/cluster/kafka/transaction.h"

namespace freshet::cluster {

class KafkaProducer final : public Producer {
 public:
  // Waits, at most `set_up_timeout`, until the topic is known to have `options.partitions` and the
  // transactional id is ours. `settings`: all of them, complete. `statistics` must outlive the producer.
  static base::Result<std::unique_ptr<KafkaProducer>> make(const ProducerOptions& options,
                                                           const Settings& settings,
                                                           const std::string& address, Nanos set_up_timeout,
                                                           base::Wake& wake, StatisticsInbox& statistics);

  Sent send(std::int32_t partition, Bytes key, Bytes value, std::int64_t timestamp_ms) override;
  std::optional<Report> poll() override;
  std::size_t in_flight() const override { return in_flight_.load(std::memory_order_relaxed); }
  std::string last_error() const override;
  std::string refusal() const override;

  base::Status begin_transaction() override;
  base::Status send_offsets(const std::string& group, const std::string& topic, std::int32_t partition,
                            std::int64_t next_offset) override;
  base::Status end_transaction(bool commit) override;
  std::optional<TransactionEnded> poll_transaction() override;

  void purge() override;

  rd_kafka_t* client() const { return client_.get(); }

 private:
  KafkaProducer(StatisticsInbox& statistics, const std::string& topic)
      : statistics_(statistics, ClientStatistics::Kind::producer, topic) {}

  Sent refuse(std::string why);
  Report report(const rd_kafka_message_t& message);
  void note_fatal_error();
  void note_refusal(std::string right);
  void take_other_event();
  using MetadataAnswer = std::unique_ptr<const rd_kafka_metadata_t, Destroy<rd_kafka_metadata_destroy>>;
  rd_kafka_resp_err_t ask_for_topic(Nanos timeout, MetadataAnswer& answer);
  base::Status await_topic(const ProducerOptions& options, const std::string& address, Nanos timeout);
  base::Status start_transactions(const std::string& address, Nanos timeout);

  StatisticsOutlet statistics_;
  Complaints complaints_;
  Client client_;
  Topic topic_;
  Queue queue_;
  Event event_;  // the reports being handed out; their messages live as long as it does
  std::optional<Transactions> transactions_;
  std::atomic<std::size_t> in_flight_{0};
  mutable std::mutex error_mutex_;
  std::string last_error_;
  std::string refusal_;
};

}  // namespace freshet::cluster
