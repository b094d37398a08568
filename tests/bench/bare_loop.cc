// What producing and consuming cost with librdkafka and nothing else: the measure for freshet's own share
// (scripts/bench).
//
//   bare_loop produce BROKERS TOPIC PARTITIONS BYTES EVENTS_PER_SECOND|flat-out
//   bare_loop consume BROKERS TOPIC
//
// Prints, each second, how many events it has had: delivered, or received. Until it is ended.
#include <librdkafka/rdkafka.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "bare_loop: %s\n", why.c_str());
  std::exit(1);
}

void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, name, value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
    fail(why.data());
}

rd_kafka_t* client(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  std::array<char, 512> why{};
  rd_kafka_t* made = rd_kafka_new(type, conf, why.data(), why.size());
  if (!made) fail(why.data());
  return made;
}

class EachSecond {
 public:
  void tell(std::uint64_t events) {
    const auto now = Clock::now();
    if (now < next_) return;
    std::printf("%llu\n", static_cast<unsigned long long>(events));
    std::fflush(stdout);
    next_ = now + std::chrono::seconds(1);
  }

 private:
  Clock::time_point next_ = Clock::now() + std::chrono::seconds(1);
};

std::uint64_t delivered = 0;

void on_report(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++delivered;
}

// Sends one record, waiting while the client's queue is full.
void send(rd_kafka_t* producer, rd_kafka_topic_t* topic, int partition, std::vector<char>& value,
          std::uint64_t n) {
  std::array<char, 24> key{};
  const int key_size =
      std::snprintf(key.data(), key.size(), "account-%06u", static_cast<unsigned>(n % 50'000));
  std::memcpy(value.data(), &n, sizeof n);
  while (rd_kafka_produce(topic, partition, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), key.data(),
                          static_cast<std::size_t>(key_size), nullptr) != 0) {
    if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) fail(rd_kafka_err2str(rd_kafka_last_error()));
    rd_kafka_poll(producer, 10);
  }
}

// The settings that freshet makes its producers with (K3). Each event at its own time, as near as a sleep
// comes.
[[noreturn]] void produce(const std::string& brokers, const char* name, int partitions, std::size_t bytes,
                          double rate) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", brokers);
  set(conf, "enable.idempotence", "true");
  set(conf, "acks", "all");
  set(conf, "enable.metrics.push", "false");
  rd_kafka_conf_set_dr_msg_cb(conf, on_report);
  rd_kafka_t* producer = client(RD_KAFKA_PRODUCER, conf);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(producer, name, nullptr);
  std::vector<char> value(bytes);
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<char>(i * 31);
  EachSecond second;
  const auto begin = Clock::now();
  std::uint64_t sent = 0;
  for (;;) {
    const std::chrono::duration<double> since = Clock::now() - begin;
    const std::uint64_t due = rate > 0 ? static_cast<std::uint64_t>(since.count() * rate) : sent + 1000;
    for (; sent < due; ++sent)
      send(producer, topic, static_cast<int>(sent % static_cast<std::uint64_t>(partitions)), value, sent);
    rd_kafka_poll(producer, 0);
    second.tell(delivered);
    if (rate > 0)
      std::this_thread::sleep_until(begin +
                                    std::chrono::duration_cast<Clock::duration>(
                                        std::chrono::duration<double>(static_cast<double>(sent + 1) / rate)));
  }
}

[[noreturn]] void consume(const std::string& brokers, const char* name) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", brokers);
  set(conf, "group.id", std::string("bare-") + name);
  set(conf, "auto.offset.reset", "latest");
  set(conf, "enable.metrics.push", "false");
  rd_kafka_t* consumer = client(RD_KAFKA_CONSUMER, conf);
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, name, RD_KAFKA_PARTITION_UA);
  if (rd_kafka_subscribe(consumer, topics) != RD_KAFKA_RESP_ERR_NO_ERROR) fail("cannot subscribe");
  EachSecond second;
  std::uint64_t received = 0;
  for (;;) {
    if (rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 100)) {
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++received;
      rd_kafka_message_destroy(message);
    }
    second.tell(received);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() == 3 && args[0] == "consume") consume(args[1], argv[3]);
  if (args.size() != 6 || args[0] != "produce") fail("usage: see the head of bare_loop.cc");
  const double rate = args[5] == "flat-out" ? 0 : std::strtod(argv[6], nullptr);
  if (args[5] != "flat-out" && rate <= 0) fail("events per second have to be above 0");
  produce(args[1], argv[3], std::atoi(argv[4]), std::strtoul(argv[5], nullptr, 10), rate);
}
