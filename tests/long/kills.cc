// kill -9 of the harness at random moments of runs on a real Kafka: every folder opens, is marked partial,
// and agrees with what lies in the topic up to its last second.
//
// FRESHET_KILLS says how many (100), FRESHET_RANDOM_SEED repeats the moments.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <set>
#include <thread>

#include "harness/base/random.h"
#include "harness/cluster/kafka/kafka.h"
#include "harness/measure/envelope.h"
#include "harness/plan/lanes.h"
#include "harness/results/settle.h"
#include "tests/cli/program.h"
#include "tests/kafka/broker.h"

namespace freshet::test {
namespace {

using base::kMillisecond;
using base::kSecond;
using base::Nanos;

constexpr const char* kScenario = R"(
return scenario {
  name = "long",
  streams = { chat = { rate = "500/s", bound = "5s", partitions = 4 } },
  groups = { copilot = { members = 2 } },
  phases = { steady { "60s" } },
}
)";
constexpr int kPartitions = 4;

std::uint64_t from_environment(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

// τ of every event of the run that lies in the topic, each event once.
std::vector<Nanos> events_in(cluster::Cluster& kafka, const std::string& topic, std::uint64_t run_id) {
  const base::RealClock clock;
  base::EventWake wake;
  auto member = kafka.make_member({.group = topic + "-reader",
                                   .client_id = {},
                                   .topics = {topic},
                                   .start = cluster::kFromBeginning,
                                   .settings = {}},
                                  wake);
  EXPECT_TRUE(member.ok()) << member.error().message;
  if (!member) return {};
  std::set<std::pair<std::uint16_t, std::uint64_t>> seen;
  std::set<std::int32_t> ended;
  std::vector<Nanos> times;
  while (ended.size() < kPartitions) {
    const auto event = (*member)->poll();
    if (!event) {
      wake.wait_until(clock, clock.now() + 100 * kMillisecond);
    } else if (const auto* record = std::get_if<cluster::Record>(&*event)) {
      measure::Envelope envelope;
      EXPECT_EQ(measure::read_envelope(record->value, run_id, envelope), measure::Decoded::ok);
      if (envelope.flags & measure::kProbe) continue;
      if (seen.insert({envelope.lane, envelope.n}).second) times.push_back(envelope.tau);
    } else if (const auto* end = std::get_if<cluster::End>(&*event)) {
      ended.insert(end->from.partition);
    }
  }
  (*member)->close();
  while (!(*member)->closed()) (void)(*member)->poll();
  return times;
}

std::uint64_t before(const std::vector<Nanos>& times, Nanos limit) {
  return static_cast<std::uint64_t>(
      std::count_if(times.begin(), times.end(), [&](Nanos tau) { return tau < limit; }));
}

// The second up to which the figures say what was planned.
Nanos known_until(const plan::Plan& plan, std::uint64_t planned) {
  const plan::StreamLanes lanes(plan, 0);
  std::vector<Nanos> times;
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    for (plan::TimeCursor c(lanes, lane); c.tau() != base::kNever; c.advance()) times.push_back(c.tau());
  }
  for (Nanos second = 0; second <= plan.end(); second += kSecond) {
    if (before(times, second) == planned) return second;
  }
  ADD_FAILURE() << planned << " planned events are of no whole number of seconds";
  return 0;
}

class Kills : public testing::Test {
 protected:
  void SetUp() override {
    address_ = shared_kafka();
    ASSERT_FALSE(address_.empty()) << "no Kafka to test on";
    scratch_.write("long.lua", kScenario);
    auto kafka = cluster::make_kafka(clock_, {.bootstrap = address_});
    ASSERT_TRUE(kafka.ok());
    kafka_ = std::move(kafka).value();
  }

  void kill_after(Nanos moment, const std::string& name) {
    tests::Freshet freshet(scratch_.path(), {"run", "long.lua", "-b", address_, "-o", name, "--keep-topics",
                                             "--prefix", name + "-"});
    std::this_thread::sleep_for(std::chrono::nanoseconds(moment));
    freshet.signal(SIGKILL);
    EXPECT_EQ(freshet.wait().exit_status, 128 + SIGKILL);
  }

  // Whether anything was measured.
  bool check(const std::string& name) {
    if (!std::filesystem::exists(scratch_.path() / name / "plan.json"))
      return false;  // killed before it began
    const tests::Ran report = tests::run_freshet(scratch_.path(), {"report", name});
    EXPECT_EQ(report.exit_status, 130) << report.err;
    EXPECT_THAT(report.out, testing::StartsWith("INTERRUPTED: partial"));
    const auto settled = results::settle(scratch_.path() / name);
    EXPECT_TRUE(settled.ok()) << settled.error().message;
    if (!settled) return false;
    EXPECT_EQ(settled->figures.ending, "killed");
    for (const results::StalenessRow& row : settled->figures.staleness) {
      if (row.phase != -1 || row.tier != -1) continue;
      EXPECT_EQ(row.outcomes.visible + row.outcomes.unclassified, row.outcomes.planned);
      if (row.outcomes.planned == 0) return false;
      const std::uint64_t run_id =
          std::stoull(settled->manifest.at("run_id").get<std::string>(), nullptr, 16);
      const std::vector<Nanos> logged = events_in(*kafka_, name + "-chat", run_id);
      const Nanos known = known_until(settled->plan, row.outcomes.planned);
      EXPECT_LE(row.outcomes.visible, before(logged, known)) << "visible, and not in the log";
      EXPECT_GE(row.outcomes.visible, before(logged, known - kSecond)) << "in the log for over a second";
      return true;
    }
    return false;
  }

  void clean(const std::string& name) {
    base::EventWake wake;
    auto admin = kafka_->make_admin(wake);
    ASSERT_TRUE(admin.ok());
    (void)(*admin)->delete_topics({name + "-chat"}, 10 * kSecond);
  }

  base::RealClock clock_;
  std::string address_;
  tests::ScratchFolder scratch_;
  std::unique_ptr<cluster::Cluster> kafka_;
};

TEST_F(Kills, LeaveFoldersThatAgreeWithTheLog) {
  base::Random random(from_environment("FRESHET_RANDOM_SEED", 1));
  std::uint64_t measured = 0;
  const std::uint64_t kills = from_environment("FRESHET_KILLS", 100);
  for (std::uint64_t i = 0; i < kills; ++i) {
    const std::string name = "kill" + std::to_string(i);
    const Nanos moment = static_cast<Nanos>(random.below(15'000)) * kMillisecond;
    SCOPED_TRACE(name + " after " + std::to_string(moment / kMillisecond) + " ms");
    kill_after(moment, name);
    measured += check(name);
    clean(name);
    if (HasFailure()) return;
  }
  EXPECT_GT(measured, kills / 10) << "most were killed before they measured anything";
}

}  // namespace
}  // namespace freshet::test
