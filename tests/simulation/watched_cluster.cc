#include "tests/simulation/watched_cluster.h"

#include <map>
#include <utility>

namespace freshet::test {
namespace {

using namespace cluster;

class Watched {
 public:
  Watched(const Watch& watch, Caller caller) : watch_(watch), caller_(caller) { watch_.before(caller_); }
  ~Watched() { watch_.after(caller_); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

 private:
  const Watch& watch_;
  Caller caller_;
};

class WatchedProducer final : public Producer {
 public:
  WatchedProducer(std::unique_ptr<Producer> inner, const Watch& watch)
      : inner_(std::move(inner)), watch_(watch) {}
  Sent send(std::int32_t partition, Bytes key, Bytes value, std::int64_t timestamp_ms) override {
    const Watched call(watch_, Caller::sender);
    return inner_->send(partition, key, value, timestamp_ms);
  }
  std::optional<Report> poll() override {
    const Watched call(watch_, Caller::acks);
    return inner_->poll();
  }
  std::size_t in_flight() const override { return inner_->in_flight(); }
  std::string last_error() const override { return inner_->last_error(); }
  std::string refusal() const override { return inner_->refusal(); }
  base::Status begin_transaction() override { return inner_->begin_transaction(); }
  base::Status send_offsets(const std::string& group, const std::string& topic, std::int32_t partition,
                            std::int64_t next_offset) override {
    return inner_->send_offsets(group, topic, partition, next_offset);
  }
  base::Status end_transaction(bool commit) override { return inner_->end_transaction(commit); }
  std::optional<TransactionEnded> poll_transaction() override { return inner_->poll_transaction(); }
  void purge() override { inner_->purge(); }

 private:
  std::unique_ptr<Producer> inner_;
  const Watch& watch_;
};

class WatchedMember final : public Member {
 public:
  WatchedMember(std::unique_ptr<Member> inner, const Watch& watch)
      : inner_(std::move(inner)), watch_(watch) {}
  std::optional<MemberEvent> poll() override {
    const Watched call(watch_, Caller::member);
    return inner_->poll();
  }
  void store(TopicPartition from, std::int64_t next_offset) override {
    const Watched call(watch_, Caller::member);
    inner_->store(from, next_offset);
  }
  void commit() override {
    const Watched call(watch_, Caller::member);
    inner_->commit();
  }
  void pause() override { inner_->pause(); }
  void resume() override { inner_->resume(); }
  void seek(TopicPartition from, std::int64_t offset) override { inner_->seek(from, offset); }
  void close() override { inner_->close(); }
  bool closed() const override { return inner_->closed(); }
  void abandon() override { inner_->abandon(); }

 private:
  std::unique_ptr<Member> inner_;
  const Watch& watch_;
};

class WatchedCluster final : public Cluster {
 public:
  WatchedCluster(std::unique_ptr<Cluster> inner, const Watch& watch)
      : inner_(std::move(inner)), watch_(watch) {}
  base::Result<std::unique_ptr<Producer>> make_producer(const ProducerOptions& options,
                                                        base::Wake& wake) override {
    auto made = inner_->make_producer(options, wake);
    if (!made) return made.error();
    return std::unique_ptr<Producer>(std::make_unique<WatchedProducer>(std::move(made).value(), watch_));
  }
  base::Result<std::unique_ptr<Member>> make_member(const MemberOptions& options, base::Wake& wake) override {
    auto made = inner_->make_member(options, wake);
    if (!made) return made.error();
    return std::unique_ptr<Member>(std::make_unique<WatchedMember>(std::move(made).value(), watch_));
  }
  base::Result<std::unique_ptr<Admin>> make_admin(base::Wake& wake) override {
    return inner_->make_admin(wake);
  }
  std::string address() const override { return inner_->address(); }
  bool is_loopback_log() const override { return inner_->is_loopback_log(); }
  bool shares_this_machine() const override { return inner_->shares_this_machine(); }
  Settings settings_in_force() const override { return inner_->settings_in_force(); }
  std::optional<ClientStatistics> poll_statistics() override { return inner_->poll_statistics(); }
  std::map<std::string, Settings> failover_settings() const override { return inner_->failover_settings(); }

 private:
  std::unique_ptr<Cluster> inner_;
  Watch watch_;
};

}  // namespace

std::unique_ptr<Cluster> watched(std::unique_ptr<Cluster> cluster, const Watch& watch) {
  return std::make_unique<WatchedCluster>(std::move(cluster), watch);
}

}  // namespace freshet::test
