// Real brokers for tests, through scripts/kafka.
#pragma once

#include <string>
#include <vector>

namespace freshet::test {

// The broker that all tests share: FRESHET_TEST_KAFKA, else one that is started when it does not run yet.
// "" with an explanation on standard error when there is none.
std::string shared_kafka();

// A broker of a test's own, to be hurt. Its data is deleted at the end.
class Broker {
 public:
  // `settings`: lines for server.properties.
  explicit Broker(const std::vector<std::string>& settings = {});
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  const std::string& address() const { return address_; }  // "" = it did not start
  void kill();                                             // kill -9
  void freeze();                                           // SIGSTOP
  void thaw();
  void start();  // again, with its data, at the same address

 private:
  std::string run(const std::string& arguments) const;

  std::string dir_;
  std::string address_;
};

}  // namespace freshet::test
