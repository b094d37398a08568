// Deterministic random numbers and the few transcendental functions the schedule needs.
//
// E2: the same on every machine. So no libm: logarithm, exponential and power are our own polynomials over
// IEEE additions, multiplications, divisions and square roots, compiled without contraction.
#pragma once

#include <cstdint>

namespace freshet::base {

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection with full avalanche.
constexpr std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// Hash of a pair, for deriving one stream's seed from another's.
constexpr std::uint64_t derive(std::uint64_t seed, std::uint64_t index) {
  return mix64(seed + mix64(index + 0x9e3779b97f4a7c15ULL));
}

// Counter-based generator: output i depends on (seed, i) alone, so a stream can be restarted anywhere.
constexpr std::uint64_t random_at(std::uint64_t seed, std::uint64_t i) {
  return mix64(seed + (i + 1) * 0x9e3779b97f4a7c15ULL);
}

// 53 random bits as a double in (0, 1): never 0, never 1.
constexpr double unit_open(std::uint64_t bits) {
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
}

__extension__ typedef unsigned __int128 Uint128;

// Sequential use of the counter-based generator.
class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : seed_(seed) {}
  constexpr std::uint64_t next() { return random_at(seed_, i_++); }
  constexpr double unit() { return unit_open(next()); }
  // Uniform in [0, n). REQUIRES: n > 0. (Lemire's multiplication; bias below 2^-32 for n < 2^32.)
  constexpr std::uint64_t below(std::uint64_t n) {
    return static_cast<std::uint64_t>((static_cast<Uint128>(next()) * n) >> 64);
  }

 private:
  std::uint64_t seed_;
  std::uint64_t i_ = 0;
};

// Relative error below 1e-15. x finite and > 0.
double portable_log(double x);
// Relative error below 1e-15. |x| < 700.
double portable_exp(double x);
// x > 0, |y ln x| < 700. Relative error below 1e-15 · (1 + |y ln x|).
double portable_pow(double x, double y);
// Standard normal quantile of p in (0, 1); relative error below 2e-9 (Acklam's rational form without a Halley
// step: sizes need no more).
double portable_normal_quantile(double p);

}  // namespace freshet::base
