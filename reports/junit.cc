#include "reports/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "harness/base/time.h"
#include "reports/markup.h"
#include "reports/terminal.h"

namespace freshet::reports {
namespace {

using judge::Outcome;
using judge::Verdict;
using results::Settled;

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(xml_text(value).c_str());
}

bool judged(const Verdict& verdict) {
  return verdict.outcome == Outcome::pass || verdict.outcome == Outcome::fail;
}

std::string text_at(const results::Json& manifest, const char* part, const char* name) {
  const auto found = manifest.find(part);
  if (found == manifest.end() || !found->is_object()) return "";
  const auto value = found->find(name);
  return value != found->end() && value->is_string() ? value->get<std::string>() : "";
}

void add_properties(pugi::xml_node suite, const Settled& settled, const Verdict& verdict) {
  const results::Identity& identity = settled.figures.identity;
  pugi::xml_node properties = suite.append_child("properties");
  const auto add = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    pugi::xml_node property = properties.append_child("property");
    set(property, "name", name);
    set(property, "value", value);
  };
  add("verdict", verdict.reason);
  add("caveat", caveat(identity));
  add("run", identity.id);
  add("target", identity.target);
  add("address", text_at(settled.manifest, "target", "address"));
  add("cluster", identity.cluster_id);
  add("software", text_at(settled.manifest, "target", "software"));
  add("load_hash", identity.load_hash);
  add("scenario_hash", identity.scenario_hash);
  add("seed", std::to_string(settled.plan.seed));
  add("freshet", identity.version);
  add("librdkafka", identity.rdkafka);
  for (const plan::Param& param : settled.plan.params)
    add(("param " + param.name).c_str(), fmt::format("{}", param.value));
}

void add_case(pugi::xml_node suite, const Settled& settled, const Verdict& verdict,
              const judge::SloVerdict& slo) {
  pugi::xml_node test = suite.append_child("testcase");
  set(test, "name", slo.text);
  set(test, "classname", settled.figures.identity.scenario);
  set(test, "time", "0");
  if (!judged(verdict)) {
    pugi::xml_node error = test.append_child("error");
    set(error, "type", verdict.outcome == Outcome::invalid ? "invalid" : "interrupted");
    set(error, "message", verdict.reason);
  } else if (!slo.holds) {
    pugi::xml_node failure = test.append_child("failure");
    set(failure, "type", "slo");
    set(failure, "message", fmt::format("{}, expected {}", slo.figure, slo.bound));
    const std::string& file = settled.plan.scenario_file;
    const bool known = slo.line > 0 && !file.empty();
    const std::string where = known ? fmt::format("\n{}:{}", file, slo.line) : "";
    failure.text().set(xml_text(slo.count + where).c_str());
  }
}

}  // namespace

std::string junit(const Settled& settled, const Verdict& verdict) {
  std::vector<judge::SloVerdict> cases = verdict.slos;
  if (cases.empty()) {
    judge::SloVerdict whole;
    whole.text = "run";
    whole.holds = verdict.outcome == Outcome::pass;
    whole.figure = verdict.reason;
    whole.bound = "a pass";
    cases.push_back(whole);
  }
  const auto failed = std::ranges::count(cases, false, &judge::SloVerdict::holds);
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node suites = document.append_child("testsuites");
  pugi::xml_node suite = suites.append_child("testsuite");
  set(suite, "name", settled.figures.identity.scenario);
  set(suite, "timestamp", settled.figures.identity.started.substr(0, 19));
  set(suite, "tests", std::to_string(cases.size()));
  set(suite, "failures", std::to_string(judged(verdict) ? failed : 0));
  set(suite, "errors", std::to_string(judged(verdict) ? 0 : cases.size()));
  set(suite, "skipped", "0");
  set(suite, "time",
      fmt::format("{:.3f}",
                  static_cast<double>(settled.figures.ended_at) / static_cast<double>(base::kSecond)));
  add_properties(suite, settled, verdict);
  for (const judge::SloVerdict& slo : cases) add_case(suite, settled, verdict, slo);
  std::ostringstream out;
  document.save(out, "  ");
  return out.str();
}

}  // namespace freshet::reports
