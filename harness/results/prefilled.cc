#include "harness/results/prefilled.h"

namespace freshet::results {
namespace {

// A pass over the stream, and what it saw of it.
struct Reader {
  std::uint16_t pass = 0;
  const PassSpan* span = nullptr;
  const SeenStream* seen = nullptr;  // null: nothing
  Outcomes* outcomes = nullptr;
};

std::vector<Reader> readers_of(const plan::Plan& plan, const std::vector<PassSpan>& spans,
                               std::uint16_t stream, const Facts& facts, std::vector<PassOutcomes>& passes) {
  std::vector<Reader> readers;
  for (std::size_t pass = plan.groups.size(); pass < plan.passes(); ++pass) {
    if (!passes[pass].reads) continue;
    Reader reader{.pass = static_cast<std::uint16_t>(pass),
                  .span = &spans[pass - plan.groups.size()],
                  .outcomes = &passes[pass].prefilled};
    const auto seen = facts.seen.find({stream, reader.pass});
    if (seen != facts.seen.end()) reader.seen = &seen->second;
    readers.push_back(reader);
  }
  return readers;
}

}  // namespace

void note_prefilled(const plan::StreamLanes& lanes, LastOfKeys& last) {
  for (int lane = 0; lane < lanes.lanes(); ++lane) {
    for (plan::LaneCursor cursor(lanes, lane); !cursor.done(); cursor.advance())
      last.in_log(cursor.event().key, cursor.tau());
  }
}

// Partition by partition in the order of the log. Where no offset is known of a partition, what was not seen
// may be anything.
void resolve_prefilled(const plan::Plan& plan, const plan::StreamLanes& lanes,
                       const std::vector<PassSpan>& spans, std::uint16_t stream, const Facts& facts,
                       const LastOfKeys& last, std::vector<PassOutcomes>& passes) {
  const std::vector<Reader> readers = readers_of(plan, spans, stream, facts, passes);
  const std::vector<std::int64_t>& first = facts.prefilled[stream].first;
  if (readers.empty() || first.empty()) return;
  const int partitions = lanes.partitions();
  for (int partition = 0; partition < partitions; ++partition) {
    std::int64_t offset = first[static_cast<std::size_t>(partition)];
    const bool known = offset >= 0;
    for (plan::MergeCursor cursor(lanes, partition, partitions); !cursor.done(); cursor.advance(), ++offset) {
      const plan::Event event = cursor.event();
      const auto lane = static_cast<std::size_t>(lanes.lanes() + event.lane);
      for (const Reader& reader : readers) {
        auto outcome = &Outcomes::visible;
        if (!reader.seen || !reader.seen->has(lane, event.n)) {
          outcome = known ? unseen_by(*reader.span, facts, stream, reader.pass, partition, event.tau, offset)
                          : &Outcomes::unclassified;
        }
        if (!outcome) continue;
        if (outcome == &Outcomes::lost && last.supersede(event.key, event.tau))
          outcome = &Outcomes::superseded;
        ++reader.outcomes->planned;
        ++(reader.outcomes->*outcome);
      }
    }
  }
}

}  // namespace freshet::results
