// The envelope: what every record of ours carries at the head of its value (E4), so that any reader can tell
// what the event is, when it was meant to happen and whether it arrived whole.
//
// Layout, version 1, little endian, 72 bytes; the rest of the value is content:
//   0  magic "fsht"            4  version u8, flags u8, tier u8, spare u8 (0)
//   8  run u64                16  n u64
//  24  tau i64 (ns since the run's start, may be negative)
//  32  sent i64 (ns since the run's start; when send() was called)
//  40  stream u16, lane u16, output u16, attempt u16
//  48  key u32, schema u32    56  size u32, spare u32 (0)
//  64  checksum u64 over the whole value with this field taken as 0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/base/time.h"

namespace freshet::measure {

using base::Nanos;

struct Envelope {
  std::uint64_t run = 0;
  std::uint64_t n = 0;  // of the source lane
  Nanos tau = 0;        // of the source event
  Nanos sent = 0;
  std::uint16_t stream = 0;  // source stream
  std::uint16_t lane = 0;    // source lane
  std::uint16_t output = 0;  // which output of a stage
  std::uint16_t attempt = 0;
  std::uint32_t key = 0;  // index in the stream's key table
  std::uint32_t schema = 1;
  std::uint8_t tier = 0;
  std::uint8_t flags = 0;
};

inline constexpr std::uint8_t kCritical = 1;  // an event whose lateness is a critical stale decision
inline constexpr std::uint8_t kProbe = 2;     // T6: counted by no figure
inline constexpr std::uint8_t kPrefill = 4;   // written before the run, tau < 0
inline constexpr std::uint8_t kStalled = 8;   // sent in a stall episode: its send delay is the cluster's (V1)

inline constexpr std::size_t kEnvelopeSize = 72;

// foreign: no envelope, or a sound one of another run; corrupt: one of ours that did not arrive whole.
enum class Decoded { ok, foreign, corrupt };

// Writes the envelope over the first kEnvelopeSize bytes of `value`, checksum over all of it.
// REQUIRES: value.size() >= kEnvelopeSize.
void write_envelope(const Envelope& envelope, std::span<std::byte> value);
// `run`: the run the value has to belong to. `out` is set when ok.
Decoded read_envelope(std::span<const std::byte> value, std::uint64_t run, Envelope& out);
// Of a value that has not left this process, as a delivery report brings it back: its checksum is not
// computed again. False: no envelope of the run.
bool read_own_envelope(std::span<const std::byte> value, std::uint64_t run, Envelope& out);

}  // namespace freshet::measure
