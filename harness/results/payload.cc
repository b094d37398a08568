// V8: by how much the records compress, as the run found before its start.
#include <algorithm>

#include "harness/results/client_json.h"
#include "harness/results/json_fields.h"
#include "harness/results/rows.h"

namespace freshet::results {
namespace {

std::uint64_t count_at(const Json& json, const char* key) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(integer_at(json, key, 0), 0));
}

}  // namespace

std::vector<PayloadRow> payload_rows(const plan::Plan& plan, const Json& manifest) {
  std::vector<PayloadRow> rows;
  const Json* told = field_at(manifest, "payload");
  if (!told || !told->is_array()) return rows;
  for (const Json& json : *told) {
    const auto stream = std::ranges::find(plan.streams, text_at(json, "stream"), &plan::Stream::name);
    if (stream == plan.streams.end()) continue;
    PayloadRow& row = rows.emplace_back();
    row.stream = static_cast<int>(stream - plan.streams.begin());
    row.asked = stream->compresses;
    row.codec = text_at(json, "codec");
    row.ratio = number_at(json, "ratio", 0);
    row.zstd = number_at(json, "zstd", 0);
    row.lz4 = number_at(json, "lz4", 0);
    row.as_sent = number_at(json, "as_sent", 0);
    row.batch_bytes = count_at(json, "batch_bytes");
    row.batch_records = count_at(json, "batch_records");
    row.as_sent_records = count_at(json, "as_sent_records");
  }
  return rows;
}

Json to_json(const Names& names, const PayloadRow& row) {
  return {{"stream", names.stream(row.stream)},
          {"asked", row.asked},
          {"ratio", row.ratio},
          {"codec", row.codec},
          {"zstd", row.zstd},
          {"lz4", row.lz4},
          {"batch_bytes", row.batch_bytes},
          {"batch_records", row.batch_records},
          {"as_sent", row.as_sent},
          {"as_sent_records", row.as_sent_records}};
}

}  // namespace freshet::results
