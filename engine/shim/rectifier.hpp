// ReLU and ReLU6, which another operation does in its own pass.
#pragma once

#include <cmath>

#include "simd.hpp"

namespace kdp {

struct Rectifier {
  float ceiling;  // ∞ of ReLU, 6 of ReLU6, 0 where there is none

  bool is_there() const { return ceiling > 0; }
  bool is_relu() const { return std::isinf(ceiling); }

  // min(max(x, 0), ceiling). A value that is no number stays so.
  template <int N>
  KDP_INLINE Floats<N> cut(Floats<N> x) const {
    Floats<N> below = x > ceiling ? zeros<N>() + ceiling : x;
    return below < 0 ? zeros<N>() : below;
  }

  // What passes of a gradient by the rectifier's output `y`: nothing where that was cut.
  template <int N>
  KDP_INLINE Floats<N> passed(Floats<N> gradient, Floats<N> y) const {
    // Masks as words: GCC makes a choice by two comparisons number by number.
    return (Floats<N>)((Words<N>)gradient & (Words<N>)(y > 0) & (Words<N>)(y < ceiling));
  }
};

}  // namespace kdp
