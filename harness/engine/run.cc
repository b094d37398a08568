#include "harness/engine/run.h"

#include <fmt/format.h>

#include "harness/base/random.h"
#include "harness/base/text.h"
#include "harness/engine/compressibility.h"
#include "harness/engine/conductor.h"
#include "harness/engine/context.h"
#include "harness/engine/durability.h"
#include "harness/engine/faults.h"
#include "harness/engine/hiccup.h"
#include "harness/engine/member_role.h"
#include "harness/engine/member_spec.h"
#include "harness/engine/observer.h"
#include "harness/engine/past.h"
#include "harness/engine/reports.h"
#include "harness/engine/sender.h"
#include "harness/engine/topics.h"
#include "harness/engine/view_reader.h"
#include "harness/engine/writer.h"
#include "harness/measure/envelope.h"
#include "harness/results/run_folder.h"
#include "workloads/size.h"

namespace freshet::engine {
namespace {

static_assert(workloads::kMinimumSize == measure::kEnvelopeSize, "a record has to hold its envelope");

// How long the cluster may take to delete what the run made.
constexpr Nanos kDeleteWithin = 5 * base::kSecond;

// Everything of one run, in the order in which it is taken down again.
class Run {
 public:
  Run(const plan::Plan& plan, cluster::Cluster& cluster, Driver& driver, const RunOptions& options)
      : plan_(plan),
        cluster_(cluster),
        driver_(driver),
        options_(options),
        trace_(results::fitting(options.trace, plan)) {}

  base::Result<RunOutcome> operator()();

 private:
  base::Status prepare();
  base::Status write_manifest();
  base::Status make_roles();
  base::Status make_producers();
  base::Status write_past();
  base::Status make_members();
  base::Status make_member(std::size_t pass, int index);
  base::Status make_observer();
  void make_faults();
  measure::Recorder& recorder();
  bool stop_asked() const { return options_.stop && options_.stop->load() != kGoOn; }
  void write_end();
  void tell_rehearsal();
  void clean_up();
  void delete_what_is_ours();

