#include "harness/cluster/kafka/handle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>

#include "harness/cluster/kafka/kafka.h"
#include "harness/cluster/kafka/refusal.h"

namespace freshet::cluster {
namespace {

constexpr std::size_t kMostComplaints = 4;
constexpr int kSyslogWarning = 4;

void on_log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  // One properties file serves producers and consumers; that each ignores the other's part is no complaint.
  // That a cluster hung up is told as information only, though it may be all that there is to say.
  const bool hung_up = std::strcmp(facility, "FAIL") == 0;
  if ((level > kSyslogWarning && !hung_up) || std::strcmp(facility, "CONFWARN") == 0) return;
  if (void* complaints = rd_kafka_opaque(client)) static_cast<Complaints*>(complaints)->add(text);
}

void on_arrival(rd_kafka_t* /*client*/, void* wake) {
  static_cast<base::Wake*>(wake)->at(0);
}

using Configuration = std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>>;

}  // namespace

void Complaints::add(std::string text) {
  // "[thrd:127.0.0.1:1/bootstrap]: 127.0.0.1:1/bootstrap: Connect to … (after 0ms in state CONNECT)": neither
  // the thread nor the client's own state is of interest, and that all brokers are down follows from the
  // rest.
  if (text.rfind("[thrd:", 0) == 0) {
    if (const auto end = text.find("]: "); end != std::string::npos) text.erase(0, end + 3);
  }
  if (const auto state = text.find(" (after "); state != std::string::npos) text.erase(state);
  const std::lock_guard lock(mutex_);
  const bool follows = text.ends_with(" brokers are down") && !newest_.empty();
  if (follows || std::find(newest_.begin(), newest_.end(), text) != newest_.end()) return;
  newest_.push_back(std::move(text));
  if (newest_.size() > kMostComplaints) newest_.pop_front();
}

void Complaints::clear() {
  const std::lock_guard lock(mutex_);
  newest_.clear();
}

std::string Complaints::text() const {
  const std::lock_guard lock(mutex_);
  return fmt::format("{}", fmt::join(newest_, "; "));
}

base::Result<Client> make_client(rd_kafka_type_t type, const Settings& settings, int events,
                                 Complaints& complaints) {
  Configuration conf(rd_kafka_conf_new());
  std::array<char, 512> why{};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      return base::usage_error(fmt::format("client setting '{}': {}", name,
                                           is_secret(name) ? "the value is not legal" : why.data()));
    }
  }
  rd_kafka_conf_set_events(conf.get(), events);
  rd_kafka_conf_set_log_cb(conf.get(), &on_log);
  rd_kafka_conf_set_opaque(conf.get(), &complaints);
  rd_kafka_t* client = rd_kafka_new(type, conf.get(), why.data(), why.size());
  if (client == nullptr) {
    return base::usage_error(fmt::format("librdkafka refuses the client settings: {}", why.data()));
  }
  [[maybe_unused]] rd_kafka_conf_t* const taken_over = conf.release();
  return Client(client);
}

void wake_on_arrival(rd_kafka_queue_t* queue, base::Wake& wake) {
  static constexpr std::uint64_t kOne = 1;  // what an eventfd takes
  if (wake.fd() >= 0) {
    rd_kafka_queue_io_event_enable(queue, wake.fd(), &kOne, sizeof kOne);
  } else {
    rd_kafka_queue_cb_event_enable(queue, &on_arrival, &wake);
  }
}

void wake_no_more(rd_kafka_queue_t* queue) {
  rd_kafka_queue_io_event_enable(queue, -1, nullptr, 0);
  rd_kafka_queue_cb_event_enable(queue, nullptr, nullptr);
}

std::string_view drain_errors(rd_kafka_queue_t* queue, Complaints& complaints) {
  std::string_view trouble;
  while (const Event event{rd_kafka_queue_poll(queue, 0)}) {
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) continue;
    const char* text = rd_kafka_event_error_string(event.get());
    complaints.add(text);
    if (const auto found = security_trouble(rd_kafka_event_error(event.get()), text); !found.empty()) {
      trouble = found;
    }
  }
  return trouble;
}

bool is_transient(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE || error == RD_KAFKA_RESP_ERR_NOT_COORDINATOR ||
         error == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
         error == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT;
}

int milliseconds(Nanos timeout) {
  constexpr Nanos kMost = std::numeric_limits<int>::max() / 2;
  return static_cast<int>(std::clamp<Nanos>(timeout / base::kMillisecond, 1, kMost));
}

}  // namespace freshet::cluster
