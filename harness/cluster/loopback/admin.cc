#include "harness/cluster/loopback/admin.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/cluster/loopback/group.h"
#include "harness/cluster/loopback/settings.h"

namespace freshet::cluster::loopback {
namespace {

class LoopbackAdmin final : public Admin {
 public:
  LoopbackAdmin(std::shared_ptr<Core> core, base::Wake& wake) : core_(std::move(core)), bell_(wake) {}

  base::Result<ClusterDescription> describe_cluster(Timeout) override {
    return ClusterDescription{"loopback", {"loopback"}, "freshet's built-in log", {}};
  }

  base::Status create_topic(const TopicSpec& topic, Timeout) override {
    if (topic.name.empty() || topic.partitions < 1) {
      return base::usage_error(fmt::format("topic '{}' with {} partitions: expected a name and at least one",
                                           topic.name, topic.partitions));
    }
    const auto retention = read_retention(topic, core_->options);
    if (!retention)
      return base::usage_error(fmt::format("topic '{}': {}", topic.name, retention.error().message));
    const Turn turn(*core_);
    if (core_->find_topic(topic.name)) {
      return base::cluster_error(fmt::format("topic '{}' exists already", topic.name));
    }
    core_->create_topic(topic, *retention);
    return base::Ok{};
  }

  base::Result<std::optional<TopicDescription>> describe_topic(const std::string& name, Timeout) override {
    const Turn turn(*core_);
    const Topic* topic = core_->find_topic(name);
    if (!topic) return std::optional<TopicDescription>{};
    return std::optional(
        TopicDescription{topic->spec.partitions, topic->spec.replication, topic->spec.config});
  }

  base::Result<std::vector<ListedTopic>> list_topics(Timeout) override {
    const Turn turn(*core_);
    return core_->list_topics();
  }

  base::Result<std::vector<ListedGroup>> list_groups(Timeout) override {
    const Turn turn(*core_);
    return core_->list_groups();
  }

  base::Status delete_topics(const std::vector<std::string>& names, Timeout) override {
    const Turn turn(*core_);
    for (const std::string& name : names) core_->delete_topic(name);
    return base::Ok{};
  }

  base::Status delete_groups(const std::vector<std::string>& names, Timeout) override {
    const Turn turn(*core_);
    for (const std::string& name : names) {
      const Group* group = core_->find_group(name);
      if (group && !group->empty()) return base::cluster_error(fmt::format("group '{}' has members", name));
    }
    for (const std::string& name : names) core_->delete_group(name);
    return base::Ok{};
  }

  base::Result<std::vector<std::int64_t>> committed(const std::string& group, const std::string& topic,
                                                    int partitions, Timeout) override {
    const Turn turn(*core_);
    std::vector<std::int64_t> offsets(static_cast<std::size_t>(partitions), -1);
    const Group* known = core_->find_group(group);
    for (std::int32_t p = 0; known && p < partitions; ++p) {
      offsets[static_cast<std::size_t>(p)] = known->committed(topic, p);
    }
    return offsets;
  }

  void request_end_offsets(const std::string& topic, int partitions, Timeout timeout) override {
    const Turn turn(*core_);
    Nanos ready = turn.now() + 2 * core_->options.network;
    Topic* known = core_->find_topic(topic);
    for (std::size_t p = 0; known && p < known->partitions.size(); ++p) {
      ready = std::max(ready, known->partitions[p].faults.stalled_until(turn.now()));
    }
    requests_.push_back({topic, partitions, std::min(ready, turn.now() + timeout)});
    bell_.at(requests_.front().ready);
  }

  std::optional<std::vector<EndOffsets>> poll_end_offsets() override {
    const Turn turn(*core_, bell_);
    if (requests_.empty()) return std::nullopt;
    if (requests_.front().ready > turn.now()) {
      bell_.at(requests_.front().ready);
      return std::nullopt;
    }
    const Request request = std::move(requests_.front());
    requests_.pop_front();
    return answer(request, turn.now());
  }

 private:
  struct Request {
    std::string topic;
    int partitions;
    Nanos ready;
  };

  std::vector<EndOffsets> answer(const Request& request, Nanos now) {
    std::vector<EndOffsets> offsets;
    Topic* topic = core_->find_topic(request.topic);
    for (std::int32_t p = 0; p < request.partitions; ++p) {
      EndOffsets& end = offsets.emplace_back();
      end.topic = request.topic;
      end.partition = p;
      if (!topic || static_cast<std::size_t>(p) >= topic->partitions.size()) continue;
      Partition& partition = topic->partitions[static_cast<std::size_t>(p)];
      if (partition.faults.stalled_until(now) > now) continue;  // it does not answer
      end.high_watermark = partition.log.high_watermark(now);
      end.last_stable = partition.last_stable(now);
    }
    return offsets;
  }

  std::shared_ptr<Core> core_;
  Bell bell_;
  std::deque<Request> requests_;
};

}  // namespace

std::unique_ptr<Admin> make_admin(std::shared_ptr<Core> core, base::Wake& wake) {
  return std::make_unique<LoopbackAdmin>(std::move(core), wake);
}

}  // namespace freshet::cluster::loopback
