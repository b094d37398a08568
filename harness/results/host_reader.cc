#include "harness/results/host_reader.h"

#include <fmt/core.h>

#include <algorithm>

#include "harness/results/line_file.h"
#include "harness/results/phase_sums.h"

namespace freshet::results {

using measure::CountSecond;
using measure::LagSecond;
using measure::OffsetSecond;
using measure::ReceiverSecond;
using measure::WorstEvent;

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
  table<HostSecond>(Flushed::host);
  table<PartsRow>(Flushed::parts);
  table<WorstEvent>(Flushed::worst);
  table<LaneRow>(Flushed::lanes);
  table<measure::OverBound>(Flushed::over);
  table<measure::Carrier>(Flushed::carriers);
  facts_.reads.push_back(text(Flushed::reads));
  events();
  end();
}

// The file up to the last flush that was whole; all of its whole lines when no flush is known.
std::string HostReader::text(Flushed file) {
  const std::string_view name = kFlushedFiles[static_cast<std::size_t>(file)];
  if (flush_ && !flush_->files[static_cast<std::size_t>(file)].written) return {};  // of an older version
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
  std::string head = preamble(name);
  if (const std::string older = older_preamble(name); !older.empty() && bytes.starts_with(older))
    head = older;
  if (!bytes.starts_with(head)) {
    damage(name, "does not begin as its format and version do");
    return {};
  }
  bytes.erase(0, head.size());
  return bytes;
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
  facts_.cohorts.of(row.key.stream, row.key.pass, row.key.tier).add(row.key.second, row.counts);
  return true;
}

bool HostReader::take(const CountSecond& row) {
  const bool producing = row.pass == measure::kNoPass;
  if (!stream_ok(row.stream) || !(producing || pass_ok(row.pass)) || !second_ok(row.second)) return false;
  facts_.counts.of(row.stream, row.pass).add(row.second, row.counts);
  return true;
}

bool HostReader::take(const LagSecond& row) {
  if (!partition_ok(row.stream, row.partition) || !pass_ok(row.pass) || !second_ok(row.second)) return false;
  facts_.lags.of(row.stream, row.pass, static_cast<std::size_t>(row.partition)).add(row.second, row);
  return true;
}

bool HostReader::take(const measure::OverBound& row) {
  if (!partition_ok(row.stream, row.partition) || row.pass >= plan_.groups.size() ||
      !second_ok(base::second_of(row.from)) || !second_ok(base::second_of(row.until)))
    return false;
  facts_.over[{row.stream, row.pass}].push_back(row);
  return true;
}

bool HostReader::take(const measure::Carrier& row) {
  if (!stream_ok(row.stream) || row.pass >= plan_.groups.size() || row.lane >= lanes_[row.stream].lanes())
    return false;
  facts_.carriers.try_emplace({row.stream, row.pass, row.lane, row.n}, row);
  return true;
}

bool HostReader::take(const OffsetSecond& row) {
  if (!partition_ok(row.stream, row.partition) || !pass_ok(row.pass) || !second_ok(row.second)) return false;
  facts_.offsets.of(row.stream, row.pass, static_cast<std::size_t>(row.partition)).add(row.second, row);
  return true;
}

bool HostReader::take(const ReceiverSecond& row) {
  if (!pass_ok(row.pass) || !second_ok(row.second)) return false;
  const auto [found, fresh] = facts_.receivers.try_emplace({row.pass, row.member, row.second}, row);
  found->second.busy = std::max(found->second.busy, row.busy);
  found->second.data_queued = found->second.data_queued || row.data_queued;
  found->second.waiting = std::max(found->second.waiting, row.waiting);
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

bool HostReader::take(const HostSecond& row) {
  if (!second_ok(row.second)) return false;
  facts_.host.push_back(row);
  return true;
}

bool HostReader::take(const PartsRow& row) {
  if (!stream_ok(row.stream) || !pass_ok(row.pass) || !second_ok(row.second)) return false;
  if (counts_in(plan_, row.second, -1)) add(facts_.parts[{row.stream, row.pass}][row.bucket], row.sum);
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

}  // namespace freshet::results
