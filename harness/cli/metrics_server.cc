#include "harness/cli/metrics_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <netdb.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <thread>

namespace freshet::cli {
namespace {

// A client that says nothing holds one of them for the time below at most.
constexpr std::size_t kThreads = 3;
constexpr time_t kPatience = 2;  // s
constexpr int kHighestPort = 65535;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes what lies before the separator off the text.
std::string_view next_part(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

struct MediaRange {
  std::string_view type;
  double quality = 1;
};

MediaRange media_range(std::string_view text) {
  MediaRange range{.type = next_part(text, ';')};
  while (!text.empty()) {
    const std::string_view parameter = next_part(text, ';');
    if (!parameter.starts_with("q=")) continue;
    const std::string_view quality = parameter.substr(2);
    const auto read = std::from_chars(quality.data(), quality.data() + quality.size(), range.quality);
    if (read.ec != std::errc{}) range.quality = 0;
  }
  return range;
}

// The library's own choice lets two programs share a port.
void one_program_a_port(socket_t socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

// Why the host's name or address means nothing here; "" when it does.
std::string unknown_host(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) return gai_strerror(error);
  freeaddrinfo(found);
  return "";
}

}  // namespace

base::Result<MetricsAddress> parse_metrics_address(const std::string& text) {
  const auto refused = [&](const std::string& why) {
    return base::usage_error(
        fmt::format("--metrics {}: {}; expected [ADDR:]PORT, e.g. 9464 or 0.0.0.0:9464", text, why));
  };
  MetricsAddress address;
  const std::size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
  const auto read = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (read.ec != std::errc{} || read.ptr != port.data() + port.size() || address.port < 0 ||
      address.port > kHighestPort)
    return refused(fmt::format("\"{}\" is no port (0 to {})", port, kHighestPort));
  if (colon == std::string::npos) return address;
  address.host = text.substr(0, colon);
  const bool brackets = address.host.starts_with('[') && address.host.ends_with(']');
  if (brackets) address.host = address.host.substr(1, address.host.size() - 2);
  if (address.host.empty()) return refused("no address stands before the colon");
  if (!brackets && address.host.find(':') != std::string::npos)
    return refused(fmt::format("an IPv6 address needs brackets, [{}]:{}", address.host, address.port));
  return address;
}

reports::Exposition negotiated(std::string_view accept) {
  double openmetrics = 0, plain = 0;
  while (!accept.empty()) {
    const MediaRange range = media_range(next_part(accept, ','));
    if (range.type == "application/openmetrics-text") openmetrics = std::max(openmetrics, range.quality);
    if (range.type == "text/plain") plain = std::max(plain, range.quality);
  }
  return openmetrics > 0 && openmetrics >= plain ? reports::Exposition::openmetrics
                                                 : reports::Exposition::prometheus;
}

struct MetricsServer::Impl {
  httplib::Server server;
  std::atomic<bool> ended{false};
  std::thread thread;

  void set_up(Page page);
  void start();
};

void MetricsServer::Impl::set_up(Page page) {
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };  // the server deletes it
  server.set_socket_options(one_program_a_port);
  server.set_keep_alive_max_count(1);
  server.set_keep_alive_timeout(kPatience);
  server.set_read_timeout(kPatience);
  server.set_write_timeout(kPatience);
  server.set_payload_max_length(0);
  server.Get("/metrics",
             [page = std::move(page)](const httplib::Request& request, httplib::Response& answer) {
               const reports::Exposition form = negotiated(request.get_header_value("Accept"));
               answer.set_content(page(form), reports::content_type(form));
             });
  server.Get("/", [](const httplib::Request&, httplib::Response& answer) {
    answer.set_content("freshet: the metrics of this run are at /metrics\n", "text/plain; charset=utf-8");
  });
}

// Returns once it can be stopped: the library forgets a stop that comes before it runs.
void MetricsServer::Impl::start() {
  thread = std::thread([this] {
    pthread_setname_np(pthread_self(), "metrics");
    server.listen_after_bind();
    ended = true;
  });
  while (!server.is_running() && !ended) std::this_thread::yield();
}

base::Result<std::unique_ptr<MetricsServer>> MetricsServer::open(const MetricsAddress& address, Page page) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  const std::string host = ipv6 ? "[" + address.host + "]" : address.host;
  const auto refused = [&](const std::string& why) {
    return base::usage_error(fmt::format("--metrics: cannot listen on {}:{}: {}", host, address.port, why));
  };
  if (const std::string why = unknown_host(address.host); !why.empty()) return refused(why);
  auto impl = std::make_unique<Impl>();
  impl->set_up(std::move(page));
  int port = address.port;
  const bool bound = port == 0 ? (port = impl->server.bind_to_any_port(address.host)) > 0
                               : impl->server.bind_to_port(address.host, port);
  if (!bound) return refused(std::strerror(errno));
  impl->start();
  return std::unique_ptr<MetricsServer>(
      new MetricsServer(std::move(impl), fmt::format("http://{}:{}/metrics", host, port)));
}

MetricsServer::MetricsServer(std::unique_ptr<Impl> impl, std::string url)
    : impl_(std::move(impl)), url_(std::move(url)) {}

MetricsServer::~MetricsServer() {
  impl_->server.stop();
  impl_->thread.join();
}

}  // namespace freshet::cli
