#include "harness/cluster/kafka/refusal.h"

#include <fmt/format.h>

namespace freshet::cluster {

std::string_view security_trouble(rd_kafka_resp_err_t error, std::string_view text) {
  if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) {
    return "the user name, the password or the SASL mechanism is not accepted";
  }
  // The cluster's own end of TLS complains, which the library tells as a lost connection.
  if (text.find("SSL alert") != std::string_view::npos) {
    return "the cluster wants a client certificate that it trusts (ssl.certificate.location, "
           "ssl.key.location)";
  }
  if (error == RD_KAFKA_RESP_ERR__SSL) {
    return "TLS does not come about, as the cluster's certificate is not trusted or does not fit its address";
  }
  return {};
}

bool is_missing_right(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
         error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
         error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
         error == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
}

std::string missing_right(std::string_view right, std::string_view resource) {
  return fmt::format("the right {} on {} is missing", right, resource);
}

}  // namespace freshet::cluster
