#include "harness/results/tables.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "harness/measure/view.h"
#include "harness/results/line_file.h"

namespace freshet::results {

using measure::CountSecond;
using measure::LagSecond;
using measure::OffsetSecond;
using measure::ReceiverSecond;
using measure::WorstEvent;

const Table TableOf<CohortRow>::table{
    "cohorts.csv", "# freshet cohorts 1",
    "stream,pass,tier,second,samples,over_0,over_1,over_2,over_3,over_4,over_5,over_6,over_7,"
    "without_own_0,without_own_1,without_own_2,without_own_3,without_own_4,without_own_5,without_own_6,"
    "without_own_7"};
const Table TableOf<CountSecond>::table{"counts.csv", "# freshet counts 1",
                                        "stream,pass,second,sent,send_refused,acked,not_persisted,possibly_"
                                        "persisted,bytes_sent,queue_full,received,"
                                        "visible,bytes_received,redelivered,log_duplicate,reprocessed,out_of_"
                                        "order,corrupt,foreign,phantom,expired"};
const Table TableOf<LagSecond>::table{
    "lags.csv", "# freshet lags 1",
    "stream,pass,partition,second,freshness_ns,consumer_ns,first_over_ns,last_over_ns,debt_s2"};
const Table TableOf<OffsetSecond>::table{"offsets.csv", "# freshet offsets 1",
                                         "stream,pass,partition,second,position,high_watermark,last_stable"};
const Table TableOf<ReceiverSecond>::table{"receivers.csv", "# freshet receivers 2",
                                           "pass,member,second,busy,data_queued,waiting"};
const Table TableOf<PartsRow>::table{"parts.csv", "# freshet parts 2",
                                     "stream,pass,second,bucket,events,send_ns,log_ns,apply_ns"};
const Table TableOf<WorstEvent>::table{
    "worst.csv", "# freshet worst 1",
    "stream,pass,lane,n,tier,key,partition,offset,tau_ns,sent_ns,received_ns,visible_ns"};
const Table TableOf<LaneRow>::table{"lanes.csv", "# freshet lanes 1", "stream,lane,sent,hash"};
const Table TableOf<measure::OverBound>::table{"over.csv", "# freshet over 1",
                                               "stream,pass,partition,from_ns,until_ns"};
const Table TableOf<measure::LoggedRead>::table{"reads.csv", "# freshet reads 1",
                                                "read,n,account,due_ns,at_ns,seen_ns"};

void CohortCounts::add(const CohortCounts& other) {
  samples += other.samples;
  for (std::size_t i = 0; i < over.size(); ++i) {
    over[i] += other.over[i];
    over_without_own[i] += other.over_without_own[i];
  }
}

void add(measure::Parts::Sum& sum, const measure::Parts::Sum& other) {
  sum.events += other.events;
  sum.send += other.send;
  sum.log += other.log;
  sum.apply += other.apply;
}

void append(std::string& out, const CohortRow& row) {
  const auto& [stream, pass, tier, second] = row.key;
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{}", stream, pass, tier, second, row.counts.samples);
  for (const std::uint64_t n : row.counts.over) fmt::format_to(std::back_inserter(out), ",{}", n);
  for (const std::uint64_t n : row.counts.over_without_own) fmt::format_to(std::back_inserter(out), ",{}", n);
  out.push_back('\n');
}

bool parse(std::string_view line, CohortRow& row) {
  Fields fields(line);
  fields >> row.key.stream >> row.key.pass >> row.key.tier >> row.key.second >> row.counts.samples;
  for (std::uint64_t& n : row.counts.over) fields >> n;
  for (std::uint64_t& n : row.counts.over_without_own) fields >> n;
  return fields.complete();
}

void append(std::string& out, const CountSecond& row) {
  fmt::format_to(std::back_inserter(out), "{},{},{}", row.stream, row.pass, row.second);
  for (const std::uint64_t n : row.counts) fmt::format_to(std::back_inserter(out), ",{}", n);
  out.push_back('\n');
}

bool parse(std::string_view line, CountSecond& row) {
  Fields fields(line);
  fields >> row.stream >> row.pass >> row.second;
  for (std::uint64_t& n : row.counts) fields >> n;
  return fields.complete();
}

void append(std::string& out, const LagSecond& row) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{},{},{}\n", row.stream, row.pass, row.partition,
                 row.second, row.freshness, row.consumer, row.first_over, row.last_over, row.debt);
}

