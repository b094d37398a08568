#include "harness/cluster/kafka/conflicts.h"

#include <fmt/format.h>

#include <charconv>

namespace freshet::cluster {
namespace {

// A number as the library reads it; `fallback` is its default.
double number_of(const Settings& settings, const char* name, double fallback) {
  const auto found = settings.find(name);
  if (found == settings.end()) return fallback;
  double number = fallback;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
  return number;
}

std::string text_of(const Settings& settings, const char* name) {
  const auto found = settings.find(name);
  return found == settings.end() ? "" : found->second;
}

// freshet turns idempotence on unless weaker acks are asked for, so a user may not know that it is.
std::string with_idempotence(const std::string& what, const std::string& instead) {
  return fmt::format(
      "{} cannot be had with enable.idempotence=true, which is on unless it is declined; use {}, or "
      "enable.idempotence=false",
      what, instead);
}

std::optional<std::string> idempotence_conflict(const Settings& settings) {
  const std::string acks = text_of(settings, "request.required.acks");
  if (!acks.empty() && acks != "all" && acks != "-1") return with_idempotence("acks=" + acks, "acks=all");
  const std::string in_flight = text_of(settings, "max.in.flight.requests.per.connection");
  if (number_of(settings, "max.in.flight.requests.per.connection", 5) > 5)
    return with_idempotence("max.in.flight=" + in_flight, "at most 5");
  if (number_of(settings, "message.send.max.retries", 1) < 1)
    return with_idempotence("retries=0", "retries of at least 1");
  if (text_of(settings, "queuing.strategy") == "lifo")
    return with_idempotence("queuing.strategy=lifo", "queuing.strategy=fifo");
  if (number_of(settings, "queue.buffering.backpressure.threshold", 1) > 1)
    return with_idempotence("queue.buffering.backpressure.threshold over 1", "1");
  return std::nullopt;
}

}  // namespace

std::optional<std::string> producer_settings_conflict(const Settings& settings) {
  if (text_of(settings, "enable.idempotence") == "true") {
    if (auto conflict = idempotence_conflict(settings)) return conflict;
  } else if (text_of(settings, "enable.gapless.guarantee") == "true") {
    return "enable.gapless.guarantee=true says nothing without enable.idempotence=true; use both";
  }
  const double timeout = number_of(settings, "message.timeout.ms", 300'000);
  const double linger = number_of(settings, "queue.buffering.max.ms", 5);
  if (timeout > 0 && timeout <= linger) {
    return fmt::format(
        "message.timeout.ms={} gives a record up before linger.ms={} has sent it; use a linger.ms below it",
        timeout, linger);
  }
  return std::nullopt;
}

}  // namespace freshet::cluster
