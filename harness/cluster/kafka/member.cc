#include "harness/cluster/kafka/member.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace freshet::cluster {

KafkaMember::KafkaMember(const MemberOptions& options, rd_kafka_t* questions_client, const base::Clock& clock,
                         base::Wake& wake, StatisticsInbox& statistics)
    : options_(options),
      statistics_(statistics, ClientStatistics::Kind::member, options.client_id),
      clock_(clock),
      questions_(questions_client, wake),
      start_(questions_, wake, options_) {}

base::Result<std::unique_ptr<KafkaMember>> KafkaMember::make(const MemberOptions& options,
                                                             const Settings& settings,
                                                             rd_kafka_t* questions_client,
                                                             const base::Clock& clock, base::Wake& wake,
                                                             StatisticsInbox& statistics) {
  std::unique_ptr<KafkaMember> made(new KafkaMember(options, questions_client, clock, wake, statistics));
  auto client = make_client(
      RD_KAFKA_CONSUMER, settings,
      RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS,
      *made->complaints_);
  if (!client) return client.error();
  made->client_ = std::move(client).value();
  rd_kafka_poll_set_consumer(made->client_.get());
  made->queue_.reset(rd_kafka_queue_get_consumer(made->client_.get()));
  wake_on_arrival(made->queue_.get(), wake);
  if (auto status = made->subscribe(); !status) return status.error();
  return made;
}

KafkaMember::~KafkaMember() {
  if (!queue_) return;
  if (closed()) {
    event_.reset();
    wake_no_more(queue_.get());
    return;
  }
  const auto ended = std::make_shared<base::EventWake>();
  const auto done = std::make_shared<std::atomic<bool>>(false);
  let_end(ended, done);
  const Nanos deadline = clock_.now() + kPatience;
  while (!*done && clock_.now() < deadline) ended->wait_until(clock_, deadline);
}

void KafkaMember::abandon() {
  if (queue_) let_end(std::make_shared<base::EventWake>(), std::make_shared<std::atomic<bool>>(false));
}

void KafkaMember::let_end(std::shared_ptr<base::EventWake> ended, std::shared_ptr<std::atomic<bool>> done) {
  event_.reset();
  given_back_.reset();
  start_.cancel();
  wake_no_more(queue_.get());
  struct Remains {
    std::unique_ptr<Complaints> complaints;
    Client client;
    std::vector<SubscribedTopic> topics;
    Queue queue;
  };
  auto remains = std::make_unique<Remains>(
      Remains{std::move(complaints_), std::move(client_), std::move(topics_), std::move(queue_)});
  std::thread([remains = std::move(remains), ended = std::move(ended), done = std::move(done)]() mutable {
    remains.reset();
    *done = true;
    ended->at(0);
  }).detach();
}

base::Status KafkaMember::subscribe() {
  const PartitionList subscription = new_partition_list(options_.topics.size());
  for (const std::string& name : options_.topics) {
    Topic handle(rd_kafka_topic_new(client_.get(), name.c_str(), nullptr));
    if (!handle) {
      return base::usage_error(fmt::format("topic '{}': {}", name, rd_kafka_err2str(rd_kafka_last_error())));
    }
    topics_.push_back({name, std::move(handle), {}});
    rd_kafka_topic_partition_list_add(subscription.get(), name.c_str(), RD_KAFKA_PARTITION_UA);
  }
  const auto error = rd_kafka_subscribe(client_.get(), subscription.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return base::Ok{};
  return base::usage_error(
      fmt::format("group '{}' cannot subscribe to its topics: {}", options_.group, rd_kafka_err2str(error)));
}

// ---- Partitions ------------------------------------------------------------------------------------------

bool KafkaMember::cooperative() const {
  const char* protocol = rd_kafka_rebalance_protocol(client_.get());
  return protocol != nullptr && std::string_view(protocol) == "COOPERATIVE";
}

std::optional<TopicPartition> KafkaMember::place_of(const rd_kafka_topic_t* topic,
                                                    std::int32_t partition) const {
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (topics_[i].handle.get() == topic) return TopicPartition{static_cast<std::uint16_t>(i), partition};
  }
  return place_of(rd_kafka_topic_name(topic), partition);
}

std::optional<TopicPartition> KafkaMember::place_of(const char* topic, std::int32_t partition) const {
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (topics_[i].name == topic) return TopicPartition{static_cast<std::uint16_t>(i), partition};
  }
  return std::nullopt;
}

