// The seam between the harness and a cluster (design 2.3). Two implementations: kafka/ and loopback/.
//
// Rules that hold for both (one contract suite tests them):
// - No call that a role makes in a step waits for the network (S1). Set-up calls, which take a `Deadline`,
// are
//   for before and after the run and may block until it.
// - Times are ns on the monotonic line of the Clock that the cluster was opened with.
// - Spans handed out are valid until the next call on the same object.
// - Producer::send may be called by several threads; everything else of an object belongs to one thread at a
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "harness/base/clock.h"
#include "harness/base/result.h"

namespace freshet::cluster {

using base::Nanos;
using Bytes = std::span<const std::byte>;
using Settings = std::map<std::string, std::string>;

// ---- Producing -------------------------------------------------------------------------------------------

enum class Sent {
  accepted,
  queue_full,  // the client's queue is full: the caller parks the stream and tries again (nothing was taken)
  refused,     // the client refuses this record for good (too large, unknown partition, fatal error)
};

// What became of an accepted record (E5).
enum class Persisted { yes, no, possibly };

struct Report {
  Persisted persisted = Persisted::yes;
  std::int64_t offset = -1;  // -1: not told. May be wrong for implicit acks: see E6
  std::int32_t partition = -1;
  Bytes value;             // the record's value, as it was handed to send()
  const char* error = "";  // static or valid until the next poll; "" when persisted
};

// The end of a transaction that end_transaction() began.
struct TransactionEnded {
  bool committed = false;
  std::string error;  // "" when it ended as asked
};

class Producer {
 public:
  virtual ~Producer() = default;

  // Copies key and value. Never blocks. `timestamp_ms` is the record's CreateTime (wall clock).
  virtual Sent send(std::int32_t partition, Bytes key, Bytes value, std::int64_t timestamp_ms) = 0;

  // The next delivery report, if one has come. Reports of a partition come in the order of its records. Wakes
  // the Wake given at creation when reports arrive.
  virtual std::optional<Report> poll() = 0;

  // Accepted and not yet reported by poll().
  virtual std::size_t in_flight() const = 0;
  // Why the last send() was refused; "" when none was. Also set by a fatal client error.
  virtual std::string last_error() const = 0;
  // The right that is missing to produce here, once the cluster has refused a record for it; "" before.
  // Thread-safe.
  virtual std::string refusal() const = 0;

  // Transactions. REQUIRES: created with `transactional_id` set. begin waits for nothing; end starts the end
  // and its outcome comes from poll_transaction(), for which reports have to be polled too. send_offsets adds
  // a group's progress in `topic` to the open transaction.
  virtual base::Status begin_transaction() = 0;
  virtual base::Status send_offsets(const std::string& group, const std::string& topic,
                                    std::int32_t partition, std::int64_t next_offset) = 0;
  virtual base::Status end_transaction(bool commit) = 0;
  virtual std::optional<TransactionEnded> poll_transaction() = 0;

  // Gives up what is still queued; their reports come as `no` or `possibly` from poll() (T5).
  virtual void purge() = 0;
};

// ---- Consuming -------------------------------------------------------------------------------------------

struct TopicPartition {
  std::uint16_t topic = 0;  // index into the topics the member was created with
  std::int32_t partition = 0;
  friend bool operator==(const TopicPartition&, const TopicPartition&) = default;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

struct Record {
  TopicPartition from;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;
  Bytes key, value;
};
// Partitions were given to this member; start = the offset it goes on from. Records of them follow only after
// it.
struct Assigned {
  std::vector<std::pair<TopicPartition, std::int64_t>> partitions;
  // Those of them for which the group had committed nothing (P4): they begin where MemberOptions::start says.
  std::vector<TopicPartition> without_offset;
};
// Partitions are to be given back. The member has to store the offsets it wants committed before its next
// poll(), which lets them go. No record of them follows.
struct Revoked {
  std::vector<TopicPartition> partitions;
};
// Partitions are gone already: another member may own them. Nothing can be committed for them.
struct Lost {
  std::vector<TopicPartition> partitions;
};
// The end of a partition was reached; `offset` is the next offset to come.
struct End {
  TopicPartition from;
  std::int64_t offset = 0;
};
// The position lies outside the log (P4). Fetching of the partition stands still until seek(). The watermarks
// are those the cluster told after the error; -1: it did not.
struct Reset {
  TopicPartition from;
  std::int64_t position = 0;
  std::int64_t low_watermark = -1;
  std::int64_t high_watermark = -1;
};
struct MemberError {
  bool fatal = false;
  std::string message;
  bool refused = false;  // a right is missing, which no waiting mends; `message` names it
};
using MemberEvent = std::variant<Record, Assigned, Revoked, Lost, End, Reset, MemberError>;

class Member {
 public:
  virtual ~Member() = default;

