// A producer's transactions. librdkafka's calls that end one wait for the network, so they run on a thread of
// their own; the role that uses the producer only starts the end and asks whether it has come.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "harness/cluster/kafka/handle.h"

namespace freshet::cluster {

class Transactions {
 public:
  // Both must outlive this object. REQUIRES: the client has a transactional.id and was initialised.
  Transactions(rd_kafka_t* client, base::Wake& wake) : client_(client), wake_(wake) {}
  ~Transactions();  // may wait for one bounded call to return
  Transactions(const Transactions&) = delete;
  Transactions& operator=(const Transactions&) = delete;

  base::Status begin();
  base::Status send_offsets(const std::string& group, const std::string& topic, std::int32_t partition,
                            std::int64_t next_offset);
  base::Status end(bool commit);
  std::optional<TransactionEnded> poll();

 private:
  using Offsets = std::map<std::string, std::map<std::pair<std::string, std::int32_t>, std::int64_t>>;

  void work();
  TransactionEnded finish(bool commit, const Offsets& offsets);
  ClientError send(const std::string& group, const Offsets::mapped_type& progress);
  TransactionEnded abort(std::string why);
  // Repeats `call` while it says that it may be repeated; gives up when the producer goes.
  template <class Call>
  ClientError repeat(Call call);

  rd_kafka_t* client_;
  base::Wake& wake_;
  bool open_ = false;
  bool ending_ = false;
  Offsets offsets_;  // of the open transaction

  std::atomic<bool> stop_{false};
  std::mutex mutex_;  // guards what follows
  std::condition_variable asked_;
  std::optional<bool> commit_asked_;
  Offsets offsets_asked_;
  std::optional<TransactionEnded> ended_;
  std::thread thread_;  // started by the first end
};

}  // namespace freshet::cluster
