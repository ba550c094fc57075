// Which numbers a dropout keeps: a function of a key and of a number's place, so that no mask is stored and
// backward draws it again.
#pragma once

#include <c10/util/Exception.h>

#include <algorithm>
#include <cstdint>

#include "simd.hpp"

namespace kdp {

// What a mask is made of.
struct Mask {
  uint32_t low, high;
  uint32_t first;      // place of the first value
  uint32_t threshold;  // dropped below
  float scale;         // of what is kept
};

// The mask of a key for `count` numbers from place `first` on.
inline Mask mask_of(int64_t key, int64_t first, int64_t count, double rate) {
  TORCH_CHECK(0 <= first && first + count <= UINT32_MAX, "dropout of more than 2^32 numbers");
  double threshold = std::min(rate * 4294967296.0, 4294967295.0);
  return {(uint32_t)key, (uint32_t)((uint64_t)key >> 32), (uint32_t)first, (uint32_t)threshold,
          (float)(1.0 / (1.0 - rate))};
}

// The finaliser "lowbias32" (Wellons 2018) of a counter, with half of the key before its first round and
// half between its rounds.
template <int N>
KDP_INLINE Words<N> hash(Words<N> counter, const Mask& mask) {
  auto x = counter ^ mask.low;
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= (x >> 15) ^ mask.high;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}

// Numbers from a place on, 0 where they are dropped and scaled where not.
template <int N>
KDP_INLINE Floats<N> dropped(Floats<N> values, int64_t at, const Mask& mask) {
  Words<N> counter;
  for (int lane = 0; lane < N; lane++) counter[lane] = mask.first + (uint32_t)at + lane;
  auto kept = hash<N>(counter, mask) >= mask.threshold;
  auto scaled = values * mask.scale;
  return (Floats<N>)((Words<N>)scaled & (Words<N>)kept);
}

}  // namespace kdp
