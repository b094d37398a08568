#include "reports/openmetrics.h"

#include <array>
#include <functional>
#include <set>

#include "harness/plan/slo_instances.h"
#include "reports/metric_text.h"
#include "reports/names.h"

namespace freshet::reports {
namespace {

using base::Nanos;
using measure::Count;
using results::LivePass;
using results::LiveStream;
using Type = MetricText::Type;

double seconds(Nanos ns) {
  return static_cast<double>(ns) / static_cast<double>(base::kSecond);
}

class Page {
 public:
  Page(const plan::Plan& plan, const Watched& watched, Exposition form)
      : plan_(plan), watched_(watched), live_(watched.live), text_(form) {}

  std::string operator()() && {
    identity();
    progress();
    producing();
    consuming();
    staleness();
    lags();
    slos();
    outcomes();
    return std::move(text_).finish();
  }

 private:
  void identity();
  void progress();
  void producing();
  void consuming();
  void staleness();
  void lags();
  void slos();
  void outcomes();

  Labels at(std::size_t stream) const { return {{"class", class_name(plan_, static_cast<int>(stream))}}; }
  Labels at(std::size_t stream, std::size_t pass) const {
    Labels labels = at(stream);
    labels.emplace_back("group", pass_name(plan_, static_cast<int>(pass)));
    return labels;
  }
  static Labels with(Labels labels, std::string_view name, std::string value) {
    labels.emplace_back(name, std::move(value));
    return labels;
  }
  bool is_live(const LivePass& pass) const { return pass.pass < plan_.groups.size(); }
  void one_of(std::string_view label, const std::vector<std::string>& all, const std::string& now) {
    for (const std::string& word : all) text_.sample({{label, word}}, std::uint64_t{word == now});
  }
  void each_stream(const std::function<std::uint64_t(const LiveStream&)>& value) {
    for (std::size_t s = 0; s < live_.streams.size(); ++s) text_.sample(at(s), value(live_.streams[s]));
  }
  void each_stream(Count what) {
    each_stream([what](const LiveStream& stream) { return stream.count(what); });
  }
  void each_pass(Count what) {
    for (const LivePass& pass : live_.passes) text_.sample(at(pass.stream, pass.pass), pass.count(what));
  }
  void each_live(const std::function<double(const LivePass&)>& value) {
    for (const LivePass& pass : live_.passes) {
      if (is_live(pass)) text_.sample(at(pass.stream, pass.pass), value(pass));
    }
  }

