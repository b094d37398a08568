#include "harness/base/random.h"

#include <bit>
#include <cassert>
#include <cmath>

namespace freshet::base {
namespace {

// ln 2 in two parts: the high one has 33 bits, so k·high is exact for every exponent k of a double.
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kSqrt2 = 1.41421356237309514547;

// value · 2^k for results inside the range of normal doubles.
double scale(double value, int k) {
  const double half = std::bit_cast<double>(static_cast<std::uint64_t>(1023 + k / 2) << 52);
  const double rest = std::bit_cast<double>(static_cast<std::uint64_t>(1023 + k - k / 2) << 52);
  return value * half * rest;
}

// Acklam's rational approximations of the normal quantile: a and b for the middle, c and d for the tails.
double quantile_middle(double p) {
  const double q = p - 0.5;
  const double r = q * q;
  const double above =
      ((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r +
        1.383577518672690e+02) *
           r -
       3.066479806614716e+01) *
          r +
      2.506628277459239e+00;
  const double below =
      ((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r +
        6.680131188771972e+01) *
           r -
       1.328068155288572e+01) *
          r +
      1.0;
  return above * q / below;
}

double quantile_lower_tail(double p) {
  const double q = std::sqrt(-2.0 * portable_log(p));
  const double above =
      ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e+00) * q -
        2.549732539343734e+00) *
           q +
       4.374664141464968e+00) *
          q +
      2.938163982698783e+00;
  const double below =
      (((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e+00) * q +
       3.754408661907416e+00) *
          q +
      1.0;
  return above / below;
}

}  // namespace

// As fdlibm does it: x = 2^k·m with m in [√½, √2), ln m = 2 artanh s with s = (m − 1)/(m + 1), and a minimax
// polynomial in s² for the rest of the series.
double portable_log(double x) {
  assert(x > 0);
  int k = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    k = -54;
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  k += static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
  if (m > kSqrt2) {
    m *= 0.5;
    ++k;
  }
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double w = z * z;
  const double even =
      w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double odd =
      z * (6.666666666666735130e-01 +
           w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const double half_square = 0.5 * f * f;
  const double exponent = k;
  return exponent * kLn2High - ((half_square - (s * (half_square + even + odd) + exponent * kLn2Low)) - f);
}

// As fdlibm does it: x = k·ln 2 + r with |r| ≤ ½ ln 2, and a rational form of e^r.
double portable_exp(double x) {
  assert(x > -700 && x < 700);
  const int k = static_cast<int>(x * 1.44269504088896338700 + (x < 0 ? -0.5 : 0.5));
  const double high = x - k * kLn2High;
  const double low = k * kLn2Low;
  const double r = high - low;
  const double t = r * r;
  const double c = r - t * (1.66666666666666019037e-01 +
                            t * (-2.77777777770155933842e-03 +
                                 t * (6.61375632143793436117e-05 +
                                      t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
  return scale(1.0 - ((low - (r * c) / (2.0 - c)) - high), k);
}

double portable_pow(double x, double y) {
  if (y == 0.0 || x == 1.0) return 1.0;
  if (y == 1.0) return x;
  if (y == -1.0) return 1.0 / x;
  return portable_exp(y * portable_log(x));
}

double portable_normal_quantile(double p) {
  assert(p > 0 && p < 1);
  constexpr double kTail = 0.02425;
  if (p < kTail) return quantile_lower_tail(p);
  if (p > 1.0 - kTail) return -quantile_lower_tail(1.0 - p);
  return quantile_middle(p);
}

}  // namespace freshet::base
