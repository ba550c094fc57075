// Multi-head attention that is trained, as one autograd function: softmax(QKᵀ/√d + mask), dropout, times V.
// What each row of scores goes through is one pass forward and one backward; of what lies between, only the
// softmax is kept, and dropout is drawn again.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

#include "dropout.hpp"
#include "guard.hpp"
#include "simd.hpp"

namespace {

using at::Tensor;
using kdp::Floats;
using kdp::load;
using kdp::Mask;
using kdp::store;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Calls `body` with each stretch of a row: body(integral_constant<N>, first).
template <typename Body>
KDP_INLINE void along(int64_t length, Body body) {
  int64_t at = 0;
  for (; at + 16 <= length; at += 16) body(std::integral_constant<int, 16>{}, at);
  for (; at < length; at += 1) body(std::integral_constant<int, 1>{}, at);
}

// A sum, or a maximum, of a row's values: those of full vectors lane by lane, and of the rest.
struct Folded {
  Floats<16> lanes;
  Floats<1> rest;

  template <int N>
  KDP_INLINE Floats<N>& of() {
    if constexpr (N == 16) return lanes;
    if constexpr (N == 1) return rest;
  }

  template <typename Join>
  KDP_INLINE float joined(Join join) const {
    float all = rest[0];
    for (int lane = 0; lane < 16; lane++) all = join(all, lanes[lane]);
    return all;
  }
};

KDP_INLINE Folded all_of(float value) { return {kdp::zeros<16>() + value, kdp::zeros<1>() + value}; }
KDP_INLINE float added(float a, float b) { return a + b; }
KDP_INLINE float larger(float a, float b) { return a > b ? a : b; }

// Of some rows of scores, and what they are changed by.
struct Rows {
  int64_t from, to, length;
  int64_t of_sample;    // rows of a sample
  const float* hidden;  // of each sample, what is added to the scores of a token
  float scale;
  Mask mask;
};

// Scores become shares in place, and what dropout leaves of these.
template <typename T>
KDP_INLINE void share(T* scores, T* left, const Rows& rows, float* row) {
  for (int64_t at = rows.from; at < rows.to; at++) {
    T *own = scores + at * rows.length, *out = left + at * rows.length;
    const float* hidden = rows.hidden + at / rows.of_sample * rows.length;
    Folded most = all_of(-INFINITY);
    along(rows.length, [&](auto width, int64_t k) KDP_ALWAYS {
      constexpr int N = decltype(width)::value;
      Floats<N> score = load<N>(own + k) * rows.scale + load<N>(hidden + k);
      store<N>(row + k, score);
      auto& so_far = most.of<N>();
      so_far = score > so_far ? score : so_far;
    });
    float largest = most.joined(larger);
    Folded total = all_of(0);
    along(rows.length, [&](auto width, int64_t k) KDP_ALWAYS {
      constexpr int N = decltype(width)::value;
      Floats<N> value = kdp::exponential<N>(load<N>(row + k) - largest);
      store<N>(row + k, value);
      total.of<N>() += value;
    });
    float inverse = 1 / total.joined(added);
    along(rows.length, [&](auto width, int64_t k) KDP_ALWAYS {
      constexpr int N = decltype(width)::value;
      Floats<N> value = load<N>(row + k) * inverse;
      store<N>(own + k, value);
      store<N>(out + k, kdp::dropped<N>(value, at * rows.length + k, rows.mask));
    });
  }
}

// The gradients by what dropout left become those by the products of queries and keys, in place; `left` is
// made again.
template <typename T>
KDP_INLINE void share_back(const T* shares, T* gradients, T* left, const Rows& rows) {
  for (int64_t at = rows.from; at < rows.to; at++) {
    const T* own = shares + at * rows.length;
    T *gradient = gradients + at * rows.length, *out = left + at * rows.length;
    Folded products = all_of(0);
    along(rows.length, [&](auto width, int64_t k) KDP_ALWAYS {
      constexpr int N = decltype(width)::value;
      // Dropout is a factor, so that its own output tells it of the gradient.
      Floats<N> dropped = kdp::dropped<N>(load<N>(own + k), at * rows.length + k, rows.mask);
      store<N>(out + k, dropped);
      products.of<N>() += dropped * load<N>(gradient + k);
    });
    float total = products.joined(added);
    along(rows.length, [&](auto width, int64_t k) KDP_ALWAYS {
      constexpr int N = decltype(width)::value;
      Floats<N> before = kdp::dropped<N>(load<N>(gradient + k), at * rows.length + k, rows.mask);
      store<N>(gradient + k, (Floats<N>)(load<N>(own + k) * (before - total) * rows.scale));
    });
  }
}

#define KERNELS(T)                                                                                              \
  KDP_CLONES void share_of(T* scores, T* left, const Rows& rows, float* row) { share(scores, left, rows, row); } \
  KDP_CLONES void share_back_of(const T* shares, T* gradients, T* left, const Rows& rows) {                      \
    share_back(shares, gradients, left, rows);                                                                   \
  }
KERNELS(float)
KERNELS(c10::BFloat16)

// Calls `body` with a number of the tensor's type.
template <typename Body>
void by_type(const Tensor& x, Body body) {
  TORCH_CHECK(x.is_cpu(), "this attention is the CPU's");
  if (x.scalar_type() == at::kBFloat16) return body(c10::BFloat16());
  TORCH_CHECK(x.scalar_type() == at::kFloat, "attention of ", x.scalar_type());
  body(float());
}

// Calls `body` with the rows of each thread's share.
template <typename Body>
void each_share(Rows rows, int64_t count, Body body) {
  int64_t grain = std::max<int64_t>(1, (1 << 15) / rows.length);
  at::parallel_for(0, count, grain, [&](int64_t from, int64_t to) {
    Rows own = rows;
    own.from = from;
    own.to = to;
    body(own);
  });
}

// So low that the share of padding is 0, and finite, so that a row of nothing but padding has shares at all.
constexpr float HIDDEN = -1e30f;

struct Attention : torch::autograd::Function<Attention> {
  // `x` holds queries, keys and values one after the other, n×length×3·width; what comes out n×length×width.
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& tokens, int64_t heads, int64_t key,
                        int64_t first, double rate) {
    int64_t n = x.size(0), length = x.size(1), width = x.size(2) / 3, depth = width / heads;
    Tensor parts = x.view({n, length, 3, heads, depth}).permute({2, 0, 3, 1, 4}).contiguous();
    parts = parts.view({3, n * heads, length, depth});
    Tensor shares = at::bmm(parts[0], parts[1].transpose(1, 2)), left = at::empty_like(shares);
    std::vector<float> hidden(n * length);
    Tensor counted = tokens.contiguous();
    const bool* counts = counted.const_data_ptr<bool>();
    for (int64_t at = 0; at < n * length; at++) hidden[at] = counts[at] ? 0 : HIDDEN;
    Rows rows{0, 0, length, heads * length, hidden.data(), 1 / std::sqrt((float)depth),
              kdp::mask_of(key, first, shares.numel(), rate)};
    by_type(shares, [&](auto number) {
      using T = decltype(number);
      T *scores = shares.mutable_data_ptr<T>(), *out = left.mutable_data_ptr<T>();
      each_share(rows, n * heads * length, [&](const Rows& own) {
        std::vector<float> row(length);
        share_of(scores, out, own, row.data());
      });
    });
    context->saved_data["key"] = key;
    context->saved_data["first"] = first;
    context->saved_data["rate"] = rate;
    context->saved_data["heads"] = heads;
    context->save_for_backward({parts, shares});
    Tensor out = at::bmm(left, parts[2]).view({n, heads, length, depth});
    return out.transpose(1, 2).reshape({n, length, width});
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto saved = context->get_saved_variables();
    const Tensor &parts = saved[0], &shares = saved[1];
    auto& data = context->saved_data;
    int64_t heads = data["heads"].toInt(), length = parts.size(2), depth = parts.size(3);
    int64_t n = parts.size(1) / heads;
    Tensor of_out = gradients[0].view({n, length, heads, depth}).transpose(1, 2).reshape({n * heads, length, depth});
    Tensor of_scores = at::bmm(of_out, parts[2].transpose(1, 2)), left = at::empty_like(shares);
    Rows rows{0, 0, length, heads * length, nullptr, 1 / std::sqrt((float)depth),
              kdp::mask_of(data["key"].toInt(), data["first"].toInt(), shares.numel(), data["rate"].toDouble())};
    by_type(shares, [&](auto number) {
      using T = decltype(number);
      const T* own = shares.const_data_ptr<T>();
      T *gradient = of_scores.mutable_data_ptr<T>(), *out = left.mutable_data_ptr<T>();
      each_share(rows, n * heads * length,
                 [&](const Rows& some) { share_back_of(own, gradient, out, some); });
    });
    Tensor of_parts = at::empty_like(parts);
    Tensor of_query = of_parts[0], of_key = of_parts[1], of_value = of_parts[2];
    at::bmm_out(of_query, of_scores, parts[1]);
    at::bmm_out(of_key, of_scores.transpose(1, 2), parts[0]);
    at::bmm_out(of_value, left.transpose(1, 2), of_out);
    Tensor of_x = of_parts.view({3, n, heads, length, depth}).permute({1, 3, 0, 2, 4});
    return {of_x.reshape({n, length, 3 * heads * depth}), {}, {}, {}, {}, {}};
  }
};

}  // namespace

extern "C" int kdp_attention(const Tensor* x, const Tensor* tokens, int64_t heads, uint64_t key, int64_t first,
                             double rate, Tensor** out) {
  return kdp::guarded([&] { *out = new Tensor(Attention::apply(*x, *tokens, heads, (int64_t)key, first, rate)); });
}
