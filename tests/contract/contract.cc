#include "tests/contract/contract.h"

#include <unistd.h>

#include <algorithm>

namespace freshet::cluster {

void PrintTo(const Target& target, std::ostream* out) {
  *out << target.name;
}

std::string target_name(const testing::TestParamInfo<Target>& info) {
  return info.param.name;
}

std::string text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::vector<std::string> numbered(int n, const std::string& prefix) {
  std::vector<std::string> values;
  for (int i = 0; i < n; ++i) values.push_back(prefix + std::to_string(i));
  return values;
}

// ---- Reading and writing ---------------------------------------------------------------------------------

void Reading::drain() {
  if (!member_ || hangs) return;
  while (auto event = member_->poll()) {
    std::visit([this](const auto& e) { on(e); }, *event);
  }
}

void Reading::on(const Record& record) {
  const auto position = owned.find(record.from);
  ASSERT_NE(position, owned.end()) << "a record of partition " << record.from.partition
                                   << ", which is not owned";
  ASSERT_GE(record.offset, position->second) << "out of order in partition " << record.from.partition;
  position->second = record.offset + 1;
  records.push_back({record.from, record.offset, record.timestamp_ms, text(record.key), text(record.value)});
  if (store_all) member_->store(record.from, record.offset + 1);
}

void Reading::on(const Assigned& assigned) {
  ++assignments;
  for (const auto& [from, start] : assigned.partitions) {
    EXPECT_FALSE(owned.contains(from)) << "given twice";
    owned[from] = started[from] = start;
  }
  without_offset.insert(assigned.without_offset.begin(), assigned.without_offset.end());
}

void Reading::give_up(const std::vector<TopicPartition>& partitions) {
  for (const TopicPartition& from : partitions) {
    EXPECT_EQ(owned.erase(from), 1u) << "given back without having been given";
  }
}

std::vector<std::string> Reading::values(std::int32_t partition, std::uint16_t topic) const {
  std::vector<std::string> values;
  for (const Seen& seen : records) {
    if (seen.from == TopicPartition{topic, partition}) values.push_back(seen.value);
  }
  return values;
}

std::int64_t Reading::end(std::int32_t partition) const {
  std::int64_t offset = -1;
  for (const End& e : ends) {
    if (e.from.partition == partition) offset = e.offset;
  }
  return offset;
}

Sent Writing::send(std::int32_t partition, const std::string& value, const std::string& key,
                   std::int64_t timestamp_ms) {
  return producer_->send(partition, bytes(key), bytes(value), timestamp_ms);
}

void Writing::send_all(std::int32_t partition, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    ASSERT_EQ(send(partition, value), Sent::accepted) << producer_->last_error();
  }
}

void Writing::drain() {
  while (const auto report = producer_->poll()) {
    reports.push_back({report->persisted, report->offset, report->partition, text(report->value),
                       report->error, clock_.now()});
  }
}

// ---- The case --------------------------------------------------------------------------------------------

void Contract::SetUp() {
  bench_ = GetParam().make();
  ASSERT_TRUE(bench_) << "no cluster";
  auto admin = bench_->cluster().make_admin(bench_->wake());
  ASSERT_TRUE(admin) << admin.error().message;
  admin_ = std::move(admin).value();
}

void Contract::TearDown() {
  readings_.clear();
  writings_.clear();
  if (!admin_) return;
  (void)admin_->delete_topics(topics_, kPatience);
  (void)admin_->delete_groups(groups_, kPatience);
  admin_.reset();
}

bool Contract::eventually(const std::function<bool()>& done, Nanos within) {
  const Nanos deadline = now() + within;
  while (now() < deadline) {
    drain_all();
    if (done()) return true;
    if (HasFatalFailure()) return false;
    bench_->wait(deadline);
  }
  return false;
}

bool Contract::in_time(const std::function<bool()>& done) {
  const Nanos deadline = now() + kPatience;
  while (!done()) {
    if (now() >= deadline) return false;
    for_a_while(50 * base::kMillisecond);
  }
  return true;
}

void Contract::for_a_while(Nanos span) {
  (void)eventually([] { return false; }, span);
  drain_all();
}

void Contract::drain_all() {
  for (const auto& writing : writings_) writing->drain();
  for (const auto& reading : readings_) reading->drain();
}

std::string Contract::make_topic(int partitions, Settings config) {
  const std::string name = "contract-" + std::to_string(getpid()) + "-" +
                           testing::UnitTest::GetInstance()->current_test_info()->test_case_name() + "-" +
                           std::to_string(now()) + "-" + std::to_string(++made_);
  TopicSpec spec;
  spec.name = name;
  std::ranges::replace(spec.name, '/', '-');
  spec.partitions = partitions;
  spec.config = std::move(config);
  // The records' timestamps are fixed ones, long past: without this a broker deletes them when it happens to
  // look.
  spec.config.try_emplace("retention.ms", "-1");
  const auto status = admin_->create_topic(spec, kPatience);
  EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
  topics_.push_back(spec.name);
  return spec.name;
}

std::string Contract::make_group() {
  groups_.push_back("contract-group-" + std::to_string(getpid()) + "-" + std::to_string(now()) + "-" +
                    std::to_string(++made_));
  return groups_.back();
}

Writing& Contract::write(const std::string& topic, int partitions, Settings settings,
                         const std::string& transactional_id) {
  ProducerOptions options{topic, partitions, transactional_id, std::move(settings)};
  auto producer = cluster().make_producer(options, wake());
  if (!producer) throw std::runtime_error(producer.error().message);
  return *writings_.emplace_back(std::make_unique<Writing>(std::move(producer).value(), bench_->clock()));
}

Reading& Contract::read(const MemberOptions& options) {
  auto member = cluster().make_member(options, wake());
  if (!member) throw std::runtime_error(member.error().message);
  return *readings_.emplace_back(std::make_unique<Reading>(std::move(member).value()));
}

Reading& Contract::read(const std::string& topic, const std::string& group, bool from_beginning,
                        std::size_t partitions) {
  MemberOptions options;
  options.group = group;
  options.client_id = "contract";
  options.topics = {topic};
  if (from_beginning) options.start = kFromBeginning;
  Reading& reading = read(options);
  if (partitions > 0) {
    EXPECT_TRUE(eventually([&] { return reading.owned.size() == partitions; })) << "not assigned";
  }
  return reading;
}

bool Contract::finish(Writing& writing) {
  return eventually([&] { return writing.producer().in_flight() == 0; });
}

bool Contract::close(Reading& reading) {
  reading.member().close();
  const bool closed = eventually([&] { return reading.member().closed(); });
  reading.destroy();
  return closed;
}

std::vector<EndOffsets> Contract::end_offsets(const std::string& topic, int partitions) {
  admin_->request_end_offsets(topic, partitions, 5 * base::kSecond);
  std::optional<std::vector<EndOffsets>> answer;
  EXPECT_TRUE(eventually([&] { return (answer = admin_->poll_end_offsets()).has_value(); }));
  return answer.value_or(std::vector<EndOffsets>(static_cast<std::size_t>(partitions)));
}

std::vector<std::int64_t> Contract::committed(const std::string& group, const std::string& topic,
                                              int partitions) {
  auto offsets = admin_->committed(group, topic, partitions, kPatience);
  EXPECT_TRUE(offsets.ok()) << (offsets.ok() ? "" : offsets.error().message);
  return offsets.ok() ? offsets.value() : std::vector<std::int64_t>(static_cast<std::size_t>(partitions), -2);
}

}  // namespace freshet::cluster
