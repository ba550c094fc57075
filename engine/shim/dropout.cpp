// Dropout by a counter hash of each value's place in memory.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include "dropout.hpp"
#include "guard.hpp"
#include "simd.hpp"

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using kdp::Mask;

template <int N, typename T>
KDP_INLINE void drop_some(const T* in, T* out, int64_t at, const Mask& mask) {
  kdp::store<N>(out + at, kdp::dropped<N>(kdp::load<N>(in + at), at, mask));
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
    return dropped(x, kdp::mask_of(key, first, x.numel(), rate), format);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto& saved = context->saved_data;
    auto format = (at::MemoryFormat)saved["format"].toInt();
    auto [key, first, rate] = std::tuple(saved["key"].toInt(), saved["first"].toInt(), saved["rate"].toDouble());
    return {dropped(gradients[0], kdp::mask_of(key, first, gradients[0].numel(), rate), format), {}, {}, {}};
  }
};

}  // namespace

extern "C" int kdp_dropout(const Tensor* x, uint64_t key, int64_t first, double rate, Tensor** out) {
  return kdp::guarded([&] { *out = new Tensor(Dropout::apply(*x, (int64_t)key, first, rate)); });
}