bool parse(std::string_view line, LagSecond& row) {
  Fields fields(line);
  fields >> row.stream >> row.pass >> row.partition >> row.second >> row.freshness >> row.consumer >>
      row.first_over >> row.last_over >> row.debt;
  return fields.complete() && std::isfinite(row.debt);
}

void append(std::string& out, const OffsetSecond& row) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{}\n", row.stream, row.pass, row.partition,
                 row.second, row.position, row.high_watermark, row.last_stable);
}

bool parse(std::string_view line, OffsetSecond& row) {
  Fields fields(line);
  fields >> row.stream >> row.pass >> row.partition >> row.second >> row.position >> row.high_watermark >>
      row.last_stable;
  return fields.complete();
}

void append(std::string& out, const ReceiverSecond& row) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{}\n", row.pass, row.member, row.second, row.busy,
                 row.data_queued ? 1 : 0, row.waiting);
}

// Without its last column, of version 1: how many waited is not known.
bool parse(std::string_view line, ReceiverSecond& row) {
  Fields fields(line);
  int queued = 0;
  fields >> row.pass >> row.member >> row.second >> row.busy >> queued;
  row.waiting = -1;
  if (!fields.complete()) fields >> row.waiting;
  row.data_queued = queued != 0;
  return fields.complete() && std::isfinite(row.busy) && (queued == 0 || queued == 1) && row.waiting >= -1;
}

void append(std::string& out, const PartsRow& row) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{},{}\n", row.stream, row.pass, row.second,
                 row.bucket, row.sum.events, row.sum.send, row.sum.log, row.sum.apply);
}

bool parse(std::string_view line, PartsRow& row) {
  Fields fields(line);
  fields >> row.stream >> row.pass >> row.second >> row.bucket >> row.sum.events >> row.sum.send >>
      row.sum.log >> row.sum.apply;
  return fields.complete() && row.bucket < measure::kPartBuckets && std::isfinite(row.sum.send) &&
         std::isfinite(row.sum.log) && std::isfinite(row.sum.apply);
}

void append(std::string& out, const WorstEvent& row) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{},{},{},{},{},{}\n", row.stream, row.pass,
                 row.lane, row.n, row.tier, row.key, row.partition, row.offset, row.tau, row.sent,
                 row.received, row.visible);
}

bool parse(std::string_view line, WorstEvent& row) {
  Fields fields(line);
  fields >> row.stream >> row.pass >> row.lane >> row.n >> row.tier >> row.key >> row.partition >>
      row.offset >> row.tau >> row.sent >> row.received >> row.visible;
  return fields.complete();
}

void append(std::string& out, const LaneRow& row) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{}\n", row.stream, row.lane, row.sent, row.hash);
}

bool parse(std::string_view line, LaneRow& row) {
  Fields fields(line);
  fields >> row.stream >> row.lane >> row.sent >> row.hash;
  return fields.complete();
}

void append(std::string& out, const measure::OverBound& row) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{}\n", row.stream, row.pass, row.partition, row.from,
                 row.until);
}

bool parse(std::string_view line, measure::OverBound& row) {
  Fields fields(line);
  fields >> row.stream >> row.pass >> row.partition >> row.from >> row.until;
  return fields.complete() && row.from < row.until;
}

void append(std::string& out, const measure::LoggedRead& row) {
  fmt::format_to(std::back_inserter(out), "{},{},{},{},{},", row.read, row.n, row.account, row.due, row.at);
  for (std::size_t i = 0; i < row.words.size(); ++i) {
    if (i > 0) out.push_back(';');
    if (row.words[i] != measure::kNothingYet) fmt::format_to(std::back_inserter(out), "{}", row.words[i]);
  }
  out.push_back('\n');
}

// An empty word: nothing was seen of the key yet.
bool parse(std::string_view line, measure::LoggedRead& row) {
  Fields fields(line);
  fields >> row.read >> row.n >> row.account >> row.due >> row.at;
  std::string_view words = fields.text();
  row.words.clear();
  for (bool more = true; more;) {
    const std::size_t end = words.find(';');
    const std::string_view word = words.substr(0, end);
    Nanos value = measure::kNothingYet;
    const auto [rest, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (!word.empty() && (error != std::errc() || rest != word.data() + word.size())) return false;
    row.words.push_back(value);
    more = end != std::string_view::npos;
    if (more) words.remove_prefix(end + 1);
  }
  return fields.complete() && row.at >= row.due;
}

}  // namespace freshet::results
