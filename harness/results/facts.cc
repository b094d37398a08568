#include "harness/results/facts.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "harness/results/flushes.h"
#include "harness/results/json_fields.h"
#include "harness/results/layout.h"
#include "harness/results/line_file.h"

namespace freshet::results {
namespace {

namespace fs = std::filesystem;
using measure::CountSecond;
using measure::LagSecond;
using measure::OffsetSecond;
using measure::ReceiverSecond;
using measure::WorstEvent;

constexpr std::int64_t kSlack = 3600;  // seconds a run may last beyond its plan and drain

// Reads one host's folder into the facts.
// The bits that both have.
std::uint64_t unite(std::vector<std::uint64_t>& bits, const std::vector<std::uint64_t>& more) {
  std::uint64_t both = 0;
  if (bits.size() < more.size()) bits.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i) {
    both += static_cast<std::uint64_t>(std::popcount(bits[i] & more[i]));
    bits[i] |= more[i];
  }
  return both;
}

class HostReader {
 public:
  HostReader(Facts& facts, const plan::Plan& plan, const PlannedLanes& lanes, fs::path folder)
      : facts_(facts),
        plan_(plan),
        lanes_(lanes.run),
        prefill_(lanes.prefill),
        folder_(std::move(folder)),
        range_(legal_seconds(plan)) {}

  void read();

 private:
  void damage(std::string_view file, std::string_view what) {
    facts_.damage.push_back(fmt::format("{}/{}: {}", folder_.filename().string(), file, what));
  }
  bool second_ok(std::int64_t s) const { return s >= range_.first && s <= range_.last; }
  bool stream_ok(std::size_t s) const { return s < plan_.streams.size(); }
  bool pass_ok(std::size_t p) const { return p < plan_.passes(); }
  bool partition_ok(std::size_t s, std::int32_t p) const {
    return stream_ok(s) && p >= 0 && p < lanes_[s].partitions();
  }

  std::string text(Flushed file);
  template <class Row>
  void table(Flushed file);
  bool take(const CohortRow& row);
  bool take(const CountSecond& row);
  bool take(const LagSecond& row);
  bool take(const OffsetSecond& row);
  bool take(const ReceiverSecond& row);
  bool client_ok(const ClientKey& client) const;
  bool take(const ClientSecond& row);
  bool take(const ConnectionSecond& row);
  bool take(const PartsRow& row);
  bool take(const WorstEvent& row);
  bool take(const LaneRow& row);
  void events();
  bool take_event(Json event);
  void take_reset(const Json& event);
  void take_prefilled(const Json& event);
  void end();
  void ledgers(const Json& end);
  std::uint64_t planned_of(std::size_t stream, std::size_t lane) const;
  void seen(const std::string& name);
  void unite_with_others();

