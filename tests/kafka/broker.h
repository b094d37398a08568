// Real brokers for tests, through scripts/kafka.
#pragma once

#include <string>
#include <vector>

namespace freshet::test {

// The broker that all tests share: FRESHET_TEST_KAFKA, else one that is started when it does not run yet.
// "" with an explanation on standard error when there is none.
std::string shared_kafka();

// scripts/kafka as a person runs it.
struct ScriptRan {
  int exit_status = -1;
  std::string output;  // standard output and standard error
  std::string last;    // the last line of standard output
};
ScriptRan kafka_script(const std::string& arguments);

struct BrokerOptions {
  int brokers = 1;  // or 3, each with a controller: replication 3, min.insync.replicas 2
  bool tuned = false, secure = false, tiered = false, metrics = false;  // what scripts/kafka --help says
  std::vector<std::string> settings = {};                               // lines for server.properties
};

// A cluster of a test's own, to be hurt. Its data is deleted at the end. Brokers are numbered from 1; every
// call waits until it has happened. Most fail the test that they are called in when the script fails.
class Brokers {
 public:
  explicit Brokers(const BrokerOptions& options = {});
  ~Brokers();
  Brokers(const Brokers&) = delete;
  Brokers& operator=(const Brokers&) = delete;

  const std::string& address() const { return address_; }  // "" = it did not start
  const std::string& dir() const { return dir_; }          // FRESHET_KAFKA_DIR of commands that are to hit it

  void kill(int node = 1);    // kill -9
  void freeze(int node = 1);  // SIGSTOP
  void thaw(int node = 1);
  void restart(int node = 1);  // SIGTERM and started again; back in sync afterwards
  void start();                // brings back those that were killed, with their data, at the same addresses
  int add();                   // one more; its number. address() names it too
  // Moves the partitions of topics (names or shell patterns) to `brokers` ("2,3,4"), and the leadership.
  void reassign(const std::string& brokers, const std::string& topics);
  int controller() const;  // the broker whose controller is in charge
  int leader(const std::string& topic, int partition) const;

  // Secure: the properties file of a user: "scram", "plain", "tls" have every right.
  std::string properties(const std::string& user) const;
  // Secure: a new SCRAM user without any right; its properties file.
  std::string new_user(const std::string& name);
  // Tiered: where remote segments are.
  std::string remote_folder() const;

  // One of Kafka's own tools with all rights, as in scripts/kafka admin; what it printed.
  std::string admin(const std::string& tool_and_arguments) const;
  // Any command of the script on this cluster; `arguments` begin with the command.
  ScriptRan script(const std::string& arguments) const;
  // The same as a line for a shell, as a fault of a scenario would run it.
  std::string command(const std::string& arguments) const;

 private:
  ScriptRan must(const std::string& arguments) const;
  std::string with_folder(const std::string& arguments) const;

  std::string dir_;
  std::string address_;
};

// Is there a process that has this text in its command line?
bool runs_with(const std::string& text);

}  // namespace freshet::test
