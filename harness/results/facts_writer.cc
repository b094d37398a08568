#include <fmt/core.h>

#include <map>
#include <tuple>
#include <utility>

#include "harness/plan/plan_json.h"
#include "harness/results/carriers.h"
#include "harness/results/clients.h"
#include "harness/results/flushes.h"
#include "harness/results/host_seconds.h"
#include "harness/results/interval_log.h"
#include "harness/results/json_fields.h"
#include "harness/results/layout.h"
#include "harness/results/ledger_files.h"
#include "harness/results/line_file.h"
#include "harness/results/run_folder.h"
#include "harness/results/tables.h"

namespace freshet::results {
namespace {

namespace fs = std::filesystem;

struct SeriesSecond {
  measure::Series series;
  std::int64_t second = 0;
  friend bool operator<(const SeriesSecond& a, const SeriesSecond& b) {
    const auto key = [](const SeriesSecond& s) {
      return std::tuple(s.second, s.series.stream, s.series.pass, s.series.tier, s.series.measure);
    };
    return key(a) < key(b);
  }
};

std::string target_of(const fs::path& folder) {
  const base::Result<Json> manifest = read_json(folder / kManifestFile);
  const Json* target = manifest ? field_at(*manifest, "target") : nullptr;
  return target ? text_at(*target, "name", "target") : "target";
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

base::Status free_for_a_run(const fs::path& folder) {
  std::error_code code;
  if (!fs::exists(folder, code)) return base::Ok{};
  if (!fs::is_directory(folder, code))
    return base::io_error(fmt::format("run folder {}: exists and is not a folder", folder.string()));
  bool free = true;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, code))
    free =
        free && (entry.path().filename() == kLoopbackFolder || entry.path().filename() == kCalibrationFolder);
  if (free && !code) return base::Ok{};
  return base::io_error(fmt::format("run folder {}: exists and is not empty; a run needs a folder of its own",
                                    folder.string()));
}

base::Status create_run_folder(const fs::path& folder, const Json& manifest, const plan::Plan& plan) {
  if (base::Status free = free_for_a_run(folder); !free) return free;
  std::error_code code;
  fs::create_directories(folder / kFactsFolder, code);
  if (code) return base::io_error(fmt::format("run folder {}: {}", folder.string(), code.message()));
  if (base::Status written = write_manifest(folder, manifest); !written) return written;
  return replace_file(folder / kPlanFile, plan::to_json(plan).dump(1) + "\n");
}

base::Status write_manifest(const fs::path& folder, const Json& manifest) {
  return replace_file(folder / kManifestFile,
                      manifest.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

struct FactsWriter::Impl {
  Impl(const plan::Plan& plan, const std::string& target) : tags(plan, target) {}

  fs::path folder;
  Tags tags;
  // What flush() will write; cohorts and counts of several roles are put together first.
  std::map<SeriesSecond, std::pair<measure::Histogram, CohortCounts>> cohorts;
  std::map<std::tuple<std::int64_t, std::uint16_t, std::uint16_t>, measure::CountSecond> counts;
  std::vector<measure::Parts> parts;
  std::vector<AppendFile> files;  // in the order of kFlushedFiles
  AppendFile flushes;
  std::optional<TraceFile> trace;
  int shards = 0;
  std::string error;

  void keep(const base::Status& status) {
    if (!status && error.empty()) error = status.error().message;
  }
  std::string& buffer(Flushed file) { return files[static_cast<std::size_t>(file)].buffer(); }

  base::Status create();
  void write_cohorts();
  void write_parts();
};

base::Status FactsWriter::Impl::create() {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) return base::io_error(fmt::format("cannot create {}: {}", folder.string(), code.message()));
  for (const std::string_view name : kFlushedFiles) {
    base::Result<AppendFile> file = AppendFile::create(folder / name);
    if (!file) return file.error();
    file->buffer() = preamble(name);
    if (base::Status written = file->write(); !written) return written;
    files.push_back(std::move(file).value());
  }
  base::Result<AppendFile> file = AppendFile::create(folder / kFlushesFile);
  if (!file) return file.error();
  flushes = std::move(file).value();
  flushes.buffer() = preamble(kFlushesFile);
  return flushes.write();
}

void FactsWriter::Impl::write_cohorts() {
  for (const auto& [key, cohort] : cohorts) {
    const measure::Series& series = key.series;
    append_log(buffer(Flushed::intervals), tags, series, key.second, cohort.first);
    if (series.measure != measure::Measure::staleness) continue;
    append(buffer(Flushed::cohorts),
           CohortRow{{series.stream, series.pass, series.tier, key.second}, cohort.second});
  }
  cohorts.clear();
  for (const auto& [key, row] : counts) append(buffer(Flushed::counts), row);
  counts.clear();
}

void FactsWriter::Impl::write_parts() {
  for (const measure::Parts& part : parts) {
    for (std::uint32_t bucket = 0; bucket < part.buckets.size(); ++bucket) {
      const measure::Parts::Sum& sum = part.buckets[bucket];
      if (sum.events == 0) continue;
      append(buffer(Flushed::parts), PartsRow{part.stream, part.pass, part.second, bucket, sum});
    }
  }
  parts.clear();
}

FactsWriter::FactsWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FactsWriter::~FactsWriter() = default;

base::Result<std::unique_ptr<FactsWriter>> FactsWriter::open(const fs::path& folder, const std::string& host,
                                                             const plan::Plan& plan,
                                                             const TraceOptions& trace) {
  auto impl = std::make_unique<Impl>(plan, target_of(folder));
  impl->folder = folder / kFactsFolder / tag_part(host);
  if (base::Status created = impl->create(); !created) return created.error();
  if (trace.share > 0) {
    auto file = TraceFile::create(impl->folder / kTraceFile, trace);
    if (!file) return file.error();
    impl->trace = std::move(file).value();
  }
  return std::unique_ptr<FactsWriter>(new FactsWriter(std::move(impl)));
}

void FactsWriter::add(const measure::Interval& interval) {
  for (const measure::Cohort& cohort : interval.cohorts) {
    const auto [found, fresh] = impl_->cohorts.try_emplace(
        {cohort.series, cohort.second}, measure::Histogram(cohort.histogram.digits()), CohortCounts{});
    found->second.first.merge(cohort.histogram);
    found->second.second.add({cohort.samples, cohort.over, cohort.over_without_own});
  }
  for (const measure::CountSecond& row : interval.counts) {
    const auto [found, fresh] = impl_->counts.try_emplace({row.second, row.stream, row.pass}, row);
    if (fresh) continue;
    for (std::size_t i = 0; i < row.counts.size(); ++i) found->second.counts[i] += row.counts[i];
  }
  for (const measure::LagSecond& row : interval.lags) append(impl_->buffer(Flushed::lags), row);
  for (const measure::OverBound& row : interval.over) append(impl_->buffer(Flushed::over), row);
  for (const measure::OffsetSecond& row : interval.offsets) append(impl_->buffer(Flushed::offsets), row);
  for (const measure::ReceiverSecond& row : interval.receivers)
    append(impl_->buffer(Flushed::receivers), row);
  for (const measure::WorstEvent& row : interval.worst) append(impl_->buffer(Flushed::worst), row);
  for (const measure::Carrier& row : interval.carriers) append(impl_->buffer(Flushed::carriers), row);
  impl_->parts.insert(impl_->parts.end(), interval.parts.begin(), interval.parts.end());
  if (impl_->trace) impl_->trace->add(interval.trace);
}

void FactsWriter::add(const ClientSecond& row) {
  append(impl_->buffer(Flushed::clients), row);
}

void FactsWriter::add(const ConnectionSecond& row) {
  append(impl_->buffer(Flushed::connections), row);
}

void FactsWriter::add(const measure::LoggedRead& read) {
  append(impl_->buffer(Flushed::reads), read);
}

void FactsWriter::add(const HostSecond& row) {
  append(impl_->buffer(Flushed::host), row);
}

void FactsWriter::event(Nanos at, const std::string& kind, Json fields) {
  Json line = Json::object();
  line["t"] = at;
  line["kind"] = kind;
  if (fields.is_object()) line.update(fields);
  impl_->buffer(Flushed::events) += dump(line) + "\n";
}

// The line in flushes.csv comes last: it says how long each file was, so that a reader takes a flush as a
// whole or not at all.
void FactsWriter::flush(Nanos now) {
  impl_->write_cohorts();
  impl_->write_parts();
  Flush flush{.now = now, .files = {}};
  for (std::size_t i = 0; i < impl_->files.size(); ++i) {
    impl_->keep(impl_->files[i].write());
    flush.files[i] = {impl_->files[i].size(), impl_->files[i].checksum()};
  }
  if (impl_->trace) impl_->keep(impl_->trace->write());
  if (!impl_->error.empty()) return;
  impl_->flushes.buffer() = flush_line(flush);
  impl_->keep(impl_->flushes.write());
}

void FactsWriter::acks(std::uint16_t stream, const measure::AckLog& acks) {
  impl_->keep(replace_file(impl_->folder / acks_file(stream), encode_acks(acks)));
}

void FactsWriter::seen(const measure::Sealed& sealed) {
  const std::string name = seen_file(sealed.pass, sealed.stream, sealed.partition, impl_->shards++);
  impl_->keep(replace_file(impl_->folder / name, encode_seen(sealed)));
}

void FactsWriter::lane_hashes(std::uint16_t stream,
                              const std::vector<std::pair<std::uint64_t, std::uint64_t>>& sent_and_hash) {
  for (std::size_t lane = 0; lane < sent_and_hash.size(); ++lane) {
    const auto [sent, hash] = sent_and_hash[lane];
    append(impl_->buffer(Flushed::lanes), LaneRow{stream, static_cast<std::uint16_t>(lane), sent, hash});
  }
}

void FactsWriter::finish(Nanos ended_at, Nanos drained_in, bool drain_complete, const std::string& ending,
                         Json extra) {
  flush(ended_at);
  Json end = Json::object();
  end["format"] = kEndFormat;
  end["ended_at"] = ended_at;
  end["drained_in"] = drained_in;
  end["drain_complete"] = drain_complete;
  end["ending"] = ending;
  end["shards"] = impl_->shards;
  if (impl_->trace) extra["trace"] = trace_told();
  end["extra"] = std::move(extra);
  if (impl_->error.empty()) impl_->keep(replace_file(impl_->folder / kEndFile, dump(end) + "\n"));
}

Json FactsWriter::trace_told() const {
  if (!impl_->trace) return nullptr;
  return {{"share", impl_->trace->share()}, {"records", impl_->trace->records()}};
}

base::Status FactsWriter::status() const {
  if (!impl_->error.empty()) return base::io_error(impl_->error);
  return base::Ok{};
}

}  // namespace freshet::results
