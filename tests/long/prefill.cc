// A past of many gigabytes goes through the program and never stays in it. FRESHET_LONG_PREFILL says how much
// ("1GB" by default, "10GB" before a release); retention keeps the disk small.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/cli/program.h"
#include "tests/kafka/broker.h"

namespace freshet::test {
namespace {

constexpr double kMiB = 1048576;
// The client's queue (100 000 records) and buffers fill in the first seconds; after them nothing may grow but
// what a run of any length needs.
constexpr double kQueue = 400, kGrowth = 64;

double resident(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/statm");
  double all = 0, pages = 0;
  file >> all >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / kMiB;
}

// MiB, ten times a second, until told to stop.
std::vector<double> sampled(pid_t process, const std::atomic<bool>& stop) {
  std::vector<double> samples;
  while (!stop) {
    samples.push_back(resident(process));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return samples;
}

double greatest(const std::vector<double>& samples, std::size_t from, std::size_t to) {
  double most = 0;
  for (std::size_t i = from; i < std::min(to, samples.size()); ++i) most = std::max(most, samples[i]);
  return most;
}

TEST(LongPrefill, IsStreamedAndNeverHeld) {
  const char* asked = std::getenv("FRESHET_LONG_PREFILL");
  const std::string amount = asked != nullptr ? asked : "1GB";
  Brokers broker({.settings = {"log.retention.check.interval.ms=1000", "log.initial.task.delay.ms=500",
                               "log.segment.delete.delay.ms=500"}});
  ASSERT_FALSE(broker.address().empty());
  tests::ScratchFolder scratch;
  scratch.write("past.lua", R"(
return scenario {
  name = "past",
  streams = { chat = { rate = "200/s", bound = "10s", partitions = 3, size = "1000B", prefill = ")" +
                                amount + R"(",
                       topic = { ["retention.bytes"] = 200000000, ["segment.bytes"] = 50000000 } } },
  groups = { copilot = {} },
  phases = { warmup { "2s" }, bootstrap { "30s", group = "fresh" }, recovery { "12s" } },
})");
  tests::Freshet freshet(scratch.path(), {"run", "past.lua", "-b", broker.address(), "-o", "past"});
  std::atomic<bool> stop{false};
  std::vector<double> samples;
  std::thread sampler([&] { samples = sampled(freshet.pid(), stop); });
  const bool written = freshet.wait_for("joining");
  stop = true;
  sampler.join();
  const tests::Ran ran = freshet.wait();
  ASSERT_TRUE(written) << ran.err;
  EXPECT_TRUE(ran.exit_status == 0 || ran.exit_status == 3) << ran.err;
  const double third = greatest(samples, 0, samples.size() / 3), most = greatest(samples, 0, samples.size());
  std::printf("%s written in %zu s: at most %.0f MiB in the first third, %.0f MiB in all\n", amount.c_str(),
              samples.size() / 10, third, most);
  EXPECT_LT(most, kQueue);
  EXPECT_LT(most, third + kGrowth);

  const auto summary = nlohmann::json::parse(tests::read_file(scratch.path() / "past/summary.json"));
  const nlohmann::json& pass = summary.at("replays").at(0);
  std::printf("%s\n", pass.dump(1).c_str());
  EXPECT_TRUE(pass.at("finished"));
  const nlohmann::json& o = pass.at("to_read");
  EXPECT_EQ(o.at("visible").get<std::uint64_t>() + o.at("expired").get<std::uint64_t>(),
            o.at("planned").get<std::uint64_t>());
  EXPECT_GT(o.at("expired").get<std::uint64_t>(), 0U);
}

}  // namespace
}  // namespace freshet::test
