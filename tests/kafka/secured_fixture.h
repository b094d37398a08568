// A secured cluster and what can be wrong with how one comes to it.
#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/kafka/broker.h"

namespace freshet::test {

// Settings over those of a user's properties file, and what the client has to say of it.
struct WrongWay {
  const char* user;
  std::vector<std::string> settings;  // "name=value"
  const char* words;
};

// A key and a certificate of an authority that nobody here knows, in `folder`: stranger.key, stranger.pem.
inline bool make_stranger(const std::filesystem::path& folder) {
  const std::string command = fmt::format(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=tls "
      "-keyout '{0}/stranger.key' -out '{0}/stranger.pem' 2>/dev/null",
      folder.string());
  return std::system(command.c_str()) == 0;
}

// All the ways that must end in seconds, with `folder` as for make_stranger().
inline std::vector<WrongWay> wrong_ways(const std::filesystem::path& folder) {
  const std::string stranger = (folder / "stranger").string();
  constexpr const char* kCredentials = "the user name, the password or the SASL mechanism is not accepted";
  constexpr const char* kTrust = "the cluster's certificate is not trusted";
  constexpr const char* kCertificate = "the cluster wants a client certificate that it trusts";
  return {
      {"scram", {"sasl.password=WrongPlantedSecret"}, kCredentials},
      {"scram", {"sasl.username=nobody"}, kCredentials},
      {"scram", {"sasl.mechanism=SCRAM-SHA-512"}, "broker's supported mechanisms: "},
      {"plain", {"sasl.password=WrongPlantedSecret"}, kCredentials},
      {"plain", {"ssl.ca.location=" + stranger + ".pem"}, kTrust},
      {"tls", {"ssl.ca.location=" + stranger + ".pem"}, kTrust},
      {"tls",
       {"ssl.certificate.location=" + stranger + ".pem", "ssl.key.location=" + stranger + ".key"},
       kCertificate},
      {"tls", {"ssl.certificate.location=", "ssl.key.location="}, kCertificate},
  };
}

// One right that a user with all others lacks, and how its absence is told.
struct MissingRight {
  const char* user;
  const char* resource;   // of scripts/kafka admin acls
  const char* operation;  // denied
  const char* words;      // with {} for the prefix of topics and groups; any of the groups may say it first
};

inline std::vector<MissingRight> missing_rights() {
  return {
      {"no-create", "--topic '*'", "Create", "the right Create on topic '{}chat' is missing"},
      {"no-describe", "--topic '*'", "Describe",
       "the right Describe (which Read and Write bring) on topic '{}chat' is missing"},
      {"no-write", "--topic '*'", "Write", "the right Write on topic '{}chat'"},
      {"no-read", "--topic '*'", "Read", "the right Read on topic '{}chat' is missing"},
      {"no-group", "--group '*'", "Read", "the right Read on group '{}"},
      {"no-coordinator", "--group '*'", "Describe", "the right Describe (which Read brings) on group '{}"},
  };
}

// Makes the user; its properties file.
inline std::string user_without(Brokers& brokers, const MissingRight& missing) {
  const std::string file = brokers.new_user(missing.user);
  brokers.admin(fmt::format(
      "acls --add --allow-principal User:{} --operation All --topic '*' --group '*' --transactional-id '*'",
      missing.user));
  brokers.admin(fmt::format("acls --add --deny-principal User:{} --operation {} {}", missing.user,
                            missing.operation, missing.resource));
  return file;
}

}  // namespace freshet::test
