// A tensor that goes two ways. Backward sums the two gradients on channels-last memory, for bfloat16
// several times quicker than libtorch does.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include "guard.hpp"
#include "simd.hpp"

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <typename T>
KDP_INLINE void add(const T* a, const T* b, T* sum, int64_t from, int64_t to) {
  int64_t at = from;
  for (; at + 16 <= to; at += 16) {
    kdp::store<16>(sum + at, (kdp::Floats<16>)(kdp::load<16>(a + at) + kdp::load<16>(b + at)));
  }
  for (; at < to; at++) sum[at] = a[at] + b[at];
}

KDP_CLONES void add_floats(const float* a, const float* b, float* sum, int64_t from, int64_t to) {
  add(a, b, sum, from, to);
}

KDP_CLONES void add_bfloats(const c10::BFloat16* a, const c10::BFloat16* b, c10::BFloat16* sum, int64_t from,
                            int64_t to) {
  add(a, b, sum, from, to);
}

// Values of one thread's share.
constexpr int64_t SHARE = 1 << 15;

Tensor sum(const Tensor& left, const Tensor& right) {
  auto format = left.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  Tensor a = left.contiguous(format), b = right.contiguous(format), out = at::empty_like(a);
  at::parallel_for(0, a.numel(), SHARE, [&](int64_t from, int64_t to) {
    if (a.scalar_type() == at::kBFloat16) {
      add_bfloats(a.const_data_ptr<at::BFloat16>(), b.const_data_ptr<at::BFloat16>(),
                  out.mutable_data_ptr<at::BFloat16>(), from, to);
    } else {
      add_floats(a.const_data_ptr<float>(), b.const_data_ptr<float>(), out.mutable_data_ptr<float>(), from, to);
    }
  });
  return out;
}

struct Fork : torch::autograd::Function<Fork> {
  static variable_list forward(AutogradContext*, const Tensor& x) { return {x, x}; }

  static variable_list backward(AutogradContext*, variable_list gradients) {
    const Tensor &left = gradients[0], &right = gradients[1];
    if (!left.defined()) return {right};
    return {right.defined() ? sum(left, right) : left};
  }
};

}  // namespace

extern "C" int kdp_fork(const Tensor* x, Tensor** left, Tensor** right) {
  return kdp::guarded([&] {
    TORCH_CHECK(x->is_cpu(), "this fork is the CPU's");
    auto ways = Fork::apply(*x);
    *left = new Tensor(ways[0]);
    *right = new Tensor(ways[1]);
  });
}
