// What only the end of a run writes: how it ended, the producers' acks and what each shard saw.
#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "harness/results/host_reader.h"
#include "harness/results/json_fields.h"
#include "harness/results/line_file.h"

namespace freshet::results {
namespace {

namespace fs = std::filesystem;

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

}  // namespace

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

}  // namespace freshet::results