  // The next thing that happened, in order; nullopt when there is nothing now. Wakes the Wake given at
  // creation when something arrives after nullopt was returned.
  virtual std::optional<MemberEvent> poll() = 0;

  // Stops and restarts fetching of all assigned partitions (a full waiting queue). Polling goes on, so the
  // member stays in its group.
  virtual void pause() = 0;
  virtual void resume() = 0;

  // The offset to go on from after a restart; committed by commit() or by the client at its interval.
  virtual void store(TopicPartition from, std::int64_t next_offset) = 0;
  // Starts a commit of all stored offsets; does not wait.
  virtual void commit() = 0;
  // Next fetch of an assigned partition starts at `offset`. Does not wait.
  virtual void seek(TopicPartition from, std::int64_t offset) = 0;

  // Starts leaving the group (stored offsets are committed). Goes on with poll() until closed(); Revoked
  // comes first.
  virtual void close() = 0;
  virtual bool closed() const = 0;

  // Vanishes as in a crash: what is stored is not committed, the group is not told and finds out by its
  // session's end. Does not wait. Nothing but the destructor may be called after it, which does not wait
  // either.
  virtual void abandon() = 0;
};

// ---- Administration --------------------------------------------------------------------------------------

struct TopicSpec {
  std::string name;
  int partitions = 1;
  int replication = 1;
  Settings config;
};
struct TopicDescription {
  int partitions = 0;
  int replication = 0;
  Settings config;  // as the cluster reports it
};
struct ClusterDescription {
  std::string id;
  std::vector<std::string> brokers;  // host:port
  std::string software;              // what is known of it; may be empty
  Settings config;                   // of one broker, as far as it may be read
};
struct ListedTopic {
  std::string name;
  int partitions = 0;
};
struct ListedGroup {
  std::string name;
  bool has_members = true;  // also where the cluster does not tell
};
struct EndOffsets {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t high_watermark = -1;  // -1: the cluster did not answer
  std::int64_t last_stable = -1;
};

using Timeout = Nanos;

class Admin {
 public:
  virtual ~Admin() = default;

  // Set-up calls; each blocks at most `timeout` and then says which address did not answer and why.
  virtual base::Result<ClusterDescription> describe_cluster(Timeout timeout) = 0;
  virtual base::Status create_topic(const TopicSpec& topic, Timeout timeout) = 0;
  virtual base::Result<std::optional<TopicDescription>> describe_topic(const std::string& name,
                                                                       Timeout timeout) = 0;
  // All that we may see, sorted by name; a cluster's own topics too.
  virtual base::Result<std::vector<ListedTopic>> list_topics(Timeout timeout) = 0;
  virtual base::Result<std::vector<ListedGroup>> list_groups(Timeout timeout) = 0;
  virtual base::Status delete_topics(const std::vector<std::string>& names, Timeout timeout) = 0;
  virtual base::Status delete_groups(const std::vector<std::string>& names, Timeout timeout) = 0;
  // Offsets the group has committed, per partition; -1 where none.
  virtual base::Result<std::vector<std::int64_t>> committed(const std::string& group,
                                                            const std::string& topic, int partitions,
                                                            Timeout timeout) = 0;