  Facts& facts_;
  const plan::Plan& plan_;
  const std::vector<plan::StreamLanes>& lanes_;
  const std::vector<std::optional<plan::StreamLanes>>& prefill_;
  fs::path folder_;
  SecondRange range_;
  std::optional<Flush> flush_;
  std::map<std::pair<std::uint16_t, std::uint16_t>, SeenStream> seen_;  // of this host alone
};

void HostReader::read() {
  Flushes flushes = read_flushes(folder_ / kFlushesFile);
  for (const std::string& what : flushes.damage) damage(kFlushesFile, what);
  flush_ = flushes.last;
  facts_.logs.push_back(text(Flushed::intervals));
  table<CohortRow>(Flushed::cohorts);
  table<CountSecond>(Flushed::counts);
  table<LagSecond>(Flushed::lags);
  table<OffsetSecond>(Flushed::offsets);
  table<ReceiverSecond>(Flushed::receivers);
  table<ClientSecond>(Flushed::clients);
  table<ConnectionSecond>(Flushed::connections);
  table<PartsRow>(Flushed::parts);
  table<WorstEvent>(Flushed::worst);
  table<LaneRow>(Flushed::lanes);
  events();
  end();
}

// The file up to the last flush that was whole; all of its whole lines when no flush is known.
std::string HostReader::text(Flushed file) {
  const std::string_view name = kFlushedFiles[static_cast<std::size_t>(file)];
  base::Result<std::string> content = read_file(folder_ / name);
  if (!content) {
    damage(name, "is missing or cannot be read");
    return {};
  }
  std::string bytes = std::move(content).value();
  if (flush_) {
    const Flush::File& written = flush_->files[static_cast<std::size_t>(file)];
    if (bytes.size() < written.size) {
      damage(name, fmt::format("cut after {} of {} bytes", bytes.size(), written.size));
    } else {
      if (bytes.size() > written.size) {
        damage(name, fmt::format("{} bytes after the last flush left out", bytes.size() - written.size));
      }
      bytes.resize(written.size);
      if (crc_of(bytes) != written.crc) damage(name, "is not what was written (checksum)");
    }
  }
  const std::size_t end = bytes.rfind('\n');
  bytes.resize(end == std::string::npos ? 0 : end + 1);
  const std::string head = preamble(name);
  if (!bytes.starts_with(head)) {
    damage(name, "does not begin as its format and version do");
    return {};
  }
  return bytes.substr(head.size());
}

template <class Row>
void HostReader::table(Flushed file) {
  const std::string content = text(file);
  Lines lines(content);
  std::uint64_t bad = 0;
  for (std::string_view line; lines.next(line);) {
    Row row;
    if (!parse(line, row) || !take(row)) ++bad;
  }
  if (bad > 0)
    damage(kFlushedFiles[static_cast<std::size_t>(file)], fmt::format("{} damaged lines left out", bad));
}

bool HostReader::take(const CohortRow& row) {
  if (!stream_ok(row.key.stream) || row.key.pass >= plan_.groups.size() || !second_ok(row.key.second))
    return false;
  const std::size_t population = plan_.streams[row.key.stream].population;
  if (row.key.tier >= plan_.populations[population].tiers.size()) return false;
  facts_.cohorts[row.key].add(row.counts);
  return true;
}

bool HostReader::take(const CountSecond& row) {
  const bool producing = row.pass == measure::kNoPass;
  if (!stream_ok(row.stream) || !(producing || pass_ok(row.pass)) || !second_ok(row.second)) return false;
  Counts& sum = facts_.counts[{row.stream, row.pass, row.second}];
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += row.counts[i];
  return true;
}

bool HostReader::take(const LagSecond& row) {
  if (!partition_ok(row.stream, row.partition) || !pass_ok(row.pass) || !second_ok(row.second)) return false;
  const auto [found, fresh] = facts_.lags.try_emplace({row.stream, row.pass, row.partition, row.second}, row);
  if (fresh) return true;
  LagSecond& sum = found->second;
  sum.freshness = std::max(sum.freshness, row.freshness);
  sum.consumer = std::max(sum.consumer, row.consumer);
  if (row.first_over >= 0 && (sum.first_over < 0 || row.first_over < sum.first_over))
    sum.first_over = row.first_over;
  sum.last_over = std::max(sum.last_over, row.last_over);
  sum.debt += row.debt;
  return true;
}

bool HostReader::take(const OffsetSecond& row) {
  if (!partition_ok(row.stream, row.partition) || !pass_ok(row.pass) || !second_ok(row.second)) return false;
  facts_.offsets[{row.stream, row.pass, row.partition, row.second}] = row;
  return true;
}

bool HostReader::take(const ReceiverSecond& row) {
  if (!pass_ok(row.pass) || !second_ok(row.second)) return false;
  const auto [found, fresh] = facts_.receivers.try_emplace({row.pass, row.member, row.second}, row);
  found->second.busy = std::max(found->second.busy, row.busy);
  found->second.data_queued = found->second.data_queued || row.data_queued;
  return true;
}

bool HostReader::client_ok(const ClientKey& client) const {
  return client.stream == kNoStream ? pass_ok(client.pass)
                                    : stream_ok(client.stream) && client.pass == measure::kNoPass;
}

bool HostReader::take(const ClientSecond& row) {
  if (!client_ok(row.client) || !second_ok(row.second)) return false;
  facts_.clients.push_back(row);
  return true;
}

bool HostReader::take(const ConnectionSecond& row) {
  if (!client_ok(row.client) || !second_ok(row.second)) return false;
  facts_.connections.push_back(row);
  return true;
}

bool HostReader::take(const PartsRow& row) {
  if (!stream_ok(row.stream) || !pass_ok(row.pass) || !second_ok(row.flushed)) return false;
  facts_.parts.push_back(row);
  return true;
}

bool HostReader::take(const WorstEvent& row) {
  if (!partition_ok(row.stream, row.partition) || !pass_ok(row.pass)) return false;
  if (row.lane >= lanes_[row.stream].lanes() || row.key >= lanes_[row.stream].keys()) return false;
  if (row.tier >= plan_.populations[plan_.streams[row.stream].population].tiers.size()) return false;
  facts_.worst[{row.stream, row.pass}].push_back(row);
  return true;
}

bool HostReader::take(const LaneRow& row) {
  if (!stream_ok(row.stream) || row.lane >= lanes_[row.stream].lanes()) return false;
  facts_.lanes.push_back(row);
  return true;
}

void HostReader::events() {
  const std::string content = text(Flushed::events);
  Lines lines(content);
  std::uint64_t bad = 0;
  for (std::string_view line; lines.next(line);) {
    if (!take_event(Json::parse(line, nullptr, false))) ++bad;
  }
  if (bad > 0) damage("events.jsonl", fmt::format("{} damaged lines left out", bad));
}

bool HostReader::take_event(Json event) {
  if (!event.is_object() || text_at(event, "kind").empty() || !field_at(event, "t") ||
      !field_at(event, "t")->is_number_integer()) {
    return false;
  }
  if (text_at(event, "kind") == "reset") take_reset(event);
  if (text_at(event, "kind") == "prefilled") take_prefilled(event);
  facts_.events.push_back(std::move(event));
  return true;
}

void HostReader::take_reset(const Json& event) {
  ResetRow row;
  row.stream = row.pass = -1;
  for (std::size_t s = 0; s < plan_.streams.size(); ++s) {
    if (plan_.streams[s].name == text_at(event, "stream")) row.stream = static_cast<int>(s);
  }
  for (std::size_t p = 0; p < plan_.passes(); ++p) {
    const std::string& name =
        p < plan_.groups.size() ? plan_.groups[p].name : plan_.replays[p - plan_.groups.size()].name;
    if (name == text_at(event, "group")) row.pass = static_cast<int>(p);
  }
  row.partition = static_cast<int>(integer_at(event, "partition", -1));
  if (row.stream < 0 || row.pass < 0 || !partition_ok(static_cast<std::size_t>(row.stream), row.partition))
    return;
  for (const auto& [word, cause] : kResetCauses) {
    if (word == text_at(event, "cause")) row.cause = cause;
  }
  row.position = integer_at(event, "position", 0);
  row.goes_on_at = integer_at(event, "goes_on_at", 0);
  row.at = integer_at(event, "t", 0);
  facts_.resets.push_back(row);
}

void HostReader::take_prefilled(const Json& event) {
  const Json* partitions = field_at(event, "partitions");
  if (!partitions || !partitions->is_array()) return;
  for (std::size_t s = 0; s < plan_.streams.size(); ++s) {
    if (plan_.streams[s].name != text_at(event, "stream") || !prefill_[s]) continue;
    std::vector<std::int64_t>& first = facts_.prefilled[s].first;
    first.assign(static_cast<std::size_t>(lanes_[s].partitions()), -1);
    for (std::size_t p = 0; p < std::min(first.size(), partitions->size()); ++p) {
      if ((*partitions)[p].is_object()) first[p] = integer_at((*partitions)[p], "first", -1);
    }
  }
}

void HostReader::end() {
  const Nanos known = flush_ ? flush_->now : 0;
  facts_.known_until = facts_.known_until == 0 ? known : std::min(facts_.known_until, known);
  const base::Result<Json> end = read_json(folder_ / kEndFile);
  if (!end || text_at(*end, "format") != kEndFormat) {
    std::error_code code;
    if (fs::exists(folder_ / kEndFile, code)) damage(kEndFile, "is not readable as one");
    facts_.ending = "killed";
    facts_.ended_at = std::max(facts_.ended_at, known);
    return;
  }
  Nanos ended_at = integer_at(*end, "ended_at", known);
  if (ended_at < 0 || !second_ok(base::second_of(ended_at))) {
    damage(kEndFile, "the end lies outside of the run");
    ended_at = known;
  }
  facts_.ended_at = std::max(facts_.ended_at, ended_at);
  facts_.drained_in = std::max(facts_.drained_in, integer_at(*end, "drained_in", 0));
  facts_.drain_complete = facts_.drain_complete && bool_at(*end, "drain_complete", false);
  // Of several hosts, one that was interrupted makes the run interrupted; one without an end, killed.
  const std::string ending = text_at(*end, "ending");
  if (ending == "interrupted" && facts_.ending == "complete") facts_.ending = ending;
  if (const Json* extra = field_at(*end, "extra")) {
    facts_.start_took = std::max(facts_.start_took, integer_at(*extra, "start_took", 0));
    const std::int64_t step = integer_at(*extra, "wall_step", 0);
    if (std::abs(step) > std::abs(facts_.wall_step)) facts_.wall_step = step;
    facts_.sending_stopped =
        std::min(facts_.sending_stopped, integer_at(*extra, "sending_stopped", base::kNever));
  }
  ledgers(*end);
}

void HostReader::ledgers(const Json& end) {
  for (std::uint16_t stream = 0; stream < plan_.streams.size(); ++stream) {
    const std::string name = acks_file(stream);
    std::error_code code;
    if (!fs::exists(folder_ / name, code)) continue;  // another host's producer
    base::Result<std::string> bytes = read_file(folder_ / name);
    std::optional<AckFile> acks = bytes ? AckFile::open(std::move(bytes).value()) : std::nullopt;
    if (!acks || !acks->whole()) damage(name, "is cut or damaged");
    // One that cannot be opened stands for lanes that nobody knows of.
    facts_.acks[stream].push_back(acks ? std::move(*acks) : AckFile());
  }
  std::vector<std::string> names;
  std::error_code code;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, code)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("seen-") && name.ends_with(".bin")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  if (static_cast<std::int64_t>(names.size()) != integer_at(end, "shards", 0)) {
    damage("seen-*.bin",
           fmt::format("{} files, {} were written", names.size(), integer_at(end, "shards", 0)));
  }
  for (const std::string& name : names) seen(name);
  unite_with_others();
}

