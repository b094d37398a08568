// librdkafka's statistics (its STATISTICS.md): each client writes a JSON document a second to its own queue.
// Whoever polls the client only puts the text into the inbox; it is read later, by whoever asks for it.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "harness/cluster/cluster.h"

namespace freshet::cluster {

class StatisticsInbox {
 public:
  // Copies the text. Thread-safe; once a second and client, not on the path of an event.
  void offer(ClientStatistics::Kind kind, const std::string& name, const char* json);
  // The oldest document, its counters as differences to the same client's document before. A text that
  // cannot be read is passed over: the next interval of its client is the longer for it. For one thread.
  std::optional<ClientStatistics> poll();

 private:
  struct Text {
    ClientStatistics::Kind kind;
    std::string name, json;
  };
  std::optional<Text> next();

  std::mutex mutex_;
  std::deque<Text> texts_;
  // By librdkafka's name of the client, which is unique in this process.
  struct Before {
    Nanos at = 0;
    std::map<std::string, BrokerStatistics> brokers;
  };
  std::map<std::string, Before> before_;
};

// A client's way to the inbox, with what it calls itself.
class StatisticsOutlet {
 public:
  StatisticsOutlet(StatisticsInbox& inbox, ClientStatistics::Kind kind, std::string name)
      : inbox_(inbox), kind_(kind), name_(std::move(name)) {}
  void write(const char* json) { inbox_.offer(kind_, name_, json); }

 private:
  StatisticsInbox& inbox_;
  ClientStatistics::Kind kind_;
  std::string name_;
};

}  // namespace freshet::cluster