KafkaMember::Partition* KafkaMember::owned(TopicPartition from) {
  if (from.topic >= topics_.size()) return nullptr;
  auto& partitions = topics_[from.topic].partitions;
  const auto index = static_cast<std::size_t>(from.partition);
  if (from.partition < 0 || index >= partitions.size() || !partitions[index].owned) return nullptr;
  return &partitions[index];
}

PartitionList KafkaMember::list_of(const std::vector<TopicPartition>& partitions) const {
  PartitionList list = new_partition_list(partitions.size());
  for (const TopicPartition& at : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), topics_[at.topic].name.c_str(), at.partition);
  }
  return list;
}

std::vector<TopicPartition> KafkaMember::all_owned() const {
  std::vector<TopicPartition> all;
  for (std::size_t topic = 0; topic < topics_.size(); ++topic) {
    const auto& partitions = topics_[topic].partitions;
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      if (!partitions[i].owned) continue;
      all.push_back({static_cast<std::uint16_t>(topic), static_cast<std::int32_t>(i)});
    }
  }
  return all;
}

// ---- What the role asks ----------------------------------------------------------------------------------

void KafkaMember::pause() {
  paused_ = true;
  const PartitionList list = list_of(all_owned());
  rd_kafka_pause_partitions(client_.get(), list.get());
}

void KafkaMember::resume() {
  paused_ = false;
  const PartitionList list = list_of(all_owned());
  rd_kafka_resume_partitions(client_.get(), list.get());
}

void KafkaMember::store(TopicPartition from, std::int64_t next_offset) {
  Partition* partition = owned(from);
  if (partition == nullptr) return;
  partition->stored = next_offset;
  // The call names the last offset done and stores the one after it. Unlike its successor it takes a handle
  // and searches and allocates nothing.
  rd_kafka_offset_store(topics_[from.topic].handle.get(), from.partition, next_offset - 1);
}

void KafkaMember::commit() {
  rd_kafka_commit(client_.get(), nullptr, 1 /* do not wait */);
}

void KafkaMember::seek(TopicPartition from, std::int64_t offset) {
  Partition* partition = owned(from);
  if (partition == nullptr || closing_) return;
  partition->position = offset;
  if (partition->dead) {
    partition->dead = false;
    restart(from, offset);
  } else {
    rd_kafka_seek(topics_[from.topic].handle.get(), from.partition, offset, 0 /* do not wait */);
  }
}

// After a Reset the library ignores seeks: the partition has to be assigned anew, and with the eager protocol
// that means all of them. Stored offsets are forgotten by it, so they are stored again.
void KafkaMember::restart(TopicPartition from, std::int64_t offset) {
  const bool one = cooperative();
  const std::vector<TopicPartition> again = one ? std::vector{from} : all_owned();
  const PartitionList list = list_of(again);
  for (std::size_t i = 0; i < again.size(); ++i) list->elems[i].offset = owned(again[i])->position;
  if (one) {
    list->elems[0].offset = offset;
    complain(ClientError(rd_kafka_incremental_unassign(client_.get(), list.get())));
    complain(ClientError(rd_kafka_incremental_assign(client_.get(), list.get())));
  } else {
    rd_kafka_assign(client_.get(), list.get());
  }
  for (const TopicPartition& at : again) {
    if (const Partition* partition = owned(at); partition->stored >= 0) store(at, partition->stored);
  }
}

void KafkaMember::close() {
  if (closing_) return;
  closing_ = true;
  if (const ClientError error{rd_kafka_consumer_close_queue(client_.get(), queue_.get())}) gone_ = true;
  if (!start_.active()) return;
  // An assignment that was never announced is given back in silence; the library waits for this answer.
  start_.cancel();
  answer_for_good();
}

bool KafkaMember::closed() const {
  return closing_ && (gone_ || rd_kafka_consumer_closed(client_.get()) != 0);
}

// ---- Assignments -----------------------------------------------------------------------------------------

void KafkaMember::start_assigned(PartitionList partitions) {
  take_on(partitions.get());
  Assigned assigned;
  for (int i = 0; i < partitions->cnt; ++i) {
    const auto& given = partitions->elems[i];
    const auto at = place_of(given.topic, given.partition);
    if (!at || given.partition < 0) continue;
    auto& of_topic = topics_[at->topic].partitions;
    of_topic.resize(std::max(of_topic.size(), static_cast<std::size_t>(given.partition) + 1));
    of_topic[static_cast<std::size_t>(given.partition)] = {
        .owned = true, .dead = false, .position = given.offset, .stored = -1};
    assigned.partitions.emplace_back(*at, given.offset);
    if (start_.had_no_offset(given.topic, given.partition)) assigned.without_offset.push_back(*at);
  }
  if (paused_) rd_kafka_pause_partitions(client_.get(), partitions.get());
  ready_.push_back(std::move(assigned));
}