// Events of a lane as it is numbered in ledgers; 0: there is none.
std::uint64_t HostReader::planned_of(std::size_t stream, std::size_t lane) const {
  const auto lanes = static_cast<std::size_t>(lanes_[stream].lanes());
  if (lane < lanes) return lanes_[stream].count(static_cast<int>(lane));
  return prefill_[stream] && lane < 2 * lanes ? prefill_[stream]->count(static_cast<int>(lane - lanes)) : 0;
}

void HostReader::seen(const std::string& name) {
  std::uint64_t most = 0;
  for (std::size_t s = 0; s < lanes_.size(); ++s) {
    for (int lane = 0; lane < 2 * lanes_[s].lanes(); ++lane)
      most = std::max(most, planned_of(s, static_cast<std::size_t>(lane)));
  }
  const base::Result<std::string> bytes = read_file(folder_ / name);
  const std::optional<measure::Sealed> sealed = bytes ? decode_seen(*bytes, most) : std::nullopt;
  if (!sealed || !partition_ok(sealed->stream, sealed->partition) || !pass_ok(sealed->pass)) {
    damage(name, "is cut or damaged");
    return;
  }
  const plan::StreamLanes& lanes = lanes_[sealed->stream];
  // Only a pass that is not live knows of what was written before the run.
  const bool both = sealed->pass >= plan_.groups.size() && prefill_[sealed->stream];
  const std::size_t all = static_cast<std::size_t>(lanes.lanes()) * (both ? 2 : 1);
  if (sealed->lanes.size() != all / static_cast<std::size_t>(lanes.partitions())) {
    damage(name, "is cut or of another plan");
    return;
  }
  SeenStream& sum = seen_[{sealed->stream, sealed->pass}];
  sum.lanes.resize(all);
  sum.positions.resize(static_cast<std::size_t>(lanes.partitions()), -1);
  std::int64_t& position = sum.positions[static_cast<std::size_t>(sealed->partition)];
  position = std::max(position, sealed->position);
  for (const measure::SeenLane& lane : sealed->lanes) {
    if (lane.lane >= sum.lanes.size() || lane.planned != planned_of(sealed->stream, lane.lane)) {
      damage(name, "is of another plan");
      return;
    }
    sum.copies += unite(sum.lanes[lane.lane], lane.bits);
  }
}

