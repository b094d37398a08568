// What a cluster refuses, in plain words. Waiting mends none of it.
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <string_view>

namespace freshet::cluster {

// Who we are or who the cluster is was not believed: the connection cannot come about with these settings.
// "" when `error`, with the library's own `text`, is something else, which may pass.
std::string_view security_trouble(rd_kafka_resp_err_t error, std::string_view text);

// Does the cluster's ACLs' answer say that a right is missing?
bool is_missing_right(rd_kafka_resp_err_t error);

// "the right Write on topic 'x' is missing". `right` is the name of the ACL's operation, `resource` what it
// is needed on.
std::string missing_right(std::string_view right, std::string_view resource);

inline std::string topic_resource(std::string_view name) {
  return "topic '" + std::string(name) + "'";
}
inline std::string group_resource(std::string_view name) {
  return "group '" + std::string(name) + "'";
}

}  // namespace freshet::cluster
