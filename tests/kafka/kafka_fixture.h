// A client of a real broker and what tests of it need: names of their own, and waiting as the roles wait.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/cluster/kafka/kafka.h"
#include "tests/kafka/broker.h"

namespace freshet::test {

using namespace cluster;
using base::kMillisecond;
using base::kSecond;
using base::Nanos;

inline constexpr Nanos kLimit = 60 * kSecond;  // far beyond what anything here takes; only failures reach it

inline Bytes bytes(const std::string& text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string text(Bytes data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

class KafkaClient : public testing::Test {
 protected:
  void SetUp() override { connect(shared_kafka()); }

  void connect(const std::string& address, Settings settings = {}) {
    ASSERT_FALSE(address.empty()) << "no broker";
    auto made = make_kafka(clock_, {.bootstrap = address,
                                    .file_settings = {},
                                    .command_line_settings = std::move(settings),
                                    .set_up_timeout = kLimit});
    ASSERT_TRUE(made.ok()) << made.error().message;
    kafka_ = std::move(made).value();
    auto admin = kafka_->make_admin(admin_wake_);
    ASSERT_TRUE(admin.ok());
    admin_ = std::move(admin).value();
  }

  // A name that no other test or run has used.
  std::string fresh(const std::string& what) {
    return fmt::format("{}-{}-{}-{}", what, getpid(), clock_.wall(), ++names_);
  }

  std::string new_topic(int partitions, Settings config = {}) {
    const std::string name = fresh("topic");
    const auto status = admin_->create_topic(
        {.name = name, .partitions = partitions, .replication = 1, .config = std::move(config)}, kLimit);
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
    return name;
  }

  std::unique_ptr<Producer> producer(const std::string& topic, int partitions, Settings settings = {},
                                     const std::string& transactional_id = "") {
    auto made = kafka_->make_producer({.topic = topic,
                                       .partitions = partitions,
                                       .transactional_id = transactional_id,
                                       .settings = std::move(settings)},
                                      wake_);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return made.ok() ? std::move(made).value() : nullptr;
  }

  std::unique_ptr<Member> member(const MemberOptions& options) {
    auto made = kafka_->make_member(options, wake_);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return made.ok() ? std::move(made).value() : nullptr;
  }

  // Calls `step` until it says true, waiting for a wake-up in between; false when kLimit is over.
  bool until(const std::function<bool()>& step, Nanos limit = kLimit) {
    const Nanos deadline = clock_.now() + limit;
    while (!step()) {
      if (clock_.now() >= deadline) return false;
      wake_.wait_until(clock_, clock_.now() + 20 * kMillisecond);
    }
    return true;
  }

  // Sends `count` records "0", "1", … round robin over partitions and waits for their reports.
  void produce(Producer& producer, int partitions, int count, int first = 0) {
    for (int i = first; i < first + count; ++i) {
      const std::string value = std::to_string(i);
      ASSERT_EQ(producer.send(i % partitions, bytes("k" + value), bytes(value), epoch_ms_ + i),
                Sent::accepted);
    }
    ASSERT_TRUE(until([&] {
      while (const auto report = producer.poll())
        EXPECT_EQ(report->persisted, Persisted::yes) << report->error;
      return producer.in_flight() == 0;
    }));
  }

  base::RealClock clock_;
  // The records' CreateTime counts from here; much older ones would fall to the topics' retention.
  const std::int64_t epoch_ms_ = clock_.wall() / kMillisecond;
  base::EventWake admin_wake_;
  base::EventWake wake_;  // of whatever a test waits for
  std::unique_ptr<Cluster> kafka_;
  std::unique_ptr<Admin> admin_;

 private:
  int names_ = 0;
};

// What a member has told so far.
struct Heard {
  std::vector<std::pair<TopicPartition, std::string>> records;  // in order of arrival
  std::vector<std::int64_t> offsets;                            // the records' offsets
  std::vector<Assigned> assigned;
  std::vector<Revoked> revoked;
  std::vector<Lost> lost;
  std::vector<End> ends;
  std::vector<Reset> resets;
  std::vector<MemberError> errors;
  std::vector<std::string> order;  // kinds of events, records without repetition

  void note(const char* kind) {
    if (order.empty() || order.back() != kind) order.emplace_back(kind);
  }
  void take(const MemberEvent& event) {
    if (const auto* record = std::get_if<Record>(&event)) {
      records.emplace_back(record->from, text(record->value));
      offsets.push_back(record->offset);
      note("record");
    }
    if (const auto* given = std::get_if<Assigned>(&event)) assigned.push_back(*given), note("assigned");
    if (const auto* back = std::get_if<Revoked>(&event)) revoked.push_back(*back), note("revoked");
    if (const auto* gone = std::get_if<Lost>(&event)) lost.push_back(*gone), note("lost");
    if (const auto* end = std::get_if<End>(&event)) ends.push_back(*end);
    if (const auto* reset = std::get_if<Reset>(&event)) resets.push_back(*reset), note("reset");
    if (const auto* error = std::get_if<MemberError>(&event)) errors.push_back(*error);
  }
  // Everything that is there now.
  void drain(Member& member) {
    while (const auto event = member.poll()) take(*event);
  }
};

}  // namespace freshet::test
