// freshet run: a scenario on a cluster; ends with the summary and the verdict as exit status.
#include <fmt/format.h>

#include <filesystem>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/console.h"
#include "harness/cli/live_metrics.h"
#include "harness/cli/load.h"
#include "harness/cli/loopback_share.h"
#include "harness/cli/manifest.h"
#include "harness/cli/options.h"
#include "harness/cli/progress_display.h"
#include "harness/cli/settled_run.h"
#include "harness/cli/signals.h"
#include "harness/cli/target.h"
#include "harness/engine/run.h"
#include "harness/engine/threads.h"
#include "harness/plan/calibration.h"
#include "harness/plan/isolation.h"
#include "harness/results/layout.h"

namespace freshet::cli {
namespace {

constexpr int kMostSenders = 64;

OptionSpec spec() {
  OptionSpec spec;
  spec.positional = "SCENARIO";
  po::options_description& options = spec.options;
  options.add_options()("help,h", "this text");
  add_target_options(options);
  add_scenario_options(spec);
  options.add_options()("out,o", po::value<std::string>()->value_name("FOLDER"),
                        "where the run is recorded; has to be absent or empty. Default: runs/TIME-SCENARIO")(
      "senders", po::value<int>()->default_value(1)->value_name("N"),
      "threads that send; the events stay the same")("keep-topics", po::bool_switch(),
                                                     "do not delete the run's topics and groups at its end")(
      "prefix", po::value<std::string>()->value_name("TEXT"),
      "what the names of topics and groups begin with; topics that exist in the scenario's shape are used. "
      "Default: one of the run's own")(
      "connect-timeout", po::value<std::string>()->default_value("10s")->value_name("TIME"),
      "how long the cluster may take to answer before the run is given up (exit 5)")(
      "allow-commands", po::bool_switch(),
      "run the commands that the scenario's faults name, as you and in this folder; check shows them")(
      "trace", po::value<std::string>()->implicit_value("100%")->value_name("[=SHARE]"),
      "record every event's stamps, or those of a share of the events, so that anybody can compute the "
      "figures "
      "again; at most 1 GiB before compression, beyond it of fewer and fewer events, and the run says of "
      "which "
      "share")("json", po::bool_switch(),
               "the figures and the verdict as JSON on stdout; the text goes to stderr")(
      "no-calibration", po::bool_switch(),
      "do not run the steady load on the loopback log for some seconds first; then no noise floor stands "
      "beside "
      "the figures")(
      "metrics", po::value<std::string>()->value_name("[ADDR:]PORT"),
      "serve live metrics for Prometheus at http://ADDR:PORT/metrics while the run goes on; ADDR is "
      "127.0.0.1 unless given, PORT 0 takes a free one")(
      "metrics-hold", po::value<std::string>()->value_name("TIME"),
      "go on serving the run's last metrics for so long after its end, so that they are scraped; Ctrl-C ends "
      "it")("quiet,q", po::bool_switch(), "no progress and no notes, only the summary");
  add_look(options);
  return spec;
}

std::string help() {
  return R"(usage: freshet run SCENARIO [-b HOST:PORT | --target NAME=FILE] [OPTION…]

Runs the scenario and prints how stale its events were, first of all whether its
SLOs hold. With no target named it runs on the built-in loopback log, whose
figures are the harness's own noise floor.
Ctrl-C ends sending, waits for what is on its way and reports what was measured;
a second one stops at once. What a fault has done is undone before it ends.

)" + option_help(spec()) +
         R"(
Examples:
  freshet run scenarios/smoke.lua
  freshet run scenarios/incident_burst.lua -b 127.0.0.1:9092
  freshet run scenarios/incident_burst.lua --target kafka=client.properties
  freshet run scenarios/incident_burst.lua -P chat_rate=2000/s -o runs/double
  freshet run scenarios/smoke.lua -b 127.0.0.1:9092 -X linger.ms=0 --json
  freshet run scenarios/smoke.lua --trace
  freshet run scenarios/incident_burst.lua -b 127.0.0.1:9092 --metrics 9464

The exit status is the verdict: freshet help exit-status.
)";
}

struct Request {
  Look look;
  std::filesystem::path folder;
  std::string prefix;
  base::Nanos connect_timeout = 0;
  int senders = 1;
  double trace = 0;  // share of the events; 0: none
  std::optional<MetricsAddress> metrics;
  base::Nanos metrics_hold = 0;
  bool json = false, quiet = false, keep_topics = false, allow_commands = false, calibrate = true;
};

std::filesystem::path default_folder(const plan::Plan& plan, base::Nanos wall) {
  return std::filesystem::path("runs") / (compact_utc(wall) + "-" + plan.name);
}