  const plan::Plan& plan_;
  const Watched& watched_;
  const results::Live& live_;
  MetricText text_;
};

void Page::identity() {
  text_.family("freshet_build", Type::info, "What serves this page.");
  text_.info({{"version", watched_.version}, {"librdkafka", watched_.librdkafka}});
  text_.family("freshet_run", Type::info,
               "What is run on what. On the loopback log the figures are the harness's own noise floor.");
  text_.info({{"scenario", plan_.name},
              {"target", watched_.target},
              {"loopback", watched_.loopback ? "true" : "false"},
              {"load_hash", plan::load_hash(plan_)}});
}

void Page::progress() {
  text_.family("freshet_stage", Type::gauge, "1 for the stage that the run is in.");
  one_of("stage", {"preparing", "joining", "probing", "running", "draining", "closing", "over"}, live_.stage);
  text_.family("freshet_phase", Type::gauge, "1 for the phase of the scenario that the run is in.");
  for (std::size_t p = 0; p < plan_.phases.size(); ++p) {
    text_.sample(
        {{"phase", plan_.phases[p].name}, {"kind", std::string(plan::word_of(plan_.phases[p].kind))}},
        std::uint64_t{live_.phase == static_cast<int>(p)});
  }
  text_.family("freshet_run_elapsed_seconds", Type::gauge, "Time since the run's start.", "seconds");
  text_.sample({}, seconds(live_.elapsed));
  text_.family("freshet_run_planned_seconds", Type::gauge, "Length of all phases together.", "seconds");
  text_.sample({}, seconds(plan_.end()));
}

void Page::producing() {
  text_.family("freshet_offered_events", Type::counter, "Planned events that are due.");
  each_stream([](const LiveStream& stream) { return stream.offered; });
  text_.family("freshet_sent_events", Type::counter, "Events handed to the client.");
  each_stream(Count::sent);
  text_.family("freshet_acked_events", Type::counter, "Events that the cluster acknowledged.");
  each_stream(Count::acked);
  text_.family("freshet_unacked_events", Type::counter,
               "Events that were refused, or whose report says that they were not or may not be in the log.");
  for (std::size_t s = 0; s < live_.streams.size(); ++s) {
    for (const auto& [reason, what] : {std::pair{"refused", Count::send_refused},
                                       {"not_persisted", Count::not_persisted},
                                       {"possibly_persisted", Count::possibly_persisted}})
      text_.sample(with(at(s), "reason", reason), live_.streams[s].count(what));
  }
  text_.family("freshet_queue_full", Type::counter, "Times that the client's queue took nothing more.");
  each_stream(Count::queue_full);
  text_.family("freshet_sent_bytes", Type::counter, "Values of the events handed to the client.", "bytes");
  each_stream(Count::bytes_sent);
  text_.family(
      "freshet_own_delay_seconds", Type::histogram,
      "The harness's own send delay: from the intended time until the produce call, outside stall episodes.",
      "seconds");
  for (std::size_t s = 0; s < live_.streams.size(); ++s)
    text_.histogram(at(s), live_.edges, live_.streams[s].own_delay);
  text_.family("freshet_response_latency_seconds", Type::histogram,
               "From the intended time until the acknowledgement.", "seconds");
  for (std::size_t s = 0; s < live_.streams.size(); ++s)
    text_.histogram(at(s), live_.edges, live_.streams[s].response_latency);
}

void Page::consuming() {
  text_.family("freshet_received_events", Type::counter, "Events that members took from their clients.");
  each_pass(Count::received);
  text_.family("freshet_visible_events", Type::counter,
               "Events that became visible; of a replay: that it read.");
  each_pass(Count::visible);
  text_.family("freshet_visible_bytes", Type::counter, "Their values.", "bytes");
  each_pass(Count::bytes_received);
  text_.family(
      "freshet_ledger_events", Type::counter,
      "What was seen that should not be, by kind; expired: below the log's start when the group got there.");
  for (const LivePass& pass : live_.passes) {
    for (const auto& [kind, what] : {std::pair{"redelivered", Count::redelivered},
                                     {"log_duplicate", Count::log_duplicate},
                                     {"reprocessed", Count::reprocessed},
                                     {"out_of_order", Count::out_of_order},
                                     {"corrupt", Count::corrupt},
                                     {"foreign", Count::foreign},
                                     {"expired", Count::expired}})
      text_.sample(with(at(pass.stream, pass.pass), "kind", kind), pass.count(what));
  }
}

void Page::staleness() {
  const auto labels = [&](const results::LiveStaleness& row) {
    return with(at(row.stream, row.pass), "tier",
                tier_name(plan_, static_cast<int>(row.stream), static_cast<int>(row.tier)));
  };
  text_.family(
      "freshet_staleness_seconds", Type::histogram,
      "From an event's intended time until it was visible to the group; exact at the class's bounds.",
      "seconds");
  for (const results::LiveStaleness& row : live_.staleness)
    text_.histogram(labels(row), live_.edges, row.buckets);
  text_.family("freshet_stale_events", Type::counter,
               "Events that became visible later than the class's bound at the group.");
  for (const results::LiveStaleness& row : live_.staleness) text_.sample(labels(row), row.over_bound());
  text_.family("freshet_staleness_bound_seconds", Type::gauge, "The class's bound at the group.", "seconds");
  each_live([&](const LivePass& pass) { return seconds(plan::bound_of(plan_, pass.pass, pass.stream)); });
}

void Page::lags() {
  text_.family(
      "freshet_freshness_lag_seconds", Type::gauge,
      "Age of the oldest planned event not yet settled: highest of the last second and of all partitions.",
      "seconds");
  each_live([](const LivePass& pass) { return seconds(pass.freshness_lag); });
  text_.family("freshet_consumer_lag_seconds", Type::gauge, "The same over acknowledged events only.",
               "seconds");
  each_live([](const LivePass& pass) { return seconds(pass.consumer_lag); });
  text_.family(
      "freshet_offset_lag", Type::gauge,
      "Offsets between the group and the log's end, over all partitions; none while the cluster tells none.");
  for (const LivePass& pass : live_.passes) {
    if (pass.offset_lag >= 0) text_.sample(at(pass.stream, pass.pass), static_cast<double>(pass.offset_lag));
  }
}

// Written twice, an SLO is one series.
void Page::slos() {
  const auto each = [&](const auto& write) {
    std::set<std::string> written;
    for (const judge::SloSoFar& slo : watched_.slos) {
      if (written.insert(slo.text).second) write(slo, Labels{{"slo", slo.text}});
    }
  };
  const auto events = [&](std::uint64_t judge::SloSoFar::Events::*what) {
    each([&](const judge::SloSoFar& slo, const Labels& labels) {
      if (slo.events) text_.sample(labels, (*slo.events).*what);
    });
  };
  text_.family("freshet_slo_planned_events", Type::gauge,
               "Events that the SLO is about: expected while the run goes, exact when it is judged.");
  events(&judge::SloSoFar::Events::planned);
  text_.family("freshet_slo_allowed_events", Type::gauge, "How many of them may be bad.");
  events(&judge::SloSoFar::Events::allowed);
  text_.family("freshet_slo_bad_events", Type::gauge,
               "How many are bad so far; those that never became visible count when the run is judged.");
  events(&judge::SloSoFar::Events::bad);
  text_.family(
      "freshet_slo_broken", Type::gauge,
      "1 when the SLO cannot hold any more; at the end: does not hold. None while that is not known.");
  each([&](const judge::SloSoFar& slo, const Labels& labels) {
    if (slo.broken) text_.sample(labels, std::uint64_t{*slo.broken});
  });
  text_.family("freshet_verdict", Type::gauge, "1 for the verdict; open: the run is not judged yet.");
  one_of("verdict", {"open", "pass", "fail", "invalid", "interrupted"}, watched_.verdict);
}

void Page::outcomes() {
  using results::Outcomes;
  static constexpr std::array<std::pair<const char*, std::uint64_t Outcomes::*>, 11> kOutcomes = {
      {{"visible", &Outcomes::visible},
       {"superseded", &Outcomes::superseded},
       {"expired", &Outcomes::expired},
       {"lost", &Outcomes::lost},
       {"undelivered", &Outcomes::undelivered},
       {"aborted", &Outcomes::aborted},
       {"failed", &Outcomes::failed},
       {"indeterminate", &Outcomes::indeterminate},
       {"not_sent_own", &Outcomes::not_sent_own},
       {"not_sent_cluster", &Outcomes::not_sent_cluster},
       {"unclassified", &Outcomes::unclassified}}};
  text_.family("freshet_outcome_events", Type::gauge,
               "What became of the planned events of the measured phases; told when the run is judged.");
  for (const results::StalenessRow& row : watched_.outcomes) {
    const Labels labels = at(static_cast<std::size_t>(row.stream), static_cast<std::size_t>(row.pass));
    for (const auto& [name, outcome] : kOutcomes)
      text_.sample(with(labels, "outcome", name), row.outcomes.*outcome);
  }
}

}  // namespace

std::string metrics_page(const plan::Plan& plan, const Watched& watched, Exposition form) {
  return Page(plan, watched, form)();
}

}  // namespace freshet::reports
