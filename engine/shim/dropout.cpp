// Dropout by a counter hash: whether a value is dropped is a function of a key and of the value's place
// in memory, so that no mask is stored and backward draws it again.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "guard.hpp"
#include "simd.hpp"

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// What a mask is made of.
struct Mask {
  uint32_t low, high;
  uint32_t first;      // place of the first value
  uint32_t threshold;  // dropped below
  float scale;         // of what is kept
};

// The finaliser "lowbias32" (Wellons 2018) of a counter, with half of the key before its first round and
// half between its rounds.
template <int N>
KDP_INLINE kdp::Words<N> hash(kdp::Words<N> counter, const Mask& mask) {
  auto x = counter ^ mask.low;
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= (x >> 15) ^ mask.high;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}

template <int N, typename T>
KDP_INLINE void drop_some(const T* in, T* out, int64_t at, const Mask& mask) {
  kdp::Words<N> counter;
  for (int lane = 0; lane < N; lane++) counter[lane] = mask.first + (uint32_t)at + lane;
  auto kept = hash<N>(counter, mask) >= mask.threshold;
  auto scaled = kdp::load<N>(in + at) * mask.scale;
  kdp::store<N>(out + at, (kdp::Floats<N>)((kdp::Words<N>)scaled & (kdp::Words<N>)kept));
}

template <typename T>
KDP_INLINE void drop(const T* in, T* out, int64_t from, int64_t to, const Mask& mask) {
  int64_t at = from;
  for (; at + 16 <= to; at += 16) drop_some<16>(in, out, at, mask);
  for (; at < to; at++) drop_some<1>(in, out, at, mask);
}

KDP_CLONES void drop_floats(const float* in, float* out, int64_t from, int64_t to, const Mask& mask) {
  drop(in, out, from, to, mask);
}

KDP_CLONES void drop_bfloats(const c10::BFloat16* in, c10::BFloat16* out, int64_t from, int64_t to, const Mask& mask) {
  drop(in, out, from, to, mask);
}

// Values of one thread's share.
constexpr int64_t SHARE = 1 << 15;

Tensor dropped(const Tensor& x, const Mask& mask, at::MemoryFormat format) {
  TORCH_CHECK(x.is_cpu(), "dropout's hash is computed on the CPU");
  TORCH_CHECK(x.numel() + mask.first <= UINT32_MAX, "dropout of more than 2^32 numbers");
  Tensor in = x.contiguous(format), out = at::empty_like(in);
  at::parallel_for(0, in.numel(), SHARE, [&](int64_t from, int64_t to) {
    if (in.scalar_type() == at::kBFloat16) {
      drop_bfloats(in.const_data_ptr<at::BFloat16>(), out.mutable_data_ptr<at::BFloat16>(), from, to, mask);
    } else {
      drop_floats(in.const_data_ptr<float>(), out.mutable_data_ptr<float>(), from, to, mask);
    }
  });
  return out;
}

struct Dropout : torch::autograd::Function<Dropout> {
  static Tensor forward(AutogradContext* context, const Tensor& x, int64_t key, int64_t first, double rate) {
    auto format = x.suggest_memory_format();
    context->saved_data["key"] = key;
    context->saved_data["first"] = first;
    context->saved_data["rate"] = rate;
    context->saved_data["format"] = (int64_t)format;
    return dropped(x, mask(key, first, rate), format);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto& saved = context->saved_data;
    auto format = (at::MemoryFormat)saved["format"].toInt();
    Mask again = mask(saved["key"].toInt(), saved["first"].toInt(), saved["rate"].toDouble());
    return {dropped(gradients[0], again, format), {}, {}, {}};
  }

  static Mask mask(int64_t key, int64_t first, double rate) {
    TORCH_CHECK(0 <= first && first <= UINT32_MAX, "dropout of more than 2^32 numbers");
    double threshold = std::min(rate * 4294967296.0, 4294967295.0);
    return {(uint32_t)key, (uint32_t)((uint64_t)key >> 32), (uint32_t)first, (uint32_t)threshold,
            (float)(1.0 / (1.0 - rate))};
  }
};

}  // namespace

extern "C" int kdp_dropout(const Tensor* x, uint64_t key, int64_t first, double rate, Tensor** out) {
  return kdp::guarded([&] { *out = new Tensor(Dropout::apply(*x, (int64_t)key, first, rate)); });
}
