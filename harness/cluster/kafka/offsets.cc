#include "harness/cluster/kafka/offsets.h"

namespace freshet::cluster {
namespace {

void add(OffsetAnswer& answer, const rd_kafka_topic_partition_t& from) {
  PartitionOffset offset{from.topic, from.partition, from.offset < 0 ? -1 : from.offset, "",
                         is_transient(from.err)};
  if (from.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    offset.offset = -1;
    offset.error = rd_kafka_err2str(from.err);
  }
  answer.offsets.push_back(std::move(offset));
}

void read_committed_offsets(const rd_kafka_event_t* event, OffsetAnswer& answer) {
  const auto* result = rd_kafka_event_ListConsumerGroupOffsets_result(const_cast<rd_kafka_event_t*>(event));
  std::size_t groups = 0;
  const auto** group = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &groups);
  if (groups == 0) {
    answer.error = "no group in the answer";
    return;
  }
  if (const auto* error = rd_kafka_group_result_error(group[0])) {
    answer.error = rd_kafka_error_string(error);
    answer.transient = is_transient(rd_kafka_error_code(error));
    return;
  }
  const auto* list = rd_kafka_group_result_partitions(group[0]);
  for (int i = 0; list != nullptr && i < list->cnt; ++i) add(answer, list->elems[i]);
}

void read_listed_offsets(const rd_kafka_event_t* event, OffsetAnswer& answer) {
  const auto* result = rd_kafka_event_ListOffsets_result(const_cast<rd_kafka_event_t*>(event));
  std::size_t count = 0;
  const auto** infos = rd_kafka_ListOffsets_result_infos(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    add(answer, *rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]));
  }
}

}  // namespace

OffsetQuestions::OffsetQuestions(rd_kafka_t* client, base::Wake& wake)
    : client_(client), queue_(rd_kafka_queue_new(client)) {
  wake_on_arrival(queue_.get(), wake);
}

AdminOptions OffsetQuestions::options(rd_kafka_admin_op_t operation, Nanos timeout) {
  AdminOptions options(rd_kafka_AdminOptions_new(client_, operation));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), milliseconds(timeout), nullptr, 0);
  rd_kafka_AdminOptions_set_opaque(options.get(), reinterpret_cast<void*>(++last_));
  ++waiting_;
  return options;
}

std::uint64_t OffsetQuestions::committed(const std::string& group,
                                         const rd_kafka_topic_partition_list_t* partitions, bool only_stable,
                                         Nanos timeout) {
  const AdminOptions how = options(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, timeout);
  if (only_stable) {
    const ClientError refused(rd_kafka_AdminOptions_set_require_stable_offsets(how.get(), 1));
  }
  rd_kafka_ListConsumerGroupOffsets_t* asked =
      rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), partitions);
  rd_kafka_ListConsumerGroupOffsets(client_, &asked, 1, how.get(), queue_.get());
  rd_kafka_ListConsumerGroupOffsets_destroy(asked);
  return last_;
}

std::uint64_t OffsetQuestions::list(const rd_kafka_topic_partition_list_t* partitions, bool read_committed,
                                    Nanos timeout) {
  const AdminOptions how = options(RD_KAFKA_ADMIN_OP_LISTOFFSETS, timeout);
  const ClientError refused(rd_kafka_AdminOptions_set_isolation_level(
      how.get(),
      read_committed ? RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED : RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED));
  const PartitionList asked(rd_kafka_topic_partition_list_copy(partitions));
  rd_kafka_ListOffsets(client_, asked.get(), how.get(), queue_.get());
  return last_;
}

std::optional<OffsetAnswer> OffsetQuestions::next(int timeout_ms) {
  if (waiting_ == 0) return std::nullopt;
  const Event event(rd_kafka_queue_poll(queue_.get(), timeout_ms));
  if (!event) return std::nullopt;
  --waiting_;
  OffsetAnswer answer;
  answer.question = reinterpret_cast<std::uint64_t>(rd_kafka_event_opaque(event.get()));
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    answer.error = rd_kafka_event_error_string(event.get());
    answer.transient = is_transient(rd_kafka_event_error(event.get()));
  } else if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_LISTOFFSETS_RESULT) {
    read_listed_offsets(event.get(), answer);
  } else {
    read_committed_offsets(event.get(), answer);
  }
  return answer;
}

}  // namespace freshet::cluster
