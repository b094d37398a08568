// A loopback log that tells of itself what a test says: statistics of its clients, settings in force, and how
// durable its topics are, now and later.
#pragma once

#include <deque>
#include <memory>
#include <utility>

#include "harness/cluster/cluster.h"

namespace freshet::test {

struct Told {
  std::deque<cluster::ClientStatistics> statistics;  // in order of `at`; each is told at that time
  // By what a producer or group goes by without the run's prefix: "producer lock".
  std::map<std::string, cluster::Settings> failover;
  std::vector<std::string> brokers;  // empty: the loopback's own
  // What topics are described as, from `from` on (monotonic).
  struct Topic {
    base::Nanos from = 0;
    int replication = 1;
    cluster::Settings config;
  };
  std::vector<Topic> topics;  // in order of `from`
  bool is_a_cluster = false;  // and not the built-in log
};

class ToldAdmin : public cluster::Admin {
 public:
  ToldAdmin(std::unique_ptr<cluster::Admin> inner, const Told& told, const base::Clock& clock)
      : inner_(std::move(inner)), told_(told), clock_(clock) {}

  base::Result<cluster::ClusterDescription> describe_cluster(cluster::Timeout t) override {
    auto description = inner_->describe_cluster(t);
    if (description && !told_.brokers.empty()) {
      cluster::ClusterDescription changed = std::move(description).value();
      changed.brokers = told_.brokers;
      return changed;
    }
    return description;
  }
  base::Result<std::optional<cluster::TopicDescription>> describe_topic(const std::string& name,
                                                                        cluster::Timeout t) override {
    auto described = inner_->describe_topic(name, t);
    if (!described || !described->has_value()) return described;
    cluster::TopicDescription topic = std::move(described).value().value();
    for (const Told::Topic& told : told_.topics) {
      if (clock_.now() < told.from) break;
      topic.replication = told.replication;
      for (const auto& [key, value] : told.config) topic.config[key] = value;
    }
    return std::optional(std::move(topic));
  }
  base::Status create_topic(const cluster::TopicSpec& topic, cluster::Timeout t) override {
    return inner_->create_topic(topic, t);
  }
  base::Result<std::vector<cluster::ListedTopic>> list_topics(cluster::Timeout t) override {
    return inner_->list_topics(t);
  }
  base::Result<std::vector<cluster::ListedGroup>> list_groups(cluster::Timeout t) override {
    return inner_->list_groups(t);
  }
  base::Status delete_topics(const std::vector<std::string>& names, cluster::Timeout t) override {
    return inner_->delete_topics(names, t);
  }
  base::Status delete_groups(const std::vector<std::string>& names, cluster::Timeout t) override {
    return inner_->delete_groups(names, t);
  }
  base::Result<std::vector<std::int64_t>> committed(const std::string& group, const std::string& topic,
                                                    int partitions, cluster::Timeout t) override {
    return inner_->committed(group, topic, partitions, t);
  }
  void request_end_offsets(const std::string& topic, int partitions, cluster::Timeout t) override {
    inner_->request_end_offsets(topic, partitions, t);
  }
  std::optional<std::vector<cluster::EndOffsets>> poll_end_offsets() override {
    return inner_->poll_end_offsets();
  }

 private:
  std::unique_ptr<cluster::Admin> inner_;
  const Told& told_;
  const base::Clock& clock_;
};

class ToldCluster final : public cluster::Cluster {
 public:
  ToldCluster(std::unique_ptr<cluster::Cluster> inner, Told told, const base::Clock& clock)
      : inner_(std::move(inner)), told_(std::move(told)), clock_(clock) {}

  base::Result<std::unique_ptr<cluster::Producer>> make_producer(const cluster::ProducerOptions& options,
                                                                 base::Wake& wake) override {
    // The run's prefix is only known by what it makes: "freshet-0123abcd-lock".
    const auto told = told_.failover.find("producer " + options.topic.substr(options.topic.rfind('-') + 1));
    if (told != told_.failover.end()) failover_["producer " + options.topic] = told->second;
    for (cluster::ClientStatistics& s : told_.statistics) {
      if (options.topic.ends_with("-" + s.name)) s.name = options.topic;
    }
    return inner_->make_producer(options, wake);
  }
  base::Result<std::unique_ptr<cluster::Member>> make_member(const cluster::MemberOptions& options,
                                                             base::Wake& wake) override {
    return inner_->make_member(options, wake);
  }
  base::Result<std::unique_ptr<cluster::Admin>> make_admin(base::Wake& wake) override {
    auto admin = inner_->make_admin(wake);
    if (!admin) return admin.error();
    return std::unique_ptr<cluster::Admin>(
        std::make_unique<ToldAdmin>(std::move(admin).value(), told_, clock_));
  }
  std::string address() const override { return inner_->address(); }
  bool is_loopback_log() const override { return !told_.is_a_cluster; }
  bool shares_this_machine() const override { return true; }
  cluster::Settings settings_in_force() const override { return inner_->settings_in_force(); }
  std::optional<cluster::ClientStatistics> poll_statistics() override {
    if (told_.statistics.empty() || told_.statistics.front().at > clock_.now()) return std::nullopt;
    cluster::ClientStatistics next = std::move(told_.statistics.front());
    told_.statistics.pop_front();
    return next;
  }
  std::map<std::string, cluster::Settings> failover_settings() const override { return failover_; }

 private:
  std::unique_ptr<cluster::Cluster> inner_;
  Told told_;
  const base::Clock& clock_;
  std::map<std::string, cluster::Settings> failover_;
};

}  // namespace freshet::test
