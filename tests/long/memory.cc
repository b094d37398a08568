// Memory stays flat: an hour of the shipped incident burst in simulation, ten minutes at a high rate on a
// real Kafka, and ten million keys.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>

#include "harness/plan/rates.h"
#include "harness/scenario/scenario.h"
#include "tests/cli/program.h"
#include "tests/kafka/broker.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

constexpr double kMiB = 1048576;

double resident(const std::string& process) {
  std::ifstream file("/proc/" + process + "/statm");
  double all = 0, pages = 0;
  file >> all >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / kMiB;
}

plan::Plan stretched(const char* scenario, Nanos length) {
  plan::Plan plan = scenario::load_scenario(std::string(FRESHET_SCENARIOS) + "/" + scenario, {}).plan;
  const Nanos times = length / plan.end();
  for (plan::Phase& phase : plan.phases) {
    phase.begin *= times;
    phase.end *= times;
  }
  finish(plan);
  return plan;
}

// What grows with the number of events is the ledger: some bytes an event, allocated as they come. Between a
// third and the whole of the hour that may be so much and no more.
constexpr double kLedgerBytesPerEvent = 24;

TEST(Memory, StaysFlatThroughASimulatedHour) {
  const plan::Plan plan = stretched("incident_burst.lua", 3600 * kSecond);
  SimulatedRun run;
  run.loopback = {};
  run.loopback.retention_bytes = 64 << 20;
  double third = 0, last = 0;
  Nanos looked = 0;
  run.cost = [&](const std::string&, Nanos now, bool) -> Nanos {
    if (now - looked > 10 * kSecond) {
      looked = now;
      last = resident("self");
      if (third == 0 && now > kStart + plan.end() / 3) third = last;
    }
    return kMicrosecond;
  };
  const results::Settled settled = run(plan);
  double events = 0;
  for (const results::ProducerRow& row : settled.figures.producers) {
    if (row.phase < 0) events += static_cast<double>(row.sent);
  }
  RecordProperty("third_mib", std::to_string(third));
  RecordProperty("last_mib", std::to_string(last));
  RecordProperty("events", std::to_string(events));
  std::printf("%.0f MiB after a third, %.0f MiB at the end, %.0f events\n", third, last, events);
  EXPECT_GT(events, 5e6);
  EXPECT_LT(last, third + events * kLedgerBytesPerEvent / kMiB);
}

TEST(Memory, StaysFlatThroughTenMinutesAtAHighRate) {
  const std::string address = shared_kafka();
  ASSERT_FALSE(address.empty());
  tests::ScratchFolder scratch;
  scratch.write("high.lua", R"(
return scenario {
  name = "high",
  streams = { chat = { rate = "6000/s", bound = "10s", partitions = 6, size = "200B",
                       topic = { ["retention.bytes"] = 200000000, ["segment.bytes"] = 50000000 } } },
  groups = { copilot = { members = 2 }, desktop = {} },
  phases = { warmup { "10s" }, steady { "600s" } },
})");
  tests::Freshet freshet(scratch.path(), {"run", "high.lua", "-b", address, "-o", "high"});
  ASSERT_TRUE(freshet.wait_for("steady "));
  std::vector<double> samples;
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::seconds(29));
    samples.push_back(resident(std::to_string(freshet.pid())));
    std::printf("%.0f MiB after %d s\n", samples.back(), (i + 1) * 29);
  }
  const tests::Ran ran = freshet.wait();
  EXPECT_TRUE(ran.exit_status == 0 || ran.exit_status == 3) << ran.err;
  EXPECT_LT(samples.back(), samples[6] + 6000 * 29 * 13 * kLedgerBytesPerEvent / kMiB);
}

TEST(Memory, TenMillionKeysFitInAGibibyte) {
  tests::ScratchFolder scratch;
  scratch.write("keys.lua", R"(
local support = require "support"
return scenario {
  name = "keys",
  tenants = support.tenants { enterprise = 20, enterprise_share = "45%", others = 10000000, skew = 1.1 },
  streams = { chat_turn = support.chat_turn { rate = "500/s", bound = "2s" } },
  groups = { copilot = { members = 2 } },
  phases = { warmup { "2s" }, steady { "8s" } },
})");
  const tests::Ran ran = tests::run_freshet(scratch.path(), {"run", "keys.lua", "-o", "keys"});
  EXPECT_TRUE(ran.exit_status == 0 || ran.exit_status == 3) << ran.err;
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  std::printf("%ld MiB at most\n", usage.ru_maxrss / 1024);
  EXPECT_LT(usage.ru_maxrss, 1L << 20);
  EXPECT_GT(usage.ru_maxrss, 100L << 10) << "the keys were not there";
}

}  // namespace
}  // namespace freshet::test