base::Status read_metrics(const po::variables_map& values, Request& request) {
  if (values.count("metrics")) {
    const auto address = parse_metrics_address(values["metrics"].as<std::string>());
    if (!address) return address.error();
    request.metrics = *address;
  }
  if (!values.count("metrics-hold")) return base::Ok{};
  if (!request.metrics)
    return base::usage_error("--metrics-hold holds what --metrics serves, which was not given");
  const auto hold = base::parse_duration(values["metrics-hold"].as<std::string>());
  if (!hold) return base::usage_error("--metrics-hold: " + hold.error().message);
  request.metrics_hold = *hold;
  return base::Ok{};
}

base::Result<Request> read_request(const po::variables_map& values) {
  Request request;
  const auto look = look_of(values);
  if (!look) return look.error();
  request.look = *look;
  const auto timeout = connect_timeout(values);
  if (!timeout) return timeout.error();
  request.connect_timeout = *timeout;
  request.senders = values["senders"].as<int>();
  if (request.senders < 1 || request.senders > kMostSenders) {
    return base::usage_error(fmt::format("--senders is {}; expected 1 to {}", request.senders, kMostSenders));
  }
  if (values.count("trace")) {
    const auto share = base::parse_share(values["trace"].as<std::string>());
    if (!share) return base::usage_error("--trace: " + share.error().message);
    if (*share <= 0)
      return base::usage_error("--trace=0% records nothing; leave it out, or give a share above 0 %");
    request.trace = *share;
  }
  if (const base::Status read = read_metrics(values, request); !read) return read.error();
  if (values.count("out")) request.folder = values["out"].as<std::string>();
  if (values.count("out") && request.folder.empty())
    return base::usage_error("-o needs the name of a folder");
  if (values.count("prefix")) request.prefix = values["prefix"].as<std::string>();
  request.json = values["json"].as<bool>();
  request.quiet = values["quiet"].as<bool>();
  request.calibrate = !values["no-calibration"].as<bool>();
  request.keep_topics = values["keep-topics"].as<bool>();
  request.allow_commands = values["allow-commands"].as<bool>();
  return request;
}

// A scenario may come from anybody; what it runs is shown before it may.
std::optional<std::string> commands_refused(const plan::Plan& plan, const Request& request) {
  if (plan.faults.empty() || request.allow_commands) return std::nullopt;
  std::string text = "the scenario's faults run these commands, as you and in this folder:\n";
  for (const plan::Fault& fault : plan.faults) {
    text += fmt::format("  {} at {}: {}\n", plan.phases[fault.phase].name, base::format_duration(fault.at),
                        fault.run);
    if (!fault.undo.empty())
      text += fmt::format("  {} later: {}\n", base::format_duration(fault.after), fault.undo);
  }
  return text + "Nothing was run. If they may be run, add --allow-commands";
}

int tell_run(const Request& request, LiveMetrics* metrics) {
  const auto run = settled_run(request.folder);
  if (!run) return fail(run.error().message, kExitUsage);
  if (metrics) metrics->show(*run);
  if (const base::Status written = write_reports(*run); !written)
    return fail(written.error().message, kExitUsage);
  if (request.json) {
    if (!request.quiet) notice(formatted(*run, Format::text, stderr_style(request.look)));
    print(formatted(*run, Format::json, {}));
  } else {
    print(formatted(*run, Format::text, stdout_style(request.look)));
  }
  const auto annotations = tell_github(*run);
  if (!annotations) {
    notice("warning: " + annotations.error().message + "\n");
  } else if (!request.json) {
    print(*annotations);
  }
  return run->verdict.exit_status();
}

// What is run on the loopback log first. Gives the exit status when the run cannot go on after it, else tells
// in `calibrated` how the noise floor came about.
std::optional<int> run_beforehand(const Prepared& prepared, Target& target, const Request& request,
                                  LoopbackShare share, ProgressDisplay& display, nlohmann::json& calibrated) {
  if (target.cluster->is_loopback_log()) return std::nullopt;  // there the figures are the floor
  const bool windows = needs_loopback_share(prepared.plan, target);
  calibrated = "left out (--no-calibration)";
  if (!windows && !request.calibrate) return std::nullopt;
  if (const base::Status reached = answers(target, request.connect_timeout); !reached)
    return fail(reached.error().message, exit_status_of(reached.error()));
  const auto run_part = [&](const plan::Plan& part, const char* into, const std::string& words) {
    if (!request.quiet) {
      notice(words);
      share.on_progress = [&](const engine::Progress& progress) { display.show(progress); };
    }
    auto done = share(part, into);
    if (!request.quiet) display.finish();
    return done;
  };
  constexpr const char* kInterrupted = "interrupted before the start: nothing was measured";
  if (windows) {
    const auto done = run_part(plan::isolation_part(prepared.plan), results::kLoopbackFolder,
                               loopback_notice(prepared.plan));
    if (!done) return fail(done.error().message, exit_status_of(done.error()));
    if (!*done) return fail(kInterrupted, kExitInterrupted);
  }
  if (!request.calibrate) return std::nullopt;
  const auto done =
      run_part(plan::calibration_part(prepared.plan), results::kCalibrationFolder, calibration_notice());
  if (done && !*done) return fail(kInterrupted, kExitInterrupted);
  calibrated = done ? "done" : done.error().message;
  if (!done && !request.quiet)
    notice("warning: no noise floor stands beside the figures: " + done.error().message + "\n");
  return std::nullopt;
}

