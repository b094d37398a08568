#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "harness/plan/decide.h"
#include "harness/plan/slo_instances.h"
#include "harness/scenario/build.h"

namespace freshet::scenario {
namespace {

using plan::Comparison;
using plan::Figure;
using plan::Slo;

constexpr std::array<std::pair<const char*, Figure>, 13> kFigures{
    {{"staleness share", Figure::staleness_share},
     {"lost", Figure::lost},
     {"duplicate", Figure::duplicate},
     {"out of order", Figure::out_of_order},
     {"freshness lag", Figure::freshness_lag},
     {"time to fresh", Figure::time_to_fresh},
     {"stale decisions", Figure::stale_decisions},
     {"critical stale decisions", Figure::critical_stale_decisions},
     {"wrong decisions", Figure::wrong_decisions},
     {"critical wrong decisions", Figure::critical_wrong_decisions},
     {"late", Figure::late},
     {"missed", Figure::missed},
     {"time over bound", Figure::time_over_bound}}};

constexpr std::string_view kPercentile = "staleness p";
constexpr std::string_view kViewPercentile = "view staleness p";

// p of "staleness p99.9", 0.999; nothing when it is no such text.
std::optional<double> percentile_of(std::string_view text, std::string_view start) {
  if (!text.starts_with(start)) return std::nullopt;
  const std::string digits(text.substr(start.size()));
  if (digits.empty() || digits.find_first_not_of("0123456789.") != std::string::npos) return std::nullopt;
  const std::string scaled = digits + "e-2";  // and not / 100, which is not 0.999
  double p = 0;
  const auto [rest, failed] = std::from_chars(scaled.data(), scaled.data() + scaled.size(), p);
  if (failed != std::errc{} || rest != scaled.data() + scaled.size()) return std::nullopt;
  return p;
}

bool is_count(Figure figure) {
  return figure == Figure::lost || figure == Figure::duplicate || figure == Figure::out_of_order ||
         figure == Figure::late || figure == Figure::missed;
}

bool is_share(Figure figure) {
  return figure == Figure::staleness_share || plan::is_of_decisions(figure);
}

bool read_figure(Reader& reader, Slo& slo) {
  std::vector<std::string> legal = {"staleness p99", "staleness p99.9", "view staleness p99"};
  for (const auto& [text, figure] : kFigures) legal.emplace_back(text);
  if (reader.items().empty()) {
    reader.problem(fmt::format("has no figure; expected one of: \"{}\"", fmt::join(legal, "\", \"")));
    return false;
  }
  const Value& item = reader.items().front();
  if (item.is(Value::Type::unknown)) return false;
  const bool of_reads = item.text.starts_with(kViewPercentile);
  const auto p = percentile_of(item.text, of_reads ? kViewPercentile : kPercentile);
  if (p && item.is(Value::Type::text)) {
    if (of_reads) slo.figure = Figure::view_staleness;
    slo.percentile = *p;
    if (*p > 0 && *p < 1) return true;
    reader.problem(
        fmt::format("found {}, expected a percentile between p0 and p100, both excluded", describe(item)));
    return false;
  }
  for (const auto& [text, figure] : kFigures) {
    if (!item.is(Value::Type::text) || item.text != text) continue;
    slo.figure = figure;
    return true;
  }
  reader.errors().add(item.line,
                      fmt::format("slo: unknown figure {}{}", describe(item), suggestion(item.text, legal)));
  return false;
}

double read_threshold(Reader& reader, const char* key, Figure figure) {
  constexpr Nanos kLongest = 24 * 3600 * base::kSecond;
  if (is_count(figure)) return static_cast<double>(reader.whole(key, 0, {0, 1'000'000'000'000}));
  const Value* value = reader.take(key);
  const bool none = value != nullptr && value->is(Value::Type::number) && value->number == 0;
  if (is_share(figure)) return none ? 0 : reader.share(key, 0);
  return static_cast<double>(reader.duration(key, base::kMillisecond, {1, kLongest}));
}

void read_comparison(Reader& reader, Slo& slo) {
  constexpr std::array<std::pair<const char*, Comparison>, 3> kComparisons{
      {{"below", Comparison::below}, {"above", Comparison::above}, {"exactly", Comparison::exactly}}};
  int found = 0;
  for (const auto& [key, comparison] : kComparisons) {
    reader.take(key);
    if (!reader.has(key)) continue;
    if (++found > 1) {
      reader.problem(key, "expected one of below, above and exactly, not two");
      continue;
    }
    slo.comparison = comparison;
    slo.threshold = read_threshold(reader, key, slo.figure);
    if (comparison == Comparison::exactly && !is_count(slo.figure) && !is_share(slo.figure)) {
      reader.problem(key, "a time is never met exactly; expected below or above");
    }
  }
  if (found == 0) {
    reader.problem(is_count(slo.figure) ? "has no threshold; expected exactly = 0, or below or above a count"
                   : is_share(slo.figure) ? "has no threshold; expected below = \"1%\" or the like"
                                          : "has no threshold; expected below = \"2s\" or the like");
  }
}

// V6 looks at staleness in steady phases.
void read_steady(Reader& reader, Slo& slo) {
  slo.steady = reader.flag("steady", false);
  const bool staleness = slo.figure == Figure::staleness_percentile || slo.figure == Figure::staleness_share;
  if (slo.steady && !staleness) reader.problem("steady", "only an SLO on staleness can ask for it");
}

void read_slo(const Value& value, plan::Plan& plan, Errors& errors) {
  const std::size_t before = errors.found();
  Reader reader(value, "slo", errors);
  Slo slo;
  slo.line = value.line;
  const bool known = read_figure(reader, slo);
  if (known) reader.set_where(fmt::format("SLO \"{}\"", reader.items().front().text));
  slo.klass = reader.text("class", "");
  slo.group = reader.text("group", "");
  slo.tier = reader.text("tier", "");
  slo.phase = reader.text("phase", "");
  slo.after = reader.text("after", "");
  slo.read = reader.text("read", "");
  read_steady(reader, slo);
  if (known) {
    read_comparison(reader, slo);
  } else {
    for (const char* key : {"below", "above", "exactly"}) reader.take(key);
  }
  reader.finish(1);
  if (errors.found() == before && known) plan.slos.push_back(std::move(slo));
}

bool selects_phases(const Slo& slo) {
  return !slo.phase.empty() || !slo.after.empty() || slo.figure == Figure::time_to_fresh;
}

// An SLO stands for each class, group and phase that it could match (E9).
bool too_many(const plan::Plan& plan, int line, Errors& errors) {
  constexpr std::size_t kMostJudgements = 1'000'000;
  const std::size_t places = plan.streams.size() * plan.groups.size() * plan.phases.size();
  if (plan.slos.size() * places <= kMostJudgements) return false;
  errors.add(line, fmt::format("slos: {} of them over {} streams, groups and phases: more than {} judgements",
                               plan.slos.size(), places, kMostJudgements));
  return true;
}

}  // namespace

void build_slos(const Value* slos, KnownNames names, plan::Plan& plan, Errors& errors) {
  if (slos == nullptr) return;
  const bool sound_so_far = errors.empty();
  if (!slos->is(Value::Type::table) || !slos->fields.empty()) {
    errors.add(slos->line,
               fmt::format("slos: found {}, expected a list such as {{ slo {{ \"lost\", exactly = 0 }} }}",
                           slos->is(Value::Type::table) ? "names" : describe(*slos)));
    return;
  }
  for (const Value& item : slos->items) {
    if (item.is(Value::Type::table) && (item.word.empty() || item.word == "slo")) {
      if (plan.slos.size() < kMostParts) read_slo(item, plan, errors);
    } else if (!item.is(Value::Type::unknown)) {
      errors.add(
          item.line,
          fmt::format("slos: found {}, expected slo {{ \"staleness p99\", below = \"2s\" }} or the like",
                      describe(item)));
    }
  }
  if (slos->items.size() > kMostParts) {
    errors.add(slos->line,
               fmt::format("slos: found {}, expected at most {}", slos->items.size(), kMostParts));
  }
  if (!names.others || too_many(plan, slos->line, errors)) return;
  plan::Plan judged = plan;
  if (!names.phases) std::erase_if(judged.slos, selects_phases);
  const plan::SloInstances matched = plan::slo_instances(judged);
  for (const plan::PlanError& error : matched.errors) errors.add(error.line, error.message);
  if (!sound_so_far) return;  // lengths and rates may be wrong: nothing to say of events (E8)
  for (const plan::PlanError& error : plan::undecidable(judged, matched.instances)) {
    errors.add(error.line, error.message);
  }
}

}  // namespace freshet::scenario
