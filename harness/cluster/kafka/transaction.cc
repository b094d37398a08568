#include "harness/cluster/kafka/transaction.h"

#include <fmt/format.h>

namespace freshet::cluster {
namespace {

// One call of the library returns at the latest after this, so that the thread can be asked to go. Offsets
// are not resumed by the next call, so that one has to be long enough for the network.
constexpr int kCallMs = 500;
constexpr int kOffsetsCallMs = 5000;

std::string text_of(const ClientError& error) {
  return rd_kafka_error_string(error.get());
}

}  // namespace

Transactions::~Transactions() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  asked_.notify_one();
  thread_.join();
}

base::Status Transactions::begin() {
  if (open_ || ending_) return base::usage_error("a transaction is open already");
  if (const ClientError error{rd_kafka_begin_transaction(client_)}) {
    return base::cluster_error(fmt::format("cannot begin a transaction: {}", text_of(error)));
  }
  open_ = true;
  return base::Ok{};
}

base::Status Transactions::send_offsets(const std::string& group, const std::string& topic,
                                        std::int32_t partition, std::int64_t next_offset) {
  if (!open_) return base::usage_error("no transaction is open");
  offsets_[group][{topic, partition}] = next_offset;
  return base::Ok{};
}

base::Status Transactions::end(bool commit) {
  if (!open_) return base::usage_error("no transaction is open");
  open_ = false;
  ending_ = true;
  {
    const std::lock_guard lock(mutex_);
    commit_asked_ = commit;
    offsets_asked_ = std::exchange(offsets_, {});
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  asked_.notify_one();
  return base::Ok{};
}

std::optional<TransactionEnded> Transactions::poll() {
  const std::lock_guard lock(mutex_);
  if (ended_) ending_ = false;
  return std::exchange(ended_, std::nullopt);
}

void Transactions::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    asked_.wait(lock, [this] { return stop_ || commit_asked_.has_value(); });
    if (stop_) return;
    const bool commit = *std::exchange(commit_asked_, std::nullopt);
    const Offsets offsets = std::exchange(offsets_asked_, {});
    lock.unlock();
    TransactionEnded ended = finish(commit, offsets);
    lock.lock();
    ended_ = std::move(ended);
    wake_.at(0);
  }
}

template <class Call>
ClientError Transactions::repeat(Call call) {
  for (;;) {
    ClientError error(call());
    if (!error || stop_ || !rd_kafka_error_is_retriable(error.get())) return error;
  }
}

TransactionEnded Transactions::finish(bool commit, const Offsets& offsets) {
  if (!commit) return abort("");
  for (const auto& [group, progress] : offsets) {
    if (const ClientError error = send(group, progress)) return abort(text_of(error));
  }
  const ClientError error = repeat([this] { return rd_kafka_commit_transaction(client_, kCallMs); });
  if (!error) return {.committed = true, .error = ""};
  if (rd_kafka_error_txn_requires_abort(error.get())) return abort(text_of(error));
  return {.committed = false, .error = text_of(error)};
}

ClientError Transactions::send(const std::string& group, const Offsets::mapped_type& progress) {
  const PartitionList list = new_partition_list(progress.size());
  for (const auto& [from, next] : progress) {
    rd_kafka_topic_partition_list_add(list.get(), from.first.c_str(), from.second)->offset = next;
  }
  const std::unique_ptr<rd_kafka_consumer_group_metadata_t, Destroy<rd_kafka_consumer_group_metadata_destroy>>
      member(rd_kafka_consumer_group_metadata_new(group.c_str()));
  return repeat([&] {
    return rd_kafka_send_offsets_to_transaction(client_, list.get(), member.get(), kOffsetsCallMs);
  });
}

TransactionEnded Transactions::abort(std::string why) {
  const ClientError error = repeat([this] { return rd_kafka_abort_transaction(client_, kCallMs); });
  if (!error) return {.committed = false, .error = std::move(why)};
  return {.committed = false, .error = why.empty() ? text_of(error) : why + "; " + text_of(error)};
}

}  // namespace freshet::cluster