void hold(const LiveMetrics& metrics, const Request& request, const std::atomic<int>& stop) {
  if (request.metrics_hold <= 0 || stop.load() != engine::kGoOn) return;
  if (!request.quiet)
    notice(fmt::format("the last metrics are served for {} more (Ctrl-C ends it)\n",
                       base::format_duration(request.metrics_hold)));
  metrics.hold(request.metrics_hold, stop);
}

// The engine's part. What was measured is told before the run cleans up after itself. Gives the exit status.
int drive(const Prepared& prepared, Target& target, const Request& request, const Args& whole,
          const base::Clock& clock, const StopOnSignal& signals, LiveMetrics* metrics) {
  ProgressDisplay display(request.look, signals.requested());
  nlohmann::json calibrated;
  const LoopbackShare share{.folder = request.folder,
                            .manifest = manifest(prepared.plan, whole, clock.wall()),
                            .senders = request.senders,
                            .trace = request.trace,
                            .stop = &signals.requested()};
  if (const auto status = run_beforehand(prepared, target, request, share, display, calibrated))
    return *status;
  engine::RunOptions options;
  options.folder = request.folder;
  options.manifest = manifest(prepared.plan, whole, clock.wall());
  options.manifest["profiles"] = prepared.profiles;
  if (!calibrated.is_null()) options.manifest["calibration"] = calibrated;
  options.target = target.name;
  options.host_usage = base::read_host_usage;
  options.senders = request.senders;
  options.trace.share = request.trace;
  options.keep_topics = request.keep_topics;
  options.connect_timeout = request.connect_timeout;
  options.stop = &signals.requested();
  engine::ShellCommands commands;
  if (request.allow_commands) options.commands = &commands;
  options.secrets = target.secrets;
  if (!request.quiet) options.on_progress = [&](const engine::Progress& progress) { display.show(progress); };
  if (metrics) options.on_live = [&](const results::Live& live) { metrics->show(live); };
  options.prefix = request.prefix;
  int status = kExitUsage;
  options.on_measured = [&] {
    if (!request.quiet) display.finish();
    status = tell_run(request, metrics);
  };
  engine::Threads driver;
  const auto outcome = engine::run(prepared.plan, *target.cluster, driver, options);
  if (!request.quiet) display.finish();
  if (!outcome) return fail(outcome.error().message, exit_status_of(outcome.error()));
  if (!outcome->started) return fail("interrupted before the start: nothing was measured", kExitInterrupted);
  if (!request.quiet) {
    for (const std::string& warning : outcome->warnings) notice("warning: " + warning + "\n");
  }
  if (metrics) hold(*metrics, request, signals.requested());
  return status;
}

int run(const po::variables_map& values, const Args& whole) {
  auto request = read_request(values);
  if (!request) return fail(request.error().message, kExitUsage);
  const auto prepared = prepare(values[kPositional].as<std::vector<std::string>>().front(), values);
  if (!prepared) {
    notice(prepared.error().message + "\n");
    return kExitUsage;
  }
  if (const auto refused = commands_refused(prepared->plan, *request)) return fail(*refused, kExitUsage);
  const base::RealClock clock;
  if (request->folder.empty()) request->folder = default_folder(prepared->plan, clock.wall());
  auto target = open_target(values, prepared->plan.seed, clock);
  if (!target) return fail(target.error().message, exit_status_of(target.error()));
  if (const base::Status fit = check_clients(prepared->plan, target->options); !fit)
    return fail(fit.error().message, kExitUsage);
  if (const auto refused = refusal(*prepared, *target, values)) return fail(*refused, kExitUsage);
  const StopOnSignal signals;  // outlives what is served: a reader that went away must not end the run
  std::unique_ptr<LiveMetrics> metrics;
  if (request->metrics) {
    auto opened = LiveMetrics::open(*request->metrics, prepared->plan, target->name,
                                    target->cluster->is_loopback_log());
    if (!opened) return fail(opened.error().message, kExitUsage);
    metrics = std::move(opened).value();
    notice("live metrics: " + metrics->url() + "\n");
  }
  if (!request->quiet) {
    for (const std::string& line : warnings(*prepared)) notice("warning: " + line + "\n");
    notice(fmt::format("running {} on {} for {}, recorded in {}\n", prepared->plan.name,
                       target->cluster->address(), base::format_duration(prepared->plan.end()),
                       shown(request->folder)));
  }
  return drive(*prepared, *target, *request, whole, clock, signals, metrics.get());
}

}  // namespace

const Command kRunCommand = {"run", "run a scenario on a cluster and judge it", help, spec, run};

}  // namespace freshet::cli