void HostReader::unite_with_others() {
  for (const auto& [key, mine] : seen_) {
    SeenStream& all = facts_.seen[key];
    all.lanes.resize(mine.lanes.size());
    all.positions.resize(mine.positions.size(), -1);
    all.copies += mine.copies;
    for (std::size_t lane = 0; lane < mine.lanes.size(); ++lane)
      all.overlap += unite(all.lanes[lane], mine.lanes[lane]);
    for (std::size_t p = 0; p < mine.positions.size(); ++p)
      all.positions[p] = std::max(all.positions[p], mine.positions[p]);
  }
}

// The worst first; of equal ones the earlier, so that the order does not hang on the hosts' names.
void keep_worst(std::vector<WorstEvent>& events) {
  const auto order = [](const WorstEvent& e) { return std::tuple(e.tau - e.visible, e.tau, e.lane, e.n); };
  std::sort(events.begin(), events.end(),
            [&](const WorstEvent& a, const WorstEvent& b) { return order(a) < order(b); });
  const auto same = [](const WorstEvent& a, const WorstEvent& b) { return a.lane == b.lane && a.n == b.n; };
  events.erase(std::unique(events.begin(), events.end(), same), events.end());
  if (events.size() > measure::kWorst) events.resize(measure::kWorst);
}

}  // namespace