std::optional<MemberEvent> KafkaMember::rebalance() {
  const auto* partitions = rd_kafka_event_topic_partition_list(event_.get());
  if (rd_kafka_event_error(event_.get()) != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    return gave_back(PartitionList(rd_kafka_topic_partition_list_copy(partitions)));
  }
  if (partitions->cnt > 0 && !closing_) {
    start_.begin(partitions);
  } else {
    take_on(partitions);
  }
  return std::nullopt;
}

void KafkaMember::take_on(const rd_kafka_topic_partition_list_t* partitions) {
  if (closing_) {
    answer_for_good();
  } else if (cooperative()) {
    complain(ClientError(rd_kafka_incremental_assign(client_.get(), partitions)));
  } else if (const auto error = rd_kafka_assign(client_.get(), partitions)) {
    ready_.push_back(MemberError{false, rd_kafka_err2str(error)});
  }
}

// Once it closes, the library takes any answer for letting go of everything, and ends the membership. With
// the cooperative protocol it may have told of two rebalances by then, as it does not wait for the answer to
// the first. The second is answered by nobody: a question that is on its way to the membership while that
// ends is destroyed (rd_kafka_cgrp_op_serve() of 2.15), and whoever asked waits for ever. It takes a thread
// that is kept from its CPU at that moment, so no test does it at will.
void KafkaMember::answer_for_good() {
  if (answered_for_good_) return;
  answered_for_good_ = true;
  rd_kafka_assign(client_.get(), nullptr);
}

std::optional<MemberEvent> KafkaMember::gave_back(PartitionList partitions) {
  start_.cancel();
  const bool lost = rd_kafka_assignment_lost(client_.get()) != 0 || (!answered_for_good_ && is_expelled());
  std::vector<TopicPartition> announced;
  for (int i = 0; i < partitions->cnt; ++i) {
    const auto at = place_of(partitions->elems[i].topic, partitions->elems[i].partition);
    if (at && owned(*at) != nullptr) announced.push_back(*at);
  }
  given_back_.emplace(std::move(partitions), lost);
  if (announced.empty()) {
    let_go();
    return std::nullopt;
  }
  if (lost) return Lost{std::move(announced)};
  return Revoked{std::move(announced)};
}

// When the member was put out of its group while a rebalance waited for its poll, the library tells an
// ordinary revocation. Its member id is gone by then.
bool KafkaMember::is_expelled() const {
  const std::unique_ptr<char, Destroy<std::free>> id(rd_kafka_memberid(client_.get()));
  return id == nullptr || *id == '\0';
}

// So that letting them go does not commit them.
void KafkaMember::forget_stored(const rd_kafka_topic_partition_list_t* partitions) {
  for (int i = 0; i < partitions->cnt; ++i) {
    const auto at = place_of(partitions->elems[i].topic, partitions->elems[i].partition);
    if (!at) continue;
    rd_kafka_offset_store(topics_[at->topic].handle.get(), at->partition, RD_KAFKA_OFFSET_INVALID - 1);
  }
}

void KafkaMember::let_go() {
  const GivenBack given = std::move(*given_back_);
  given_back_.reset();
  // By interval, the library itself commits what is stored when partitions are let go.
  if (!given.lost && !options_.commit_by_interval) commit();
  if (given.lost) forget_stored(given.partitions.get());
  if (paused_) rd_kafka_resume_partitions(client_.get(), given.partitions.get());
  if (closing_) {
    answer_for_good();
  } else if (cooperative()) {
    complain(ClientError(rd_kafka_incremental_unassign(client_.get(), given.partitions.get())));
  } else {
    rd_kafka_assign(client_.get(), nullptr);
  }
  for (int i = 0; i < given.partitions->cnt; ++i) {
    const auto at = place_of(given.partitions->elems[i].topic, given.partitions->elems[i].partition);
    if (!at) continue;
    if (Partition* partition = owned(*at)) partition->owned = false;
    std::erase_if(resets_, [&](const OpenReset& open) { return open.reset.from == *at; });
  }
}

void KafkaMember::complain(const ClientError& error) {
  if (error)
    ready_.push_back(
        MemberError{rd_kafka_error_is_fatal(error.get()) != 0, rd_kafka_error_string(error.get())});
}

}  // namespace freshet::cluster
