#include <fmt/format.h>

#include <algorithm>

#include "harness/plan/reads.h"
#include "harness/plan/sound.h"
#include "harness/scenario/build.h"

namespace freshet::scenario {
namespace {

using plan::Read;

constexpr const char* kExample =
    "agent_opens_case = { group = \"copilot\", rate = \"50/s\", classes = { \"account_lock\" } }";

std::vector<std::string> group_names(const plan::Plan& plan) {
  std::vector<std::string> names;
  for (const plan::Group& group : plan.groups) names.push_back(group.name);
  return names;
}

// The streams of a class; only those that the group reads, when there is one.
std::vector<std::size_t> streams_of_class(const plan::Plan& plan, const std::string& klass,
                                          const plan::Group* group) {
  std::vector<std::size_t> streams;
  for (std::size_t s = 0; s < plan.streams.size(); ++s) {
    const bool read = group == nullptr || std::ranges::any_of(group->streams, [&](const auto& reads) {
                        return reads.stream == s;
                      });
    if (read && plan.streams[s].klass == klass) streams.push_back(s);
  }
  return streams;
}

std::vector<std::string> class_names(const plan::Plan& plan, const plan::Group* group) {
  std::vector<std::string> names;
  for (const plan::Stream& stream : plan.streams) {
    if (!streams_of_class(plan, stream.klass, group).empty()) names.push_back(stream.klass);
  }
  return names;
}

bool read_group_of(Reader& reader, const plan::Plan& plan, Read& read) {
  const std::string name = reader.text("group", "");
  const std::vector<std::string> names = group_names(plan);
  if (!reader.has("group")) {
    reader.problem("has no group; expected the group whose view is read, such as \"copilot\"");
    return false;
  }
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    if (!name.empty())
      reader.problem("group", fmt::format("\"{}\" is not in the scenario{}", name, suggestion(name, names)));
    return false;
  }
  read.group = static_cast<std::size_t>(found - names.begin());
  return true;
}

void add_class(Reader& reader, const Value& item, const plan::Plan& plan, Read& read) {
  if (item.is(Value::Type::unknown)) return;
  const plan::Group& group = plan.groups[read.group];
  const auto streams =
      item.is(Value::Type::text) ? streams_of_class(plan, item.text, &group) : std::vector<std::size_t>{};
  if (streams.empty()) {
    reader.problem_at(item.line, "classes",
                      fmt::format("found {}, expected a class that {} reads{}", describe(item), group.name,
                                  suggestion(item.text, class_names(plan, &group))));
  }
  for (const std::size_t stream : streams) {
    if (std::ranges::find(read.streams, stream) != read.streams.end()) {
      reader.problem_at(item.line, "classes", fmt::format("{} is there twice", describe(item)));
      return;
    }
    read.streams.push_back(stream);
  }
}

// Every class that the group reads, where none is named.
void read_classes(Reader& reader, const plan::Plan& plan, Read& read) {
  const Value* list = reader.take("classes");
  if (list == nullptr) {
    for (const plan::GroupStream& reads : plan.groups[read.group].streams)
      read.streams.push_back(reads.stream);
  } else if (!list->is(Value::Type::table) || list->items.empty() || !list->fields.empty()) {
    reader.problem("classes", fmt::format("found {}, expected a list of classes such as {{ \"chat_turn\" }}",
                                          list->is(Value::Type::table) ? "no list" : describe(*list)));
  } else {
    for (const Value& item : list->items) add_class(reader, item, plan, read);
  }
  if (const std::uint32_t keys = plan::keys_of(plan, read); keys > plan::kMostReadKeys) {
    reader.problem("classes",
                   fmt::format("an account has {} keys in these classes, expected at most {} a read: name "
                               "fewer classes, or give them fewer keys_per_account",
                               keys, plan::kMostReadKeys));
  }
}

// "2s", or evenly between { min = "1s", max = "5s" }.
void read_delay(Reader& reader, Read& read) {
  const Range<Nanos> range{0, plan::kLongestRun};
  const Value* delay = reader.take("delay");
  if (delay == nullptr || !delay->is(Value::Type::table)) {
    read.delay_min = read.delay_max = reader.duration("delay", 0, range);
    return;
  }
  Reader spread = reader.within("delay", *delay);
  for (const char* needed : {"min", "max"}) {
    if (!spread.has(needed))
      spread.problem(fmt::format("has no {}; expected \"2s\" or {{ min = \"1s\", max = \"5s\" }}", needed));
  }
  read.delay_min = spread.duration("min", 0, range);
  read.delay_max = spread.duration("max", read.delay_min, range);
  if (read.delay_max < read.delay_min) spread.problem("max", "is less than min");
  spread.finish(0);
}

// after = { class = "account_lock", delay = "2s", share = "10%" }
void read_after(Reader& reader, const Value& after, const plan::Plan& plan, Read& read) {
  read.triggered = true;
  Reader trigger = reader.within("after", after);  // says when it is no table
  if (!after.is(Value::Type::table)) return;
  const std::string klass = trigger.text("class", "");
  read_delay(trigger, read);
  if (trigger.has("share")) read.share = trigger.share("share", 1);
  if (read.share <= 0) trigger.problem("share", "expected more than 0 %: nobody would read");
  trigger.finish(0);
  if (!trigger.has("class")) {
    trigger.problem("has no class; expected the class whose events are followed by a read");
    return;
  }
  const auto streams = streams_of_class(plan, klass, nullptr);
  if (streams.size() == 1) {
    read.after = streams.front();
  } else if (!klass.empty()) {
    trigger.problem("class", streams.empty() ? fmt::format("\"{}\" is not in the scenario{}", klass,
                                                           suggestion(klass, class_names(plan, nullptr)))
                                             : fmt::format("\"{}\" has {} streams, expected a class of one",
                                                           klass, streams.size()));
  }
}

void read_times(Reader& reader, const plan::Plan& plan, Read& read) {
  const Value* after = reader.take("after");
  read.rate = reader.rate("rate", 1);
  if (reader.has("after") == reader.has("rate")) {
    reader.problem(reader.has("rate")
                       ? "has both rate and after; expected one of them: reads in the background have a "
                         "rate, those after an event have its class and a delay"
                       : "has neither rate nor after; expected rate = \"50/s\" or after = { class = "
                         "\"account_lock\", delay = \"2s\" }");
  }
  if (after != nullptr) read_after(reader, *after, plan, read);
  if (read.triggered) read.rate = 0;
}

// The lines of a text from `first` to `last`, counted from 1.
std::string_view lines_of(std::string_view text, int first, int last) {
  std::size_t begin = 0;
  for (int line = 1; line < first; ++line) begin = text.find('\n', begin) + 1;
  std::size_t end = begin;
  for (int line = first; line <= last && end != std::string_view::npos; ++line)
    end = text.find('\n', line == first ? end : end + 1);
  return text.substr(begin, end == std::string_view::npos ? end : end - begin);
}

// The function's own text, or the lines that it is in, where they have more than one.
std::string text_of(const Value& function, const plan::Plan& plan) {
  if (function.first_line <= 0) return "(not in the scenario's text)";
  std::string_view text = lines_of(plan.scenario_text, function.first_line, function.last_line);
  text.remove_prefix(std::min(text.find("function"), text.size()));
  const std::size_t end = text.rfind("end");
  return std::string(text.substr(0, end == std::string_view::npos ? end : end + 3));
}

// The plan knows that there is one, and its text; Lua keeps the function (decisions.h).
void read_decide(Reader& reader, const plan::Plan& plan, Read& read) {
  const Value* decide = reader.take("decide");
  if (decide == nullptr) return;
  read.decide = text_of(*decide, plan);
  if (decide->is(Value::Type::other) && decide->text == "function") return;
  reader.problem("decide",
                 fmt::format("found {}, expected a function such as function(view) return "
                             "view.{}.n > 0 end",
                             describe(*decide),
                             read.streams.empty() ? "chat_turn" : plan.streams[read.streams.front()].klass));
}

// What is wrong keeps its name where it can, so that SLOs may select it.
void read_one(const Value& value, plan::Plan& plan, Errors& errors) {
  Reader reader(value, fmt::format("read \"{}\"", value.key), errors);
  Read read;
  read.name = value.key;
  read.line = value.line;
  const bool known = read_group_of(reader, plan, read);
  if (known) {
    read_classes(reader, plan, read);
  } else {
    reader.take("classes");
  }
  read_times(reader, plan, read);
  read_decide(reader, plan, read);
  reader.finish(0);
  if (known && !read.streams.empty()) plan.reads.push_back(std::move(read));
}

}  // namespace

bool build_reads(const Value* reads, plan::Plan& plan, Errors& errors) {
  if (reads == nullptr) return true;
  if (plan.groups.empty() || plan.streams.empty()) return false;  // said already
  const std::vector<const Value*> parts = named_parts(*reads, "read", kExample, errors);
  for (const Value* value : parts) {
    if (!value->is(Value::Type::unknown)) read_one(*value, plan, errors);
  }
  return plan.reads.size() == parts.size() && reads->is(Value::Type::table);
}

}  // namespace freshet::scenario
