// Staleness beside Kafka's own end-to-end tool, on one broker and at the same time, so that what else the
// machine does is done to both; and what makes the two differ, shown by doing it.
//
// The tool sends a record, waits for its acknowledgement, asks for it and polls until it is there: two trips
// to the broker, one after the other, from before send() to after poll(), in whole milliseconds. It is a
// closed loop: the next record is sent when the last one has come. A fetch of freshet's waits at the broker
// already, so that a record takes one trip; it counts from the intended time, and the next event is due
// whatever became of the last one. On top of the trip are the sender's lateness, the wakes of its threads,
// and the linger, which the tool sets to 0.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <map>
#include <thread>
#include <vector>

#include "tests/kafka/broker.h"
#include "tests/kafka/kafka_run.h"
#include "tests/kafka/one_by_one.h"

namespace freshet::test {
namespace {

double in_ms(Nanos t) {
  return static_cast<double>(t) / kMillisecond;
}

// A run that goes on until it is dropped or asked for its figures; its sending has begun when it is made.
class GoingOn {
 public:
  GoingOn(const std::string& address, const plan::Plan& plan) : run_(address) {
    std::promise<void> sends;
    run_.options.on_progress = [&, told = false](const engine::Progress& progress) mutable {
      if (told || progress.stage != engine::Progress::Stage::running) return;
      told = true;
      sends.set_value();
    };
    settled_ = std::async(std::launch::async, [&] { return run_(plan); });
    const auto began = sends.get_future();
    while (began.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout) {
      if (settled_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) break;
    }
  }
  ~GoingOn() { run_.stop = engine::kStopNow; }
  GoingOn(const GoingOn&) = delete;
  GoingOn& operator=(const GoingOn&) = delete;

  results::Settled settled() {
    run_.stop = engine::kStopSending;
    return settled_.get();
  }

 private:
  KafkaRun run_;
  std::future<results::Settled> settled_;
};

// Kafka's EndToEndLatency, as it goes.
class Tool {
 public:
  Tool(const std::string& address, int records)
      : pipe_(popen(("'" FRESHET_SCRIPTS "/kafka' tool e2e-latency --bootstrap-server " + address +
                     " --topic freshet-test-e2e --producer-acks all --record-size 200 --num-records " +
                     std::to_string(records))
                        .c_str(),
                    "r")) {}
  ~Tool() {
    if (pipe_ != nullptr) pclose(pipe_);
  }
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;

  // It has sent its first record and got it, and goes on with the others.
  bool began() { return line_with("0\t") != ""; }
  // Of all its records, each in whole milliseconds, rounded down. With at most 1000 records the 99.9th
  // percentile is the greatest.
  struct Percentiles {
    bool known = false;
    double p50 = 0, p99 = 0, greatest = 0;
  };
  Percentiles percentiles() {
    const std::string line = line_with("Percentiles:");
    Percentiles p;
    p.known = std::sscanf(line.c_str(), "Percentiles: 50th = %lf, 99th = %lf, 99.9th = %lf", &p.p50, &p.p99,
                          &p.greatest) == 3;
    return p;
  }

 private:
  std::string line_with(const std::string& begin) {
    char line[512];
    while (pipe_ != nullptr && std::fgets(line, sizeof line, pipe_) != nullptr) {
      if (std::string(line).starts_with(begin)) return line;
    }
    return "";
  }

