// A librdkafka consumer that is a member of a group.
//
// Everything it learns comes through one event queue, so assignment changes stand in order with the records,
// and polling that queue is what keeps the member in its group (max.poll.interval.ms).
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/cluster/kafka/handle.h"
#include "harness/cluster/kafka/offsets.h"
#include "harness/cluster/kafka/start_offsets.h"
#include "harness/cluster/kafka/statistics.h"

namespace freshet::cluster {

// pause() makes librdkafka drop what it has fetched ahead; resume() fetches it again from the position. A
// member whose waiting queue is full for moments only does better not to poll (T3).
class KafkaMember final : public Member {
 public:
  // `settings`: all of them, complete. `questions_client` is a client instance that does not fetch;
  // it and `statistics` must outlive the member.
  static base::Result<std::unique_ptr<KafkaMember>> make(const MemberOptions& options,
                                                         const Settings& settings,
                                                         rd_kafka_t* questions_client,
                                                         const base::Clock& clock, base::Wake& wake,
                                                         StatisticsInbox& statistics);

  // A member that was not closed may have a commit under way, for whose answer the library waits up to
  // socket.timeout.ms. Such a client is left to end by itself: this returns within kPatience.
  ~KafkaMember() override;
  static constexpr Nanos kPatience = 2 * base::kSecond;

  std::optional<MemberEvent> poll() override;
  void pause() override;
  void resume() override;
  void store(TopicPartition from, std::int64_t next_offset) override;
  void commit() override;
  void seek(TopicPartition from, std::int64_t offset) override;
  void close() override;
  bool closed() const override;
  void abandon() override;

  rd_kafka_t* client() const { return client_.get(); }

 private:
  struct Partition {
    bool owned = false;  // announced by Assigned, not let go yet
    bool dead = false;   // its fetch ended with a Reset
    std::int64_t position = 0;
    std::int64_t stored = -1;  // -1: nothing stored in this assignment
  };
  struct SubscribedTopic {
    std::string name;
    Topic handle;
    std::vector<Partition> partitions;  // by number; grows
  };
  struct GivenBack {
    PartitionList partitions;
    bool lost = false;
  };
  struct OpenReset {
    Reset reset;
    std::uint64_t low_question = 0, high_question = 0;  // 0 = answered
  };

  KafkaMember(const MemberOptions& options, rd_kafka_t* questions_client, const base::Clock& clock,
              base::Wake& wake, StatisticsInbox& statistics);
  base::Status subscribe();
  // Destroys the client on a thread of its own; `done` tells `ended`.
  void let_end(std::shared_ptr<base::EventWake> ended, std::shared_ptr<std::atomic<bool>> done);

  std::optional<MemberEvent> translate();
  std::optional<MemberEvent> record();
  std::optional<MemberEvent> error();
  std::string right_missing_for(rd_kafka_resp_err_t code) const;
  std::optional<MemberEvent> end_of(TopicPartition from, std::int64_t offset);
  std::optional<MemberEvent> rebalance();
  std::optional<MemberEvent> gave_back(PartitionList partitions);
  void ask_watermarks(TopicPartition from, std::int64_t position);
  void take_answers();
  void take_watermark(const OffsetAnswer& answer);
  void start_assigned(PartitionList partitions);
  void take_on(const rd_kafka_topic_partition_list_t* partitions);
  void let_go();
  void answer_for_good();
  void forget_stored(const rd_kafka_topic_partition_list_t* partitions);
  bool is_expelled() const;
  void restart(TopicPartition from, std::int64_t offset);
  void complain(const ClientError& error);

  bool cooperative() const;
  std::optional<TopicPartition> place_of(const rd_kafka_topic_t* topic, std::int32_t partition) const;
  std::optional<TopicPartition> place_of(const char* topic, std::int32_t partition) const;
  Partition* owned(TopicPartition from);
  PartitionList list_of(const std::vector<TopicPartition>& partitions) const;
  std::vector<TopicPartition> all_owned() const;

  MemberOptions options_;
  StatisticsOutlet statistics_;
  const base::Clock& clock_;
  std::unique_ptr<Complaints> complaints_ = std::make_unique<Complaints>();
  Client client_;
  std::vector<SubscribedTopic> topics_;
  Queue queue_;
  Event event_;  // the record being handed out lives as long as it does
  OffsetQuestions questions_;
  StartOffsets start_;
  std::optional<GivenBack> given_back_;  // let go by the next poll()
  std::vector<OpenReset> resets_;
  std::deque<MemberEvent> ready_;
  bool paused_ = false;
  bool closing_ = false;
  bool answered_for_good_ = false;  // since it closes
  bool gone_ = false;               // the client could not be closed in order
};

}  // namespace freshet::cluster