SecondRange legal_seconds(const plan::Plan& plan) {
  return {-(std::int64_t{1} << 31), base::second_of(plan.end()) + base::second_of(plan.drain) + kSlack};
}

PlannedLanes::PlannedLanes(const plan::Plan& plan) {
  for (std::size_t s = 0; s < plan.streams.size(); ++s) {
    run.emplace_back(plan, s);
    prefill.emplace_back();
    if (plan.streams[s].prefill > 0) prefill.back().emplace(plan::StreamLanes::of_prefill(plan, s));
  }
}

Facts read_facts(const fs::path& folder, const plan::Plan& plan, const PlannedLanes& lanes) {
  Facts facts;
  facts.prefilled.resize(plan.streams.size());
  facts.acks.resize(plan.streams.size());
  std::vector<fs::path> hosts;
  std::error_code code;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / kFactsFolder, code)) {
    if (entry.is_directory(code)) hosts.push_back(entry.path());
  }
  std::sort(hosts.begin(), hosts.end());
  if (hosts.empty()) {
    facts.damage.push_back("facts: there are none");
    return facts;
  }
  facts.ending = "complete";
  facts.drain_complete = true;
  for (const fs::path& host : hosts) HostReader(facts, plan, lanes, host).read();
  for (auto& [key, events] : facts.worst) keep_worst(events);
  std::stable_sort(facts.events.begin(), facts.events.end(), [](const Json& a, const Json& b) {
    return integer_at(a, "t", 0) < integer_at(b, "t", 0);
  });
  if (facts.killed()) facts.drain_complete = false;
  return facts;
}

}  // namespace freshet::results
