// Administration over librdkafka's Admin API.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/cluster/kafka/handle.h"
#include "harness/cluster/kafka/offsets.h"

namespace freshet::cluster {

// A client instance that neither produces nor fetches; its answers wait behind nothing. Shared, thread-safe.
struct QuietClient {
  Complaints complaints;
  Client client;
  Queue errors;  // of the client as a whole
};

class KafkaAdmin final : public Admin {
 public:
  // All must outlive this object.
  KafkaAdmin(QuietClient& quiet, std::string address, const base::Clock& clock, base::Wake& wake)
      : quiet_(quiet), address_(std::move(address)), clock_(clock), questions_(quiet.client.get(), wake) {}

  base::Result<ClusterDescription> describe_cluster(Timeout timeout) override;
  base::Status create_topic(const TopicSpec& topic, Timeout timeout) override;
  base::Result<std::optional<TopicDescription>> describe_topic(const std::string& name,
                                                               Timeout timeout) override;
  base::Result<std::vector<ListedTopic>> list_topics(Timeout timeout) override;
  base::Result<std::vector<ListedGroup>> list_groups(Timeout timeout) override;
  base::Status delete_topics(const std::vector<std::string>& names, Timeout timeout) override;
  base::Status delete_groups(const std::vector<std::string>& names, Timeout timeout) override;
  base::Result<std::vector<std::int64_t>> committed(const std::string& group, const std::string& topic,
                                                    int partitions, Timeout timeout) override;

  void request_end_offsets(const std::string& topic, int partitions, Timeout timeout) override;
  std::optional<std::vector<EndOffsets>> poll_end_offsets() override;

 private:
  // Two questions, for the high watermark and the last stable offset.
  struct EndRequest {
    std::vector<EndOffsets> ends;
    std::uint64_t high_question = 0, stable_question = 0;  // 0 = answered
  };

  rd_kafka_t* client() const { return quiet_.client.get(); }
  // Sends what `send(options, queue)` sends and waits for its answer until `deadline`.
  template <class Send>
  base::Result<Event> ask(const char* what, rd_kafka_admin_op_t operation, Nanos deadline, Send send);
  // The answer in `queue`, or none by `deadline`; earlier when `trouble` says why none will come.
  Event answer(rd_kafka_queue_t* queue, Nanos deadline, std::string_view& trouble);
  base::Error unanswered(const char* what, std::string_view why) const;
  base::Error refused(const char* what, const std::string& right) const;
  // Between two attempts; false when the time is over.
  bool rest(Nanos deadline) const;
  base::Result<Settings> config_of(rd_kafka_ResourceType_t type, const std::string& name, Nanos deadline);
  // Partitions and replication, without the configuration; partitions = 0 while a partition has no leader.
  base::Result<std::optional<TopicDescription>> shape_of(const std::string& name, Nanos deadline);

  QuietClient& quiet_;
  std::string address_;
  const base::Clock& clock_;
  OffsetQuestions questions_;
  std::vector<EndRequest> requests_;  // oldest first
};

}  // namespace freshet::cluster