  // For a role: asks the end offsets of all partitions of a topic (L3) on a connection of its own; answers
  // come from poll_end_offsets(), one vector a request and in their order, with -1 for partitions that did
  // not answer in `timeout`.
  virtual void request_end_offsets(const std::string& topic, int partitions, Timeout timeout) = 0;
  virtual std::optional<std::vector<EndOffsets>> poll_end_offsets() = 0;
};

// ---- What clients count of themselves (K3) ---------------------------------------------------------------

// A quantity over one interval, as the client's own histogram has it.
struct Spread {
  std::int64_t count = 0;
  double mean = 0;
  std::int64_t p50 = 0, p99 = 0, max = 0;  // 0 where count is 0
};

// A client's dealings with one broker within one interval.
struct BrokerStatistics {
  std::string broker;  // "host:port/id"; "GroupCoordinator/id" for a member's connection to its coordinator
  std::uint64_t requests = 0, retries = 0, timeouts = 0, errors = 0, connects = 0, disconnects = 0;
  Spread round_trip;  // ns, of every answer: a member's is mostly the wait of its fetches at the broker
  Spread in_client;   // ns, from send() until its request was built; producers only
  Spread to_socket;   // ns, from then until it was written to the socket
  Spread throttle;    // ns, that the broker asked for
};

struct ClientStatistics {
  enum class Kind { producer, member };
  Kind kind = Kind::producer;
  std::string name;            // a producer's topic, a member's client_id
  Nanos at = 0;                // when the client wrote it: the end of the interval
  Nanos interval = 0;          // since the client's last ones, or since it was made
  std::int64_t waiting = 0;    // producer: records accepted and not yet in a request
  std::int64_t in_flight = 0;  // producer: records in requests not yet answered
  std::int64_t fetched = 0;    // member: records fetched and not yet polled
  Spread batch_records;        // producer
  Spread batch_bytes;
  std::vector<BrokerStatistics> brokers;
};

// ---- The cluster -----------------------------------------------------------------------------------------

struct ProducerOptions {
  std::string topic;
  int partitions = 1;
  std::string transactional_id;  // "" = not transactional
  Settings settings;             // librdkafka's names; loopback takes the ones that matter to it
};

// Where a group begins in a partition for which it has committed nothing.
struct StartAt {
  enum class From {
    end,
    beginning,
    offset,  // `at`, in each partition; a Reset follows when it lies outside of the log (P4)
    time,    // the first record whose time is `at` (wall clock, ms) or later; the end when there is none
  };
  From from = From::end;
  std::int64_t at = 0;
};
inline constexpr StartAt kFromBeginning{StartAt::From::beginning, 0};

struct MemberOptions {
  std::string group;
  std::string client_id;
  std::string instance_id;  // static membership: the group keeps its partitions for a session; "" = dynamic
  std::string rack;         // "" = none
  std::vector<std::string> topics;
  StartAt start = {};
  bool read_committed = true;
  bool commit_by_interval = true;
  Nanos commit_interval = base::kSecond;
  Settings settings;
};

class Cluster {
 public:
  virtual ~Cluster() = default;

  // `wake` must outlive the object made with it.
  virtual base::Result<std::unique_ptr<Producer>> make_producer(const ProducerOptions& options,
                                                                base::Wake& wake) = 0;
  virtual base::Result<std::unique_ptr<Member>> make_member(const MemberOptions& options,
                                                            base::Wake& wake) = 0;
  virtual base::Result<std::unique_ptr<Admin>> make_admin(base::Wake& wake) = 0;

  virtual std::string address() const = 0;       // for people: "127.0.0.1:9092", "loopback"
  virtual bool is_loopback_log() const = 0;      // the built-in log: figures are the harness's noise floor
  virtual bool shares_this_machine() const = 0;  // every address is a loopback address
  // Every client setting in force that is not the client's default, secrets masked.
  virtual Settings settings_in_force() const = 0;

  // Statistics of all producers and members made with this cluster, about once a second of each, in order;
  // nullopt: none now. For one thread. They come while their client is polled. The loopback has none.
  virtual std::optional<ClientStatistics> poll_statistics() = 0;
  // The settings that decide how long a failover takes, with the values in force, the client's defaults
  // included: "producer TOPIC", "group NAME" -> settings, of all that were made so far. Loopback: empty.
  virtual std::map<std::string, Settings> failover_settings() const = 0;
};

}  // namespace freshet::cluster
