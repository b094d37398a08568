#include "harness/plan/plan.h"

#include <fmt/format.h>

#include <bit>
#include <numeric>

#include "harness/base/random.h"
#include "harness/plan/plan_fields.h"
#include "harness/plan/plan_json.h"

namespace freshet::plan {
namespace {

using nlohmann::json;

// A 128-bit state over the values of a JSON document, objects in the order of their keys, so that neither
// white space nor the printing of numbers matters. Every value is preceded by its kind, every container by
// its length: no two documents read alike.
class Hash {
 public:
  void add(const json& value) {
    switch (value.type()) {
      case json::value_t::object:
        add_object(value);
        break;
      case json::value_t::array:
        word(2);
        word(value.size());
        for (const json& element : value) add(element);
        break;
      case json::value_t::string:
        add(value.get_ref<const std::string&>());
        break;
      case json::value_t::number_integer:   // signed and unsigned alike: reading back may change the one to
      case json::value_t::number_unsigned:  // the other
        word(4);
        word(value.get<std::uint64_t>());
        break;
      case json::value_t::number_float:
        word(5);
        word(std::bit_cast<std::uint64_t>(value.get<double>()));
        break;
      case json::value_t::boolean:
        word(value.get<bool>() ? 7 : 6);
        break;
      default:
        word(0);
    }
  }

  std::string hex() const { return fmt::format("{:016x}", base::mix64(a_ ^ std::rotl(b_, 29))); }

 private:
  void add_object(const json& value) {
    word(1);
    word(value.size());
    for (const auto& [name, member] : value.items()) {
      add(name);
      add(member);
    }
  }

  void add(const std::string& text) {
    word(3);
    word(text.size());
    for (const char c : text) word(static_cast<unsigned char>(c));
  }

  void word(std::uint64_t value) {
    a_ = base::mix64(a_ ^ value);
    b_ = base::mix64(b_ + value * 0x9e3779b97f4a7c15ULL);
  }

  std::uint64_t a_ = 0x6672657368657431ULL;
  std::uint64_t b_ = 0x2074686520706c61ULL;
};

std::string hash_of(const json& document) {
  Hash hash;
  hash.add(document);
  return hash.hex();
}

template <class E>
std::string_view word(E enumerator) {
  for (const auto& [value, name] : words_of(E{})) {
    if (value == enumerator) return name;
  }
  return "";
}

}  // namespace

std::string_view word_of(PhaseKind kind) {
  return word(kind);
}
std::string_view word_of(PassKind kind) {
  return word(kind);
}
std::string_view word_of(ChangeKind kind) {
  return word(kind);
}

workloads::ServiceTimes service_times(const Plan& plan, std::size_t group) {
  constexpr std::uint64_t kServiceDraw = 0x53455256494345;  // apart from the draws of the load
  const Group& g = plan.groups[group];
  return workloads::ServiceTimes(g.service_time, g.service,
                                 base::derive(base::derive(plan.seed, kServiceDraw), group));
}

int default_lanes(int partitions) {
  constexpr int kLeast = 32;
  return partitions * ((kLeast + partitions - 1) / partitions);
}

std::string load_hash(const Plan& plan) {
  return hash_of(load_json(plan));
}

std::string scenario_hash(const Plan& plan) {
  json all = to_json(plan);
  all["generator"] = kGeneratorVersion;
  // Where the scenario was written, how it was laid out and commented changes nothing that a run does.
  all.erase("scenario_file");
  all.erase("scenario_text");
  for (const char* parts : {"replays", "changes", "faults", "reads", "slos"}) {
    if (!all.contains(parts)) continue;
    for (json& part : all[parts]) part.erase("line");
  }
  return hash_of(all);
}

}  // namespace freshet::plan
