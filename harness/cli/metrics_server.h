// A page over HTTP for Prometheus and those who speak like it. Its own few threads; nothing of a run waits
// for it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "harness/base/result.h"
#include "reports/openmetrics.h"

namespace freshet::cli {

struct MetricsAddress {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: a free one
};

// "[ADDR:]PORT": "9464", "0.0.0.0:9464", "[::1]:9464", "localhost:0". Error: usage.
base::Result<MetricsAddress> parse_metrics_address(const std::string& text);

// The form that an Accept header asks for (RFC 9110, 12.5.1); the older one where it asks for neither.
reports::Exposition negotiated(std::string_view accept);

class MetricsServer {
 public:
  using Page = std::function<std::string(reports::Exposition)>;  // from any thread, several at once

  // Listens from now until it is destroyed. Error: usage, with the address and why.
  static base::Result<std::unique_ptr<MetricsServer>> open(const MetricsAddress& address, Page page);
  ~MetricsServer();

  const std::string& url() const { return url_; }  // "http://127.0.0.1:9464/metrics"

 private:
  struct Impl;
  MetricsServer(std::unique_ptr<Impl> impl, std::string url);
  std::unique_ptr<Impl> impl_;
  std::string url_;
};

}  // namespace freshet::cli
