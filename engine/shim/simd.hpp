// Vectors of float32 over memory of float32 or bfloat16, by the compilers' vector extensions.
#pragma once

#include <c10/util/BFloat16.h>

#include <cstdint>
#include <cstring>
#include <type_traits>

// A function compiled for several instruction sets, of which the machine's best is taken at start.
#if defined(__x86_64__) && defined(__linux__)
#define KDP_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define KDP_CLONES
#endif
// A function, or a lambda, that must be part of such a function, so that it is compiled as that one is.
#define KDP_ALWAYS __attribute__((always_inline))
#define KDP_INLINE inline KDP_ALWAYS

namespace kdp {

// N numbers of type T.
template <typename T, int N>
struct Pack {
  typedef T type __attribute__((vector_size(sizeof(T) * N)));
};

template <int N>
using Floats = typename Pack<float, N>::type;
template <int N>
using Words = typename Pack<uint32_t, N>::type;

template <int N>
KDP_INLINE Floats<N> load(const float* from) {
  Floats<N> values;
  std::memcpy(&values, from, sizeof values);
  return values;
}

template <int N>
KDP_INLINE void store(float* to, Floats<N> values) {
  std::memcpy(to, &values, sizeof values);
}

template <int N>
KDP_INLINE Floats<N> load(const c10::BFloat16* from) {
  typename Pack<uint16_t, N>::type halves;
  std::memcpy(&halves, from, sizeof halves);
  return (Floats<N>)(__builtin_convertvector(halves, Words<N>) << 16);
}

// Rounds to nearest, ties to even.
template <int N>
KDP_INLINE void store(c10::BFloat16* to, Floats<N> values) {
  Words<N> bits = (Words<N>)values;
  bits = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  auto halves = __builtin_convertvector(bits, typename Pack<uint16_t, N>::type);
  std::memcpy(to, &halves, sizeof halves);
}

template <int N>
KDP_INLINE Floats<N> zeros() {
  return Floats<N>{};
}

// eˣ to float32's precision for x ≤ 0 (Cephes' polynomial); 0 below −87.
template <int N>
KDP_INLINE Floats<N> exponential(Floats<N> x) {
  constexpr float ROUND = 12582912.f;  // 1.5 · 2²³: adding it leaves whole numbers
  Floats<N> bounded = x < -87.f ? zeros<N>() - 87.f : x;
  Floats<N> whole = (bounded * 1.44269504f + ROUND) - ROUND;
  Floats<N> r = (bounded - whole * 0.693359375f) + whole * 2.12194440e-4f;
  Floats<N> y = r * 1.9875691500e-4f + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * r * r + r + 1.f;
  auto exponent = __builtin_convertvector(whole + 127.f, Words<N>) << 23;
  return x < -87.f ? zeros<N>() : y * (Floats<N>)exponent;
}

// Calls `body` with each stretch of channels, as wide as fits: body(integral_constant<N>, first).
template <typename Body>
KDP_INLINE void by_stretch(int64_t channels, Body body) {
  int64_t at = 0;
  for (; at + 16 <= channels; at += 16) body(std::integral_constant<int, 16>{}, at);
  for (; at + 4 <= channels; at += 4) body(std::integral_constant<int, 4>{}, at);
  for (; at < channels; at += 1) body(std::integral_constant<int, 1>{}, at);
}

}  // namespace kdp
