// Where live metrics are served, to whom in which form, and what is refused.
#include "harness/cli/metrics_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace freshet::cli {
namespace {

using reports::Exposition;
using ::testing::HasSubstr;

TEST(MetricsAddress, IsLoopbackUnlessSaidOtherwise) {
  const auto expect = [](const char* text, const char* host, int port) {
    const auto address = parse_metrics_address(text);
    ASSERT_TRUE(address) << address.error().message;
    EXPECT_EQ(address->host, host);
    EXPECT_EQ(address->port, port);
  };
  expect("9464", "127.0.0.1", 9464);
  expect("0", "127.0.0.1", 0);
  expect("0.0.0.0:65535", "0.0.0.0", 65535);
  expect("[::1]:9464", "::1", 9464);
  expect("localhost:0", "localhost", 0);
}

TEST(MetricsAddress, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "port", "65536", "-1", "9464x", "127.0.0.1:", ":9464", "::1:9464", "1.5", "[]:1"}) {
    const auto address = parse_metrics_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_THAT(address.error().message, HasSubstr("expected [ADDR:]PORT")) << text;
    EXPECT_EQ(address.error().kind, base::ErrorKind::usage);
  }
}

TEST(Negotiated, GivesWhatIsAskedFor) {
  EXPECT_EQ(negotiated(""), Exposition::prometheus);
  EXPECT_EQ(negotiated("*/*"), Exposition::prometheus);
  EXPECT_EQ(negotiated("text/html, text/plain"), Exposition::prometheus);
  EXPECT_EQ(negotiated("application/openmetrics-text"), Exposition::openmetrics);
  EXPECT_EQ(
      negotiated(
          "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
          "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
      Exposition::openmetrics);
  EXPECT_EQ(negotiated("text/plain;version=0.0.4, application/openmetrics-text; q=0.3"),
            Exposition::prometheus);
  EXPECT_EQ(negotiated("application/openmetrics-text;q=0, text/plain;q=0.5"), Exposition::prometheus);
  EXPECT_EQ(negotiated(";;,,q=,\t;q=x"), Exposition::prometheus);
}

class Served : public ::testing::Test {
 protected:
  Served() {
    auto opened = MetricsServer::open(
        {}, [](Exposition form) { return std::string(form == Exposition::openmetrics ? "open" : "plain"); });
    EXPECT_TRUE(opened) << opened.error().message;
    server_ = std::move(opened).value();
    port_ = std::stoi(server_->url().substr(server_->url().rfind(':') + 1));
  }
  std::unique_ptr<MetricsServer> server_;
  int port_ = 0;
};

TEST_F(Served, EachReaderGetsItsForm) {
  EXPECT_EQ(server_->url(), "http://127.0.0.1:" + std::to_string(port_) + "/metrics");
  httplib::Client client("127.0.0.1", port_);
  const auto plain = client.Get("/metrics");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->body, "plain");
  EXPECT_EQ(plain->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  const auto open = client.Get("/metrics", {{"Accept", "application/openmetrics-text; version=1.0.0"}});
  ASSERT_TRUE(open);
  EXPECT_EQ(open->body, "open");
  EXPECT_EQ(open->get_header_value("Content-Type"),
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
  const auto elsewhere = client.Get("/else");
  ASSERT_TRUE(elsewhere);
  EXPECT_EQ(elsewhere->status, 404);
}

TEST_F(Served, APortInUseIsRefused) {
  const auto second = MetricsServer::open({"127.0.0.1", port_}, [](Exposition) { return std::string(); });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message,
            "--metrics: cannot listen on 127.0.0.1:" + std::to_string(port_) + ": Address already in use");
  EXPECT_EQ(second.error().kind, base::ErrorKind::usage);
}

// As many as there are threads, and one more: nobody is kept out for good, nor the end held up.
TEST_F(Served, ReadersThatSayNothingHoldNothingUp) {
  std::vector<int> silent;
  for (int i = 0; i < 4; ++i) {
    silent.push_back(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(connect(silent.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  httplib::Client client("127.0.0.1", port_);
  client.set_read_timeout(60);
  const auto page = client.Get("/metrics");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->body, "plain");
  server_.reset();
  for (const int descriptor : silent) close(descriptor);
}

TEST(MetricsServer, AnAddressOfSomebodyElseIsRefused) {
  const auto page = [](Exposition) { return std::string(); };
  const auto elsewhere = MetricsServer::open({"192.0.2.7", 0}, page);  // of no machine (RFC 5737)
  ASSERT_FALSE(elsewhere);
  EXPECT_THAT(elsewhere.error().message, HasSubstr("cannot listen on 192.0.2.7:0: "));
}

}  // namespace
}  // namespace freshet::cli
