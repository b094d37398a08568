#include "harness/results/trace_file.h"

#include <algorithm>

#include "harness/results/blocks.h"

namespace freshet::results {
namespace {

constexpr std::size_t kBlock = 1 << 20;

}  // namespace

std::uint64_t TraceOptions::threshold() const {
  if (share >= 1) return measure::kTraceAll;
  return share <= 0 ? 0 : static_cast<std::uint64_t>(share * 0x1p64);
}

base::Result<TraceFile> TraceFile::create(const std::filesystem::path& path, const TraceOptions& options) {
  auto file = AppendFile::create(path);
  if (!file) return file.error();
  TraceFile trace;
  trace.file_ = std::move(file).value();
  trace.file_.buffer() = std::string(kTraceFormat) + "\n";
  trace.threshold_ = options.threshold();
  trace.room_ = std::max<std::uint64_t>(options.most_bytes / sizeof(measure::TraceRecord) / 2, 1);
  if (const base::Status written = trace.file_.write(); !written) return written.error();
  return trace;
}

void TraceFile::add(std::span<const measure::TraceRecord> records) {
  for (const measure::TraceRecord& record : records) {
    if (measure::trace_hash(record) > threshold_) continue;
    if (used_ == room_) {
      close_block();
      threshold_ /= 2;
      room_ = std::max<std::uint64_t>(room_ / 2, 1);
      used_ = 0;
      if (measure::trace_hash(record) > threshold_) continue;
    }
    if (block_.empty()) put_u64(block_, threshold_);
    block_.append(reinterpret_cast<const char*>(&record), sizeof(record));
    ++used_;
    ++records_;
    if (block_.size() >= kBlock) close_block();
  }
}

void TraceFile::close_block() {
  if (block_.empty()) return;
  append_block(file_.buffer(), block_);
  block_.clear();
}

base::Status TraceFile::write() {
  close_block();
  return file_.write();
}

double TraceFile::share() const {
  return threshold_ == measure::kTraceAll ? 1 : static_cast<double>(threshold_) * 0x1p-64;
}

}  // namespace freshet::results
