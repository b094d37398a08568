#include "harness/plan/durability.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace freshet::plan {
namespace {

const std::string* first_of(const Settings& settings, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto found = settings.find(name); found != settings.end()) return &found->second;
  }
  return nullptr;
}

std::optional<int> number(const std::string* text) {
  int value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

std::string acks_word(int acks) {
  return acks < 0 ? "all" : std::to_string(acks);
}

int rank_of_acks(int acks) {
  return acks < 0 ? std::numeric_limits<int>::max() : acks;
}

void compare(std::vector<Shortfall>& all, const char* what, std::optional<int> asked,
             std::optional<int> found) {
  if (asked && found && *found < *asked)
    all.push_back({what, std::to_string(*asked), std::to_string(*found)});
}

}  // namespace

Durability durability_of(std::optional<int> replication, const Settings& topic_config,
                         const Settings& client_settings) {
  Durability durability{.replication = replication};
  durability.min_insync = number(first_of(topic_config, {"min.insync.replicas"}));
  const std::string* acks = first_of(client_settings, {"request.required.acks", "acks"});
  durability.acks = acks && *acks == "all" ? std::optional(-1) : number(acks);
  if (const std::string* idempotence = first_of(client_settings, {"enable.idempotence"}))
    durability.idempotence = *idempotence == "true";
  return durability;
}

Durability asked_durability(const Plan& plan, const Stream& stream) {
  Settings client = stream.client_settings;
  client.insert(plan.client_settings.begin(), plan.client_settings.end());  // the stream's own are stronger
  return durability_of(stream.replication, stream.topic_config, client);
}

std::vector<Shortfall> shortfalls(const Durability& asked, const Durability& found) {
  std::vector<Shortfall> all;
  compare(all, "replication", asked.replication, found.replication);
  compare(all, "min.insync.replicas", asked.min_insync, found.min_insync);
  if (asked.acks && found.acks && rank_of_acks(*found.acks) < rank_of_acks(*asked.acks))
    all.push_back({"acks", acks_word(*asked.acks), acks_word(*found.acks)});
  if (asked.idempotence == true && found.idempotence == false)
    all.push_back({"enable.idempotence", "true", "false"});
  return all;
}

std::string sentence(const Shortfall& shortfall) {
  return fmt::format("{} is {}, and the scenario asks for {}", shortfall.what, shortfall.found,
                     shortfall.asked);
}

}  // namespace freshet::plan
