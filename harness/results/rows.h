// The rows of Figures, each from the plan, the facts and the outcomes. Pure.
#pragma once

#include <vector>

#include "harness/results/evidence.h"
#include "harness/results/figures.h"

namespace freshet::results {

std::vector<StalenessRow> staleness_rows(const Settling& s);
std::vector<TailRow> tail_rows(const Settling& s);
std::vector<LagRow> lag_rows(const Settling& s);
std::vector<DisturbanceRow> disturbance_rows(const Settling& s);
std::vector<ReplayRow> replay_rows(const Settling& s);
std::vector<CommandRow> command_rows(const plan::Plan& plan, const Facts& facts);
std::vector<FaultRow> fault_rows(const Settling& s);
std::vector<FaultGroupRow> fault_group_rows(const Settling& s);
std::vector<OffsetFallRow> offset_fall_rows(const Settling& s);
std::vector<MoveRow> move_rows(const Settling& s);
std::vector<GroupChangeRow> group_change_rows(const Settling& s, const std::vector<MoveRow>& moves);
std::vector<ClientRow> client_rows(const Facts& facts);
std::vector<DurabilityRow> durability_rows(const plan::Plan& plan, const Json& manifest, const Facts& facts);
std::vector<PayloadRow> payload_rows(const plan::Plan& plan, const Json& manifest);
std::vector<LedgerRow> ledger_rows(const Settling& s);
std::vector<ProducerRow> producer_rows(const Settling& s);
std::vector<ReceiverRow> receiver_rows(const Settling& s);
std::vector<OwnNotSentRow> own_not_sent_rows(const Settling& s);
std::vector<OffsetAndLag> timeline_rows(const Settling& s);

}  // namespace freshet::results
