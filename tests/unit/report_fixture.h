// A settled run of which every figure is made up by hand: two classes, two groups, a replay, an incident.
#pragma once

#include "harness/judge/verdict.h"
#include "harness/results/settle.h"
#include "tests/unit/judge_fixture.h"

namespace freshet::reports {

using base::kMillisecond;
using base::kSecond;
using Kind = results::Quantile::Kind;

inline std::vector<results::Quantile> spectrum(base::Nanos p50, base::Nanos p90, base::Nanos p99,
                                               base::Nanos p999, base::Nanos max) {
  std::vector<results::Quantile> all = {{0.5, Kind::exact, p50},
                                        {0.9, Kind::exact, p90},
                                        {0.99, Kind::exact, p99},
                                        {0.999, p999 == 0 ? Kind::not_available : Kind::exact, p999},
                                        {1, Kind::exact, max}};
  for (results::Quantile& q : all) {
    q.n = 12'000;
    if (q.kind != Kind::exact || q.p == 1) continue;
    q.floor = Kind::exact;
    q.floor_low = q.value * 9 / 10;
    q.floor_high = q.value * 6 / 5;
  }
  return all;
}

inline results::StalenessRow staleness_row(int stream, int pass, int tier, int phase, std::uint64_t planned,
                                           std::uint64_t bad, base::Nanos bound, base::Nanos p99) {
  results::StalenessRow row;
  row.stream = stream;
  row.pass = pass;
  row.tier = tier;
  row.phase = phase;
  row.bound = bound;
  row.bad = bad;
  row.outcomes.planned = planned;
  row.outcomes.visible = planned - bad;
  row.outcomes.undelivered = bad;
  row.quantiles = spectrum(p99 / 5, p99 / 3, p99, p99 * 2, p99 * 3);
  return row;
}

inline plan::Plan report_plan() {
  plan::Plan plan = judge::make_plan();
  plan.name = "incident-burst";
  plan.seed = 7;
  plan::Stream lock = plan.streams[0];
  lock.name = lock.klass = "account_lock";
  lock.bound = 2 * kSecond;
  plan.streams.insert(plan.streams.begin(), lock);
  plan::Group desktop;
  desktop.name = "agent_desktop";
  desktop.streams = {{0, 2 * kSecond}, {1, 10 * kSecond}};
  plan::Group copilot = desktop;
  copilot.name = "copilot";
  plan.groups = {desktop, copilot};
  plan::Replay replay;
  replay.name = "retraining";
  replay.phase = 2;
  replay.streams = {1};
  plan.replays = {replay};
  plan.slos = {judge::percentile_slo(0.999, 10 * kSecond)};
  return plan;
}

inline void add_rows(results::Figures& figures) {
  for (const int phase : {-1, 2}) {
    for (const int pass : {0, 1}) {
      for (const int stream : {0, 1}) {
        const base::Nanos bound = stream == 0 ? 2 * kSecond : 10 * kSecond;
        const std::uint64_t bad = stream == 1 && pass == 1 ? 3 : 0;
        for (const int tier : {-1, 0, 1}) {
          figures.staleness.push_back(staleness_row(stream, pass, tier, phase, 12'000, tier == 1 ? 0 : bad,
                                                    bound, 24 * kMillisecond));
        }
        figures.lags.push_back({stream, pass, phase, 180 * kMillisecond, 4, 47, 150 * kMillisecond, 1234, 0});
      }
    }
  }
  figures.staleness[9].quantiles[4].kind = Kind::at_least;  // chat_turn at copilot
  figures.staleness[9].quantiles[4].value = 31 * kSecond;
}

inline results::Settled report_settled() {
  results::Settled settled;
  settled.plan = report_plan();
  settled.manifest = {{"target", {{"name", "kafka"}, {"address", "127.0.0.1:9092"}}}};
  results::Figures& figures = settled.figures;
  figures.identity = {"r-20260102T030405Z",
                      "incident-burst",
                      "kafka",
                      "c1uster",
                      "0123456789abcdef",
                      "fedcba9876543210",
                      "0.1.0",
                      "2.15.1",
                      "2026-01-02T03:04:05Z",
                      false,
                      true};
  figures.lanes_proved = true;
  figures.start_took = 4'200 * kMillisecond;
  figures.ended_at = 121 * kSecond;
  figures.drained_in = 400 * kMillisecond;
  add_rows(figures);
  figures.staleness[9].quantiles[3].floor = Kind::at_least;
  figures.noise_floor = {{1, 1, spectrum(3'000'000, 4'000'000, 6'000'000, 0, 9'000'000)}};
  figures.staleness[9].quantiles[0].near_floor = true;
  figures.budgets = {{0, 1, 1, -1, 110'000, 3, 2, 1, 110, 20, 31, {true, 12.5, 61, 60'000, 7'500}, {}}};
  figures.host = {120, 0.84, 1.2, 0.62, 0.98, 0, 0.03, 1'204, 88};
  figures.tails = {{1, 1, 120, 1.2e6, 20.1e6, 0.3e6}};
  figures.disturbances = {{2, 0, 0, true, 0, 20 * kMillisecond, 0},
                          {2, 1, 1, false, 40 * kSecond, 12 * kSecond, 3.25}};
  results::ReplayRow replay;
  replay.pass = 2;
  replay.events = 250'000;
  replay.began = 40 * kSecond;
  replay.finished = true;
  replay.finished_at = 52 * kSecond;
  replay.events_per_second = 20'833;
  replay.bytes_per_second = 10.7e6;
  figures.replays = {replay};
  figures.ledgers = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {1, 1, 0, 17, 0, 0, 0, 0, 0, 0}};
  results::ProducerRow producer;
  producer.stream = 1;
  producer.planned = producer.sent = producer.acked = 110'000;
  producer.bytes = 56'320'000;
  producer.own_delay = spectrum(8'000, 40'000, 800'000, 2'000'000, 6'000'000);
  producer.send_delay = producer.own_delay;
  producer.service_latency = spectrum(5'000'000, 9'000'000, 20'000'000, 30'000'000, 41'000'000);
  producer.response_latency = producer.service_latency;
  figures.producers = {producer};
  results::ClientRow chat, copilot;
  chat.stream = 1;
  chat.all.requests = 88'000;
  chat.all.retries = 17;
  chat.all.timeouts = 2;
  chat.all.errors = 3;
  chat.all.round_trip = {88'000, 2.25e6, 31 * kMillisecond, 47 * kMillisecond};
  chat.all.in_client = {110'000, 5.1e6, 9 * kMillisecond, 12 * kMillisecond};
  chat.batch_records = {88'000, 1.25, 6, 12};
  chat.most_waiting = 1'024;
  chat.most_in_flight = 512;
  chat.brokers = {chat.all, chat.all};
  chat.brokers[0].broker = "127.0.0.1:9092/1";
  chat.brokers[1].broker = "127.0.0.1:9093/2";
  chat.brokers[1].throttle = {3, 12e6, 20 * kMillisecond, 20 * kMillisecond};
  copilot.pass = 1;
  copilot.all.requests = 4'400;
  copilot.all.round_trip = {4'400, 300e6, 500 * kMillisecond, 501 * kMillisecond};
  copilot.most_fetched = 77;
  figures.clients = {chat, copilot};
  figures.hiccups = spectrum(60'000, 70'000, 90'000, 0, 12'000'000);
  return settled;
}

// Written by hand, so that this text does not hang on how SLOs are judged.
inline judge::Verdict report_verdict() {
  judge::Verdict verdict;
  verdict.outcome = judge::Outcome::fail;
  verdict.reason =
      "1 of 2 SLOs does not hold; the first: time to fresh of chat_turn at copilot after incident below 20 "
      "s: > 40.0 s "
      "(not reached before the run ended)";
  verdict.slos = {{"staleness p99 of account_lock at copilot in incident below 2 s", true, "24.0 ms",
                   "below 2 s", "0 bad of 12 000 events, 120 allowed", 31},
                  {"time to fresh of chat_turn at copilot after incident below 20 s", false, "> 40.0 s",
                   "below 20 s", "not reached before the run ended", 32}};
  verdict.validity = {
      {"V1 own-delay", true, "the harness's own send delay at the gated quantile", "800 us", "100 ms"},
      {"V6 cold", true, "steady phases whose halves disagree beyond noise (chat_turn at copilot in steady)",
       "1 of 4", "no SLO asks", true},
      {"V2 own-not-sent", false, "events of a phase that the harness itself did not send", "1.20 %", "1 %"}};
  return verdict;
}

}  // namespace freshet::reports