  const plan::Plan& plan_;
  cluster::Cluster& cluster_;
  Driver& driver_;
  const RunOptions& options_;
  const results::TraceOptions trace_;
  RunOutcome outcome_;
  std::unique_ptr<cluster::Admin> admin_;
  Topics topics_;
  nlohmann::json manifest_;
  std::unique_ptr<Context> context_;
  std::unique_ptr<results::FactsWriter> facts_;
  std::vector<std::unique_ptr<Sender>> senders_;
  std::vector<std::unique_ptr<Reports>> reports_;
  std::vector<std::size_t> report_places_;  // by stream
  std::vector<std::unique_ptr<MemberRole>> members_;
  Nanos members_made_ = 0;
  std::unique_ptr<Observer> observer_;
  std::unique_ptr<Faults> faults_;
  std::unique_ptr<ViewReader> view_reader_;  // null: the plan has no reads
  std::unique_ptr<Hiccup> hiccup_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Conductor> conductor_;
};

measure::Recorder& Run::recorder() {
  measure::Recorder& made = context_->recorders.emplace_back();
  made.trace_up_to(trace_.threshold());
  return made;
}

// Whatever can refuse the run comes before anything is made on the cluster.
base::Status Run::prepare() {
  base::Wake& wake = driver_.wake(driver_.reserve("admin"));
  auto admin = cluster_.make_admin(wake);
  if (!admin) return admin.error();
  admin_ = std::move(admin).value();
  const auto cluster = admin_->describe_cluster(options_.connect_timeout);
  if (!cluster) return cluster.error();
  if (!cluster_.is_loopback_log()) {
    if (const base::Status enough = enough_brokers(plan_, *cluster); !enough) return enough;
  }

  const std::uint64_t run_id = base::derive(static_cast<std::uint64_t>(driver_.clock().wall()), plan_.seed);
  const std::string prefix =
      options_.prefix.empty() ? fmt::format("freshet-{:08x}-", run_id & 0xffffffffU) : options_.prefix;
  auto topics = prepare_topics(plan_, prefix, *admin_, options_.connect_timeout);
  if (!topics) return topics.error();
  topics_ = std::move(topics).value();

  context_ = std::make_unique<Context>(plan_, prefix, run_id);
  manifest_["run_id"] = fmt::format("{:016x}", run_id);
  manifest_["prefix"] = prefix;
  manifest_["target"] = {{"name", options_.target},
                         {"address", cluster_.address()},
                         {"cluster_id", cluster->id},
                         {"brokers", cluster->brokers},
                         {"software", cluster->software},
                         {"config", cluster->config},
                         {"loopback_log", cluster_.is_loopback_log()},
                         {"shares_this_machine", cluster_.shares_this_machine()}};
  manifest_["topics"] = topics_.described;
  manifest_["load_hash"] = plan::load_hash(plan_);
  manifest_["scenario_hash"] = plan::scenario_hash(plan_);
  if (options_.rehearse) outcome_.rehearsal = Rehearsal{.cluster = *cluster, .ready_after = 0, .joined = {}};
  if (const base::Status durable = durable_topics(plan_, prefix, topics_); !durable) return durable;
  return write_manifest();
}

// Again whenever clients have been made, for only they know what is in force.
base::Status Run::write_manifest() {
  manifest_["client_settings"] = cluster_.settings_in_force();
  manifest_["failover_settings"] = cluster_.failover_settings();
  return results::write_manifest(options_.folder, manifest_);
}

base::Status Run::make_producers() {
  for (std::size_t s = 0; s < plan_.streams.size(); ++s) {
    const std::size_t place = driver_.reserve("acks-" + plan_.streams[s].name);
    cluster::ProducerOptions options;
    options.topic = context_->topic(s);
    options.partitions = plan_.streams[s].partitions;
    // T5: reports come before the drain is over, unless the user's own settings say otherwise.
    options.settings["message.timeout.ms"] = std::to_string(plan_.drain / base::kMillisecond);
    options.settings =
        merged(merged(std::move(options.settings), plan_.client_settings), plan_.streams[s].client_settings);
    auto producer = cluster_.make_producer(options, driver_.wake(place));
    if (!producer) return producer.error();
    context_->producers.push_back(std::move(producer).value());
    reports_.push_back(std::make_unique<Reports>(*context_, recorder(), s));
    report_places_.push_back(place);
  }
  return base::Ok{};
}

// E4: before any member joins, so that a group that starts at the end starts behind it. Each stream's role
// stands where its reports will be handled later, for that is what its client wakes.
base::Status Run::write_past() {
  base::Status written = base::Ok{};
  if (!options_.rehearse) written = Past(*context_, cluster_, driver_, options_).write(report_places_);
  for (std::size_t s = 0; s < plan_.streams.size(); ++s) driver_.attach(report_places_[s], *reports_[s]);
  return written;
}

base::Status Run::make_member(std::size_t p, int index) {
  const Pass& pass = context_->passes[p];
  MemberStatus& status = context_->member_status[pass.first_member + static_cast<std::size_t>(index)];
  if (!pass.starts) {
    status.closed.store(true);
    return base::Ok{};
  }
  MemberSpec spec = member_spec(*context_, p, index);
  const bool joins = spec.joins_before_start();
  const std::size_t place = driver_.reserve(fmt::format("{}-{}", pass.name, index));
  members_.push_back(std::make_unique<MemberRole>(*context_, cluster_, driver_.wake(place), recorder(),
                                                  std::move(spec), status));
  driver_.attach(place, *members_.back());
  if (!pass.live) {
    const auto& cpus = plan_.replays[p - plan_.groups.size()].cpus;
    if (const base::Status kept = driver_.keep_to(place, cpus); !kept) return kept.error();
  }
  return joins ? members_.back()->join() : base::Status(base::Ok{});
}

base::Status Run::make_members() {
  for (std::size_t p = 0; p < context_->passes.size(); ++p) {
    for (int m = 0; m < context_->passes[p].members; ++m) {
      if (const base::Status made = make_member(p, m); !made) return made.error();
    }
  }
  return base::Ok{};
}

base::Status Run::make_observer() {
  const std::size_t place = driver_.reserve("observer");
  auto admin = cluster_.make_admin(driver_.wake(place));
  if (!admin) return admin.error();
  observer_ = std::make_unique<Observer>(*context_, std::move(admin).value(), recorder());
  driver_.attach(place, *observer_);
  return base::Ok{};
}

void Run::make_faults() {
  if (plan_.faults.empty() || options_.rehearse) return;
  const std::size_t place = driver_.reserve("faults");
  faults_ = std::make_unique<Faults>(*context_, *options_.commands, options_.secrets);
  driver_.attach(place, *faults_);
}

base::Status Run::make_roles() {
  auto facts = results::FactsWriter::open(options_.folder, options_.host, plan_, trace_);
  if (!facts) return facts.error();
  facts_ = std::move(facts).value();
  if (const base::Status made = make_producers(); !made) return made.error();
  if (const base::Status durable = durable_producers(plan_, context_->prefix, cluster_); !durable) {
    return durable.error();
  }
  if (!options_.rehearse) manifest_["payload"] = compressibility(*context_, cluster_.settings_in_force());
  if (const base::Status written = write_past(); !written) return written.error();
  members_made_ = driver_.clock().now();
  if (const base::Status made = make_members(); !made) return made.error();
  if (const base::Status made = make_observer(); !made) return made.error();
  make_faults();
  const int senders = std::max(options_.senders, 1);
  for (int i = 0; i < senders; ++i) {
    const std::size_t place = driver_.reserve(fmt::format("sender-{}", i));
    senders_.push_back(std::make_unique<Sender>(*context_, recorder(), i, senders));
    driver_.attach(place, *senders_.back());
  }
  if (context_->reads) {
    const std::size_t reader = driver_.reserve("view-reader");
    view_reader_ = std::make_unique<ViewReader>(*context_);
    driver_.attach(reader, *view_reader_);
  }
  const std::size_t hiccup = driver_.reserve("hiccup");
  hiccup_ = std::make_unique<Hiccup>(*context_, recorder());
  driver_.attach(hiccup, *hiccup_);
  const std::size_t writer = driver_.reserve("writer");
  writer_ = std::make_unique<Writer>(*context_, cluster_, *facts_, options_.host_usage,
                                     options_.rehearse ? nullptr : options_.on_live);
  driver_.attach(writer, *writer_);
  std::vector<Reports*> reports;
  for (const auto& role : reports_) reports.push_back(role.get());
  // The built-in log has no heartbeat to wait for.
  const Nanos hold = cluster_.is_loopback_log() ? 0 : options_.hold_assignment;
  const std::size_t conductor = driver_.reserve("conductor");
  conductor_ = std::make_unique<Conductor>(*context_, *admin_, std::move(reports), *writer_, faults_.get(),
                                           options_, senders, hold);
  driver_.attach(conductor, *conductor_);
  return write_manifest();
}

// The facts that only the end knows: ledgers, proofs, how it ended.
void Run::write_end() {
  note_topics_at_end(*context_, *admin_, context_->notes, driver_.clock().now(),
                     std::min(options_.connect_timeout, kDeleteWithin));
  for (const auto& role : reports_) role->note_open_gaps(driver_.clock().now());
  writer_->drain(driver_.clock());
  for (std::size_t s = 0; s < plan_.streams.size(); ++s) {
    facts_->acks(static_cast<std::uint16_t>(s), *context_->acks[s]);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> lanes(
        static_cast<std::size_t>(context_->lanes[s].lanes()));
    for (const auto& sender : senders_) {
      for (const Sender::LaneProof& proof : sender->proofs()[s]) {
        if (proof.events > 0) lanes[static_cast<std::size_t>(proof.lane)] = {proof.events, proof.hash};
      }
    }
    facts_->lane_hashes(static_cast<std::uint16_t>(s), lanes);
  }
  for (const auto& member : members_) {
    for (const measure::Sealed& sealed : member->sealed()) facts_->seen(sealed);
  }
  nlohmann::json extra = {{"start_took", conductor_->start_took()},
                          {"wall_step", hiccup_->wall_step()},
                          {"sending_stopped", context_->last_tau()}};
  facts_->finish(conductor_->ended_at(), conductor_->drained_in(), conductor_->drained(),
                 conductor_->interrupted() ? "interrupted" : "complete", std::move(extra));
}

void Run::tell_rehearsal() {
  Rehearsal& rehearsal = *outcome_.rehearsal;
  rehearsal.ready_after = conductor_->rehearsed_at() - members_made_;
  for (std::size_t p = 0; p < plan_.groups.size(); ++p) {
    const Pass& pass = context_->passes[p];
    if (pass.starts) rehearsal.joined.emplace_back(pass.name, conductor_->assigned_at()[p] - members_made_);
  }
}

void Run::clean_up() {
  members_.clear();
  senders_.clear();
  observer_.reset();
  if (!context_) return;
  for (const auto& producer : context_->producers) producer->purge();
  context_->producers.clear();
  if (!options_.keep_topics && admin_) delete_what_is_ours();
}

// Topics first: they hold the data. A cluster that does not answer that is not asked again.
void Run::delete_what_is_ours() {
  const Nanos timeout = std::min(options_.connect_timeout, kDeleteWithin);
  const auto left_behind = [&](const std::string& why) {
    outcome_.warnings.push_back(
        fmt::format("topics and groups named {}* are left on the cluster: {}", context_->prefix, why));
  };
  if (options_.stop && options_.stop->load() == kStopNow) return left_behind("stopped at once");
  if (!topics_.created.empty()) {
    if (const base::Status deleted = admin_->delete_topics(topics_.created, timeout); !deleted) {
      return left_behind(deleted.error().message);
    }
  }
  std::vector<std::string> groups;
  for (const Pass& pass : context_->passes) {
    if (pass.starts) groups.push_back(context_->group(pass.name));
  }
  if (!conductor_) return;
  if (const base::Status deleted = admin_->delete_groups(groups, timeout); !deleted) {
    left_behind(deleted.error().message);
  }
}

base::Result<RunOutcome> Run::operator()() {
  if (!plan_.faults.empty() && !options_.commands && !options_.rehearse)
    return base::usage_error("the scenario's faults run commands, which was not allowed");
  manifest_ = options_.manifest;
  if (const base::Status made = results::create_run_folder(options_.folder, manifest_, plan_); !made) {
    return made.error();
  }
  // Nothing half-done: a run that did not start leaves neither folder nor topics.
  const auto take_down = [&] {
    facts_.reset();
    clean_up();
    std::error_code ignored;
    std::filesystem::remove_all(options_.folder, ignored);
  };
  const auto give_up = [&](const base::Error& error) -> base::Result<RunOutcome> {
    take_down();
    if (!stop_asked()) return error;
    outcome_.started = false;
    outcome_.interrupted = true;
    return outcome_;
  };
  if (const base::Status ready = prepare(); !ready) return give_up(ready.error());
  if (const base::Status ready = make_roles(); !ready) return give_up(ready.error());
  driver_.run([&] { return conductor_->over(); });
  if (conductor_->rehearsed()) {
    tell_rehearsal();
    take_down();
    return outcome_;
  }
  if (!context_->time.started()) return give_up(base::cluster_error(conductor_->failure()));
  write_end();
  outcome_.interrupted = conductor_->interrupted();
  outcome_.drained = conductor_->drained();
  base::Status written = facts_->status();
  if (options_.trace.share > 0) manifest_["trace"] = facts_->trace_told();
  if (written) written = write_manifest();
  if (written && options_.on_measured) options_.on_measured();
  clean_up();
  if (!written) {
    return base::io_error(fmt::format(
        "{}: nothing more could be recorded, so the run was ended after {}; what "
        "was recorded until then is kept in {}",
        written.error().message, base::format_duration(conductor_->ended_at()), options_.folder.string()));
  }
  return outcome_;
}

}  // namespace

base::Result<RunOutcome> run(const plan::Plan& plan, cluster::Cluster& cluster, Driver& driver,
                             const RunOptions& options) {
  return Run(plan, cluster, driver, options)();
}

}  // namespace freshet::engine
