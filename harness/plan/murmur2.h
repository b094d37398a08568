// The hash by which Kafka's default partitioner puts a key into a partition.
#pragma once

#include <cstdint>
#include <string_view>

namespace freshet::plan {

// MurmurHash2, 32 bits, with Kafka's seed; the bits of Java's Utils.murmur2.
std::uint32_t murmur2(std::string_view key);

// Kafka's toPositive(murmur2(key)): what is taken modulo the number of partitions.
inline std::uint32_t murmur2_positive(std::string_view key) {
  return murmur2(key) & 0x7fffffffU;
}

}  // namespace freshet::plan
