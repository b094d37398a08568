// Partitions that went from member to member, from the events that the members left: how long nobody applied
// anything of them although events were due, and which of the scenario's changes it belongs to.
#include <algorithm>
#include <map>
#include <tuple>

#include "harness/results/json_fields.h"
#include "harness/results/rows.h"

namespace freshet::results {
namespace {

struct Place {
  int pass = 0, stream = 0, partition = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

class Moves {
 public:
  explicit Moves(const Settling& s) : s_(s) {}
  std::vector<MoveRow> rows();

 private:
  struct Held {
    int owner = -1;
    std::ptrdiff_t open = -1;  // index of its move that has not ended
  };
  void take(const Json& event, int pass);
  void released(const Place& place, MoveRow::How how, int member, Nanos at);
  void assigned(const Place& place, int member, Nanos at);
  void resumed(const Place& place, int member, Nanos at, Nanos tau);
  int change_at(int pass, Nanos at) const;
  int pass_of(const std::string& group) const;

  const Settling& s_;
  std::map<Place, Held> held_;
  std::vector<MoveRow> rows_;
};

int Moves::pass_of(const std::string& group) const {
  for (std::size_t g = 0; g < s_.plan.groups.size(); ++g) {
    if (s_.plan.groups[g].name == group) return static_cast<int>(g);
  }
  return -1;
}

// The latest of the group's changes before `at` whose phase still lasts.
int Moves::change_at(int pass, Nanos at) const {
  int found = -1;
  for (std::size_t c = 0; c < s_.plan.changes.size(); ++c) {
    const plan::Change& change = s_.plan.changes[c];
    if (static_cast<int>(change.group) != pass || change.at > at) continue;
    if (at < s_.plan.phases[change.phase].end) found = static_cast<int>(c);
  }
  return found;
}

void Moves::released(const Place& place, MoveRow::How how, int member, Nanos at) {
  Held& held = held_[place];
  if (held.owner != member) return;  // a late word from one that had lost it before
  if (how == MoveRow::How::paused) {
    if (held.open >= 0) return;
  } else {
    held.owner = -1;
  }
  if (held.open >= 0) return;  // it was paused before it was taken away: one wait
  held.open = static_cast<std::ptrdiff_t>(rows_.size());
  rows_.push_back({.pass = place.pass,
                   .stream = place.stream,
                   .partition = place.partition,
                   .how = how,
                   .from_member = member,
                   .change = change_at(place.pass, at),
                   .released = at});
}

void Moves::assigned(const Place& place, int member, Nanos at) {
  Held& held = held_[place];
  // A paused member learns of its loss after the next owner has begun.
  if (held.owner >= 0 && held.owner != member) released(place, MoveRow::How::lost, held.owner, at);
  held.owner = member;
  if (held.open < 0) return;
  MoveRow& row = rows_[static_cast<std::size_t>(held.open)];
  row.to_member = member;
  row.assigned = at;
}

void Moves::resumed(const Place& place, int member, Nanos at, Nanos tau) {
  Held& held = held_[place];
  if (held.open < 0 || held.owner != member) return;
  MoveRow& row = rows_[static_cast<std::size_t>(held.open)];
  if (at < row.released) return;
  row.resumed = at;
  row.pause = std::max<Nanos>(0, at - std::max(row.released, tau));
  held.open = -1;
}

void Moves::take(const Json& event, int pass) {
  const std::string kind = text_at(event, "kind");
  const Json* partitions = field_at(event, "partitions");
  if (!partitions || !partitions->is_array()) return;
  const Nanos at = integer_at(event, "t", 0);
  const int member = static_cast<int>(integer_at(event, "member", -1));
  for (const Json& p : *partitions) {
    const Place place{pass, static_cast<int>(integer_at(p, "topic", -1)),
                      static_cast<int>(integer_at(p, "partition", -1))};
    if (place.stream < 0 || place.stream >= static_cast<int>(s_.plan.streams.size()) || place.partition < 0)
      continue;
    if (kind == "assigned") assigned(place, member, at);
    if (kind == "resumed") resumed(place, member, integer_at(p, "at", at), integer_at(p, "tau", 0));
    if (kind == "revoked") released(place, MoveRow::How::revoked, member, at);
    if (kind == "lost") released(place, MoveRow::How::lost, member, at);
    if (kind == "member_killed") released(place, MoveRow::How::killed, member, at);
    if (kind == "member_pauses") released(place, MoveRow::How::paused, member, at);
  }
}

std::vector<MoveRow> Moves::rows() {
  const Nanos end = s_.facts.killed() ? s_.facts.known_until : s_.facts.ended_at;
  for (const Json& event : s_.facts.events) {
    // What members give back when the run is over is nobody's move; before the start nothing waits.
    if (const Nanos at = integer_at(event, "t", 0); at >= end) break;
    if (const int pass = pass_of(text_at(event, "group")); pass >= 0) take(event, pass);
  }
  std::erase_if(rows_, [](const MoveRow& row) { return row.released < 0; });
  for (MoveRow& row : rows_) {
    if (row.resumed < 0) row.pause = std::max<Nanos>(0, end - row.released);
  }
  return std::move(rows_);
}

// In whole seconds, the one of `to` left out: windows that touch share none.
std::uint64_t redelivered_between(const Settling& s, std::size_t pass, Nanos from, Nanos to) {
  std::uint64_t sum = 0;
  for (std::size_t stream = 0; stream < s.plan.streams.size(); ++stream) {
    for (const auto& [second, counts] : s.facts.counts.of(stream, pass)) {
      if (second < base::second_of(from) || second >= base::second_of(to)) continue;
      sum += of(counts, measure::Count::redelivered);
    }
  }
  return sum;
}

}  // namespace

std::vector<MoveRow> move_rows(const Settling& s) {
  return Moves(s).rows();
}

std::vector<GroupChangeRow> group_change_rows(const Settling& s, const std::vector<MoveRow>& moves) {
  std::vector<GroupChangeRow> rows;
  for (std::size_t pass = 0; pass < s.plan.groups.size(); ++pass) {
    GroupChangeRow unasked{.pass = static_cast<int>(pass)};
    const std::size_t first = rows.size();
    for (std::size_t c = 0; c < s.plan.changes.size(); ++c) {
      const plan::Change& change = s.plan.changes[c];
      if (change.group != pass || change.at >= s.facts.ended_at) continue;
      Nanos until = s.plan.phases[change.phase].end;
      for (std::size_t n = 0; n < s.plan.changes.size(); ++n) {
        const plan::Change& next = s.plan.changes[n];
        const bool later = next.at > change.at || (next.at == change.at && n > c);
        if (next.group == pass && later) until = std::min(until, next.at);
      }
      rows.push_back({.pass = static_cast<int>(pass), .change = static_cast<int>(c), .at = change.at});
      rows.back().redelivered = redelivered_between(s, pass, change.at, until);
    }
    for (const MoveRow& move : moves) {
      if (move.pass != static_cast<int>(pass)) continue;
      GroupChangeRow* row = &unasked;
      for (std::size_t r = first; r < rows.size(); ++r) {
        if (rows[r].change == move.change) row = &rows[r];
      }
      if (row->partitions++ == 0 && row->change < 0) row->at = move.released;
      row->unresumed += move.resumed < 0 ? 1 : 0;
      if (move.pause < row->longest) continue;
      row->longest = move.pause;
      row->stream = move.stream;
      row->partition = move.partition;
      row->longest_open = move.resumed < 0;
    }
    unasked.redelivered = redelivered_between(s, pass, 0, base::kNever);
    for (std::size_t r = first; r < rows.size(); ++r) unasked.redelivered -= rows[r].redelivered;
    if (unasked.partitions > 0 || unasked.redelivered > 0) rows.push_back(unasked);
  }
  return rows;
}

}  // namespace freshet::results
