#include "harness/cluster/loopback/loopback.h"

#include <fmt/format.h>

#include "harness/cluster/loopback/admin.h"
#include "harness/cluster/loopback/group.h"
#include "harness/cluster/loopback/settings.h"

namespace freshet::cluster {
namespace loopback {
namespace {

class LoopbackProducer final : public Producer {
 public:
  LoopbackProducer(std::shared_ptr<Core> core, ProducerState& state)
      : core_(std::move(core)), state_(state) {}
  ~LoopbackProducer() override {
    const Turn turn(*core_);
    state_.retire(turn.now());
  }

  Sent send(std::int32_t partition, Bytes key, Bytes value, std::int64_t timestamp_ms) override {
    const Turn turn(*core_);
    return state_.send(partition, key, value, timestamp_ms, turn.now());
  }
  std::optional<Report> poll() override {
    const Turn turn(*core_, state_.bell);
    return state_.poll(turn.now());
  }
  std::size_t in_flight() const override {
    const Turn turn(*core_);
    return state_.in_flight();
  }
  std::string refusal() const override { return {}; }
  std::string last_error() const override {
    const Turn turn(*core_);
    return state_.last_error();
  }
  base::Status begin_transaction() override {
    const Turn turn(*core_);
    return state_.begin_transaction();
  }
  base::Status send_offsets(const std::string& group, const std::string& topic, std::int32_t partition,
                            std::int64_t next_offset) override {
    const Turn turn(*core_);
    return state_.send_offsets(group, topic, partition, next_offset);
  }
  base::Status end_transaction(bool commit) override {
    const Turn turn(*core_);
    return state_.end_transaction(commit, turn.now());
  }
  std::optional<TransactionEnded> poll_transaction() override {
    const Turn turn(*core_);
    return state_.poll_transaction(turn.now());
  }
  void purge() override {
    const Turn turn(*core_);
    state_.purge(turn.now());
  }

 private:
  std::shared_ptr<Core> core_;
  ProducerState& state_;
};

class LoopbackMember final : public Member {
 public:
  LoopbackMember(std::shared_ptr<Core> core, MemberState& state) : core_(std::move(core)), state_(state) {}
  ~LoopbackMember() override {
    const Turn turn(*core_);
    state_.retire(turn.now());
  }

  std::optional<MemberEvent> poll() override {
    const Turn turn(*core_, state_.bell);
    return state_.poll(turn.now());
  }
  void pause() override {
    const Turn turn(*core_);
    state_.pause(true, turn.now());
  }
  void resume() override {
    const Turn turn(*core_);
    state_.pause(false, turn.now());
  }
  void store(TopicPartition from, std::int64_t next_offset) override {
    const Turn turn(*core_);
    state_.store(from, next_offset, turn.now());
  }
  void commit() override {
    const Turn turn(*core_);
    state_.commit(turn.now());
  }
  void seek(TopicPartition from, std::int64_t offset) override {
    const Turn turn(*core_);
    state_.seek(from, offset, turn.now());
  }
  void close() override {
    const Turn turn(*core_);
    state_.close(turn.now());
  }
  bool closed() const override {
    const Turn turn(*core_);
    return state_.closed();
  }
  void abandon() override {
    const Turn turn(*core_);
    state_.abandon(turn.now());
  }

 private:
  std::shared_ptr<Core> core_;
  MemberState& state_;
};

class Loopback final : public Cluster {
 public:
  Loopback(const base::Clock& clock, LoopbackOptions options)
      : core_(std::make_shared<Core>(clock, std::move(options))) {}

  base::Result<std::unique_ptr<Producer>> make_producer(const ProducerOptions& options,
                                                        base::Wake& wake) override {
    const auto settings = read_producer_settings(options.settings, core_->options);
    if (!settings) return settings.error();
    const Turn turn(*core_);
    const Topic* topic = core_->find_topic(options.topic);
    if (!topic)
      return base::cluster_error(fmt::format("cannot produce to unknown topic '{}'", options.topic));
    if (topic->spec.partitions != options.partitions) {
      return base::cluster_error(fmt::format("topic '{}' has {} partitions, expected {}", options.topic,
                                             topic->spec.partitions, options.partitions));
    }
    core_->producers.push_back(std::make_unique<ProducerState>(*core_, options, *settings, wake));
    return std::unique_ptr<Producer>(std::make_unique<LoopbackProducer>(core_, *core_->producers.back()));
  }

  base::Result<std::unique_ptr<Member>> make_member(const MemberOptions& options, base::Wake& wake) override {
    if (options.group.empty()) return base::usage_error("a member needs the name of its group");
    const auto settings = read_member_settings(options.settings, core_->options);
    if (!settings) return settings.error();
    const Turn turn(*core_);
    core_->members.push_back(std::make_unique<MemberState>(*core_, options, *settings, wake, turn.now()));
    return std::unique_ptr<Member>(std::make_unique<LoopbackMember>(core_, *core_->members.back()));
  }

  base::Result<std::unique_ptr<Admin>> make_admin(base::Wake& wake) override {
    return loopback::make_admin(core_, wake);
  }

  std::string address() const override { return "loopback"; }
  bool is_loopback_log() const override { return true; }
  bool shares_this_machine() const override { return true; }

  std::optional<ClientStatistics> poll_statistics() override { return std::nullopt; }
  std::map<std::string, Settings> failover_settings() const override { return {}; }

  Settings settings_in_force() const override {
    const LoopbackOptions& o = core_->options;
    const auto ms = [](Nanos t) { return fmt::format("{}", static_cast<double>(t) / base::kMillisecond); };
    return {{"loopback.linger.ms", ms(o.linger)},
            {"loopback.network.ms", ms(o.network)},
            {"loopback.ack.ms", ms(o.ack)},
            {"loopback.fetch.wait.ms", ms(o.fetch_wait)},
            {"loopback.join.ms", ms(o.join)},
            {"loopback.faults", fmt::format("{}", o.faults.size())},
            {"loopback.retention.bytes", fmt::format("{}", o.retention_bytes)}};
  }

  void add(const LoopbackFault& fault) {
    const Turn turn(*core_);
    core_->add_fault(fault);
  }

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace
}  // namespace loopback

std::unique_ptr<Cluster> make_loopback(const base::Clock& clock, LoopbackOptions options) {
  return std::make_unique<loopback::Loopback>(clock, std::move(options));
}

void add_fault(Cluster& loopback, const LoopbackFault& fault) {
  static_cast<loopback::Loopback&>(loopback).add(fault);
}

}  // namespace freshet::cluster
