// A loopback on a manual clock with all that happens on it, each with its exact time. Time moves only to
// where some object asked to be woken, so a missing wake-up shows as something that comes too late or never.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "harness/cluster/loopback/loopback.h"

namespace freshet::cluster {

using base::kMicrosecond;
using base::kMillisecond;
using base::kSecond;

class Alarm final : public base::Wake {
 public:
  void at(Nanos t) override { earliest = std::min(earliest, t); }
  bool due(Nanos now) const { return earliest <= now; }
  Nanos earliest = 0;  // a role begins with a step
};

struct SeenAt {
  Nanos at;
  std::int32_t partition;
  std::int64_t offset;
  std::string value;
};
struct ToldAt {
  Nanos at;
  Persisted persisted;
  std::int64_t offset;
  std::string value;
};
template <class Event>
struct At {
  Nanos at;
  Event event;
};

class LoopbackTest : public testing::Test {
 protected:
  struct Sender {
    Alarm alarm;
    std::unique_ptr<Producer> producer;
    std::vector<ToldAt> told;
    std::vector<At<TransactionEnded>> ended;
  };
  struct Receiver {
    Alarm alarm;
    std::unique_ptr<Member> member;
    bool hangs = false, closes = false;
    std::vector<SeenAt> seen;
    std::vector<At<Assigned>> assigned;
    std::vector<At<Revoked>> revoked;
    std::vector<At<Lost>> lost;
    std::vector<At<End>> ends;
    std::vector<At<Reset>> resets;
    std::vector<std::string> values() const {
      std::vector<std::string> all;
      for (const SeenAt& s : seen) all.push_back(s.value);
      return all;
    }
  };

  // REQUIRES: called first, with `options` as wanted.
  void open(int partitions = 1, Settings config = {}) {
    cluster_ = make_loopback(clock, options);
    admin_ = std::move(cluster_->make_admin(admin_alarm).value());
    TopicSpec spec{"t", partitions, 1, std::move(config)};
    ASSERT_TRUE(admin_->create_topic(spec, 0).ok());
    partitions_ = partitions;
  }
  Sender& sender(Settings settings = {}, const std::string& transactional_id = "") {
    Sender& s = senders_.emplace_back();
    ProducerOptions of{"t", partitions_, transactional_id, std::move(settings)};
    s.producer = std::move(cluster_->make_producer(of, s.alarm).value());
    return s;
  }
  // A member of a group that reads the topic from its beginning.
  Receiver& receiver(const std::string& group = "g", Settings settings = {}) {
    Receiver& r = receivers_.emplace_back();
    MemberOptions of;
    of.group = group;
    of.topics = {"t"};
    of.start = kFromBeginning;
    of.settings = std::move(settings);
    r.member = std::move(cluster_->make_member(of, r.alarm).value());
    return r;
  }
  // One that has its partitions and waits.
  Receiver& ready_receiver(const std::string& group = "g", Settings settings = {}) {
    Receiver& r = receiver(group, std::move(settings));
    run(clock.now() + kSecond);
    return r;
  }

  static Sent send(Sender& s, const std::string& value, std::int32_t partition = 0) {
    return s.producer->send(partition, {}, std::as_bytes(std::span(value.data(), value.size())), 0);
  }

  // Lets everything happen up to and at `until`.
  void run(Nanos until) {
    for (int spins = 0;;) {
      poll_due();
      Nanos next = admin_alarm.earliest;
      for (const Sender& s : senders_) next = std::min(next, s.alarm.earliest);
      for (const Receiver& r : receivers_) next = std::min(next, r.hangs ? base::kNever : r.alarm.earliest);
      if (next > until) break;
      spins = next > clock.now() ? 0 : spins + 1;  // one object's poll may give another something at once
      ASSERT_LT(spins, 3) << "asks to be woken at once although it has nothing";
      clock.move_to(next);
    }
    clock.move_to(until);
    poll_due();
  }
  void run_for(Nanos span) { run(clock.now() + span); }

  void fault(LoopbackFault::Kind kind, Nanos amount = 0, std::uint32_t every = 0) {
    LoopbackFault f;
    f.kind = kind;
    f.amount = amount;
    f.every = every;
    options.faults.push_back(f);
  }

  base::ManualClock clock{10 * kSecond};
  LoopbackOptions options;
  Alarm admin_alarm;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<Admin> admin_;

 private:
  static std::string text(Bytes b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }

  void poll_due() {
    if (admin_alarm.due(clock.now())) admin_alarm.earliest = base::kNever;
    for (Sender& s : senders_) {
      if (s.alarm.due(clock.now())) poll(s);
    }
    for (Receiver& r : receivers_) {
      if (!r.hangs && r.alarm.due(clock.now())) poll(r);
    }
  }
  void poll(Sender& s) {
    s.alarm.earliest = base::kNever;
    while (const auto ended = s.producer->poll_transaction()) s.ended.push_back({clock.now(), *ended});
    while (const auto r = s.producer->poll()) {
      s.told.push_back({clock.now(), r->persisted, r->offset, text(r->value)});
    }
  }
  void poll(Receiver& r) {
    r.alarm.earliest = base::kNever;
    while (const auto event = r.member->poll()) {
      const Nanos now = clock.now();
      if (const auto* e = std::get_if<Record>(&*event)) {
        r.seen.push_back({now, e->from.partition, e->offset, text(e->value)});
      }
      if (const auto* e = std::get_if<Assigned>(&*event)) r.assigned.push_back({now, *e});
      if (const auto* e = std::get_if<Revoked>(&*event)) r.revoked.push_back({now, *e});
      if (const auto* e = std::get_if<Lost>(&*event)) r.lost.push_back({now, *e});
      if (const auto* e = std::get_if<End>(&*event)) r.ends.push_back({now, *e});
      if (const auto* e = std::get_if<Reset>(&*event)) r.resets.push_back({now, *e});
    }
  }

  int partitions_ = 1;
  std::deque<Sender> senders_;
  std::deque<Receiver> receivers_;
};

}  // namespace freshet::cluster