  FILE* pipe_;
};

// Stops the only broker for that long at least; gives for how long at most.
Nanos freeze(const Brokers& broker, Nanos length) {
  using Clock = std::chrono::steady_clock;
  pid_t pid = 0;
  std::ifstream(broker.dir() + "/node-1/pid") >> pid;
  if (pid <= 0) {
    ADD_FAILURE() << "no process of the broker";
    return 0;
  }
  const auto began = Clock::now();
  kill(pid, SIGSTOP);
  std::this_thread::sleep_for(std::chrono::nanoseconds(length));
  kill(pid, SIGCONT);
  return std::chrono::nanoseconds(Clock::now() - began).count();
}

// What three threads take to wake, the sender's, librdkafka's and the member's; ms.
constexpr int kWakes = 5;
constexpr int kLinger = 50;

// The medians of the events of each second. What else the machine does is in the figures of some seconds.
std::map<std::int64_t, Nanos> medians(const results::Settled& settled, int stream) {
  std::map<std::int64_t, Nanos> of;
  for (const results::OffsetAndLag& second : settled.timeline) {
    if (second.staleness_p50 > 0 && second.stream == stream) of[second.second] = second.staleness_p50;
  }
  return of;
}

Nanos middle(std::vector<Nanos> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

TEST(BesideKafkasOwnTool, ARecordTakesOneTripWhereTheToolTakesTwo) {
  const std::string address = shared_kafka();
  ASSERT_FALSE(address.empty()) << "no Kafka to test on";
  plan::Plan plan = one_by_one(100, 60);
  plan::Stream waits = plan.streams[0];
  waits.name = waits.klass = "waits";
  waits.rate = 5;  // a record is alone in its batch mostly, and waits for the whole linger
  waits.client_settings["linger.ms"] = std::to_string(kLinger);
  plan.streams.push_back(waits);
  plan.groups[0].streams.push_back({1, waits.bound});
  finish(plan);
  GoingOn run(address, plan);
  Tool::Percentiles theirs;
  for (int turn = 0; turn < 3; ++turn) {
    const Tool::Percentiles of_turn = Tool(address, 1000).percentiles();
    ASSERT_TRUE(of_turn.known);
    theirs = turn == 0 || of_turn.p50 < theirs.p50 ? of_turn : theirs;
  }
  const results::Settled settled = run.settled();
  const auto ours = medians(settled, 0), waiting = medians(settled, 1);
  std::vector<Nanos> both, differences;
  for (const auto& [second, staleness] : waiting) {
    if (!ours.contains(second)) continue;
    both.push_back(ours.at(second));
    differences.push_back(staleness - ours.at(second));
  }
  ASSERT_GE(differences.size(), 5U);
  const Nanos least = std::ranges::min(both), usual = middle(both), linger = middle(differences);
  const Nanos late = [&] {
    for (const results::Quantile& q : settled.figures.producers.at(0).own_delay)
      if (q.p == 0.5) return q.value;
    return Nanos{0};
  }();
  std::printf("p50 ms: ours %.3f in the quietest second, %.3f usually (sender late by %.3f), ", in_ms(least),
              in_ms(usual), in_ms(late));
  std::printf("tool %.0f-%.0f in the quietest turn; a linger of %d ms adds %.3f\n", theirs.p50,
              theirs.p50 + 1, kLinger, in_ms(linger));
  // One trip is no longer than two; the tool tells whole milliseconds.
  EXPECT_LE(in_ms(least), theirs.p50 + 1 + in_ms(late) + kWakes);
  // The linger is all that the other stream has more, but for as much as the machine's other work adds.
  EXPECT_NEAR(in_ms(linger), kLinger, in_ms(usual - least) + kWakes);
}

TEST(BesideKafkasOwnTool, AFrozenBrokerShowsItsLengthInBothAndItsShareInOursAlone) {
  const Brokers broker;
  ASSERT_FALSE(broker.address().empty()) << "no Kafka to test on";
  constexpr int kRate = 200;
  constexpr Nanos kFrozen = 3 * kSecond, kSlack = 500 * kMillisecond;
  plan::Plan plan = one_by_one(kRate, 60);
  plan.streams[0].bound = plan.groups[0].streams[0].bound = kFrozen / 2;
  finish(plan);
  GoingOn run(broker.address(), plan);
  Tool tool(broker.address(), 1000);
  ASSERT_TRUE(tool.began());
  const Nanos frozen = freeze(broker, kFrozen);
  const Tool::Percentiles theirs = tool.percentiles();
  ASSERT_TRUE(theirs.known);
  const results::Settled settled = run.settled();
  const results::StalenessRow& ours = row(settled.figures);
  const Nanos peak = quantile(ours, 1);
  std::printf(
      "frozen for %.0f ms: greatest staleness %.0f ms, tool %.0f ms; over half of it %llu events, of the "
      "tool's "
      "thousand p99 %.0f ms\n",
      in_ms(frozen), in_ms(peak), theirs.greatest, static_cast<unsigned long long>(ours.bad), theirs.p99);
  // Both have the freeze, and what it takes to go on after it.
  EXPECT_GE(peak, kFrozen - kSlack);
  EXPECT_LE(peak, frozen + kSlack);
  EXPECT_GE(theirs.greatest, in_ms(kFrozen - kSlack));
  EXPECT_LE(theirs.greatest, in_ms(frozen + kSlack));
  // Of the events that were due meanwhile, those of its first half. The tool had one record on its way.
  const double half = static_cast<double>(frozen - kFrozen / 2) / kSecond;
  EXPECT_NEAR(static_cast<double>(ours.bad), kRate * half, kRate * static_cast<double>(kSlack) / kSecond);
  EXPECT_LT(theirs.p99, in_ms(kFrozen / 2));
}

}  // namespace
}  // namespace freshet::test
