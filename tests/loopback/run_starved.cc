// A harness that does not get the CPU it needs: busy loops beside it, all on one CPU by affinity. It has to
// say that its figures cannot be trusted, by its own figures.
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <memory>

#include "harness/engine/threads.h"
#include "tests/simulation/rule_of.h"
#include "tests/simulation/run_fixture.h"

namespace freshet::test {
namespace {

// From here on this thread and those that it makes, and its children, have one CPU.
bool keep_to_one_cpu() {
  cpu_set_t mine;
  if (sched_getaffinity(0, sizeof mine, &mine) != 0) return false;
  int last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(static_cast<std::size_t>(last), &mine)) --last;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(last), &one);
  return sched_setaffinity(0, sizeof one, &one) == 0;
}

// Processes that wait until they are let go, then compute for `busy` and end.
class BusyLoops {
 public:
  BusyLoops(int loops, Nanos busy) {
    if (pipe(pipe_) != 0) return;
    for (int i = 0; i < loops; ++i) {
      const pid_t child = fork();
      if (child == 0) loop(busy);
      children_.push_back(child);
    }
    close(pipe_[0]);
  }
  ~BusyLoops() {
    let_go();
    for (const pid_t child : children_) kill(child, SIGKILL);
    for (const pid_t child : children_) waitpid(child, nullptr, 0);
  }
  BusyLoops(const BusyLoops&) = delete;
  BusyLoops& operator=(const BusyLoops&) = delete;
  void let_go() {
    if (pipe_[1] >= 0) close(pipe_[1]);
    pipe_[1] = -1;
  }

 private:
  static Nanos now() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * kSecond + t.tv_nsec;
  }
  [[noreturn]] void loop(Nanos busy) const {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(pipe_[1]);
    char none = 0;
    (void)!read(pipe_[0], &none, 1);  // until the other end is closed
    const Nanos until = now() + busy;
    while (now() < until) {
    }
    _exit(0);
  }

  int pipe_[2] = {-1, -1};
  std::vector<pid_t> children_;
};

// For 3 of the 5 measured seconds 32 loops want the CPU, each with the 68-fold weight of one of the harness's
// threads (nice 0 against 19, sched_prio_to_weight): a thread has a two-thousandth of it. A timer that is to
// wake each millisecond, and a sender of 200 events a second, take more than that on any machine, and once
// they have had their part they wait for a round of all the others: far over 5 % of half a second.
TEST(Starved, ByBusyLoopsOnItsOnlyCpuARunIsInvalid) {
  ASSERT_TRUE(keep_to_one_cpu());
  BusyLoops loops(32, 3 * kSecond);
  ASSERT_EQ(setpriority(PRIO_PROCESS, 0, 19), 0);
  plan::Plan plan = small_plan(200, 5);
  plan.slos.push_back({.percentile = 0.9, .threshold = 0.5 * kSecond});
  finish(plan);
  const TemporaryFolder folder;
  engine::RunOptions options;
  options.folder = folder.path();
  options.hold_assignment = 0;
  options.on_progress = [&](const engine::Progress& progress) {
    if (progress.elapsed > kSecond) loops.let_go();
  };
  engine::Threads threads;
  const auto cluster = cluster::make_loopback(threads.clock(), {});
  const auto ran = engine::run(plan, *cluster, threads, options);
  ASSERT_TRUE(ran.ok()) << ran.error().message;
  const auto settled = results::settle(folder.path());
  ASSERT_TRUE(settled.ok()) << settled.error().message;
  const judge::Verdict verdict = judge::judge(settled->plan, settled->figures);
  EXPECT_EQ(verdict.outcome, judge::Outcome::invalid) << verdict.reason;
  EXPECT_FALSE(rule_of(verdict, "V1").holds) << rule_of(verdict, "V1").figure;
  EXPECT_FALSE(rule_of(verdict, "V4").holds) << rule_of(verdict, "V4").figure;
  std::printf("V1 %s, V4 %s\n", rule_of(verdict, "V1").figure.c_str(), rule_of(verdict, "V4").figure.c_str());
  const results::Outcomes& outcomes = row(settled->figures).outcomes;
  EXPECT_EQ(outcomes.visible, outcomes.planned) << "late, but nothing is left out";
}

}  // namespace
}  // namespace freshet::test
