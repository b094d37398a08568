// Owners for librdkafka's objects, and how a client instance is made from settings.
#pragma once

#include <librdkafka/rdkafka.h>

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "harness/base/clock.h"
#include "harness/cluster/cluster.h"

namespace freshet::cluster {

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};

// Leaves at once: closing in order is asked for before, step by step, by whoever wants it.
struct DestroyClient {
  void operator()(rd_kafka_t* client) const {
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
};

using Client = std::unique_ptr<rd_kafka_t, DestroyClient>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>>;
using PartitionList =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy<rd_kafka_topic_partition_list_destroy>>;
using ClientError = std::unique_ptr<rd_kafka_error_t, Destroy<rd_kafka_error_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, Destroy<rd_kafka_AdminOptions_destroy>>;

inline PartitionList new_partition_list(std::size_t size) {
  return PartitionList(rd_kafka_topic_partition_list_new(static_cast<int>(size)));
}

// What a client instance last complained about: its log lines, which would go to standard error otherwise.
// Thread-safe; the newest few, without repetitions.
class Complaints {
 public:
  void add(std::string text);
  void clear();
  // The newest ones in one line; "" when there are none.
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::deque<std::string> newest_;
};

// A client instance with nothing but `settings`. `complaints` must outlive it. `events`: RD_KAFKA_EVENT_*
// flags. A combination of settings that librdkafka refuses is a usage error.
base::Result<Client> make_client(rd_kafka_type_t type, const Settings& settings, int events,
                                 Complaints& complaints);

// Lets `queue` wake `wake` when something arrives after it was found empty; and no longer.
void wake_on_arrival(rd_kafka_queue_t* queue, base::Wake& wake);
void wake_no_more(rd_kafka_queue_t* queue);

// Adds the errors waiting in `queue` to `complaints`. For set-up only: other events are dropped. Returns the
// newest security_trouble() among them; "" when there is none.
std::string_view drain_errors(rd_kafka_queue_t* queue, Complaints& complaints);

// A group's coordinator is being found or loaded (a cluster's first group makes it create a topic), or a
// transaction has not ended yet: worth asking again.
bool is_transient(rd_kafka_resp_err_t error);

// Milliseconds for librdkafka, at least 1.
int milliseconds(Nanos timeout);

}  // namespace freshet::cluster
