// Batch norm by the batch's statistics, the sum with a residual branch and a rectifier as one autograd
// function, on channels-last memory. Each pass reads what it needs once; backward draws the rectifier's mask
// from the output. Sums are taken over blocks of a fixed size, so that they do not hang on the number of threads.
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "guard.hpp"
#include "rectifier.hpp"
#include "simd.hpp"

namespace {

using at::Tensor;
using kdp::Floats;
using kdp::load;
using kdp::Rectifier;
using kdp::store;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Numbers of a block: what fits a core's first cache.
constexpr int64_t BLOCK = 8192;

// Rows of channels, one after the other.
struct Rows {
  int64_t count, channels;

  int64_t of_block() const { return std::max<int64_t>(1, BLOCK / channels); }
  int64_t blocks() const { return (count + of_block() - 1) / of_block(); }
};

// Some rows of a matrix.
struct Stretch {
  int64_t from, to, channels;

  int64_t rows() const { return to - from; }
};

Stretch block(const Rows& rows, int64_t index) {
  int64_t from = index * rows.of_block();
  return {from, std::min(rows.count, from + rows.of_block()), rows.channels};
}

// Σ term(row's place) over the rows of a stretch, by four sums that do not wait for each other.
template <int N, typename Term>
KDP_INLINE Floats<N> sum(const Stretch& s, int64_t channel, Term term) {
  Floats<N> sums[4] = {};
  int64_t row = s.from;
  for (; row + 4 <= s.to; row += 4) {
    for (int lane = 0; lane < 4; lane++) sums[lane] += term((row + lane) * s.channels + channel);
  }
  for (; row < s.to; row++) sums[0] += term(row * s.channels + channel);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// Each channel's mean of a stretch, and its sum of squares about that mean.
template <typename T>
KDP_INLINE void moments(const T* x, const Stretch& s, float* mean, float* squares) {
  kdp::by_stretch(s.channels, [&](auto width, int64_t channel) KDP_ALWAYS {
    constexpr int N = decltype(width)::value;
    Floats<N> middle = sum<N>(s, channel, [&](int64_t at) KDP_ALWAYS { return load<N>(x + at); }) / (float)s.rows();
    store<N>(mean + channel, middle);
    store<N>(squares + channel, sum<N>(s, channel, [&](int64_t at) KDP_ALWAYS {
               Floats<N> off = load<N>(x + at) - middle;
               return off * off;
             }));
  });
}

// What a normalisation does to each channel: (x − mean) · scale + shift.
struct Affine {
  const float *mean, *scale, *shift;
};

template <typename T>
KDP_INLINE void normalise(const T* x, const T* other, T* y, const Stretch& s, const Affine& affine, Rectifier rectifier) {
  kdp::by_stretch(s.channels, [&](auto width, int64_t channel) KDP_ALWAYS {
    constexpr int N = decltype(width)::value;
    auto mean = load<N>(affine.mean + channel), scale = load<N>(affine.scale + channel);
    auto shift = load<N>(affine.shift + channel);
    for (int64_t row = s.from; row < s.to; row++) {
      int64_t at = row * s.channels + channel;
      Floats<N> value = (load<N>(x + at) - mean) * scale + shift;
      if (other) value += load<N>(other + at);
      if (rectifier.is_there()) value = rectifier.cut<N>(value);
      store<N>(y + at, value);
    }
  });
}

// The gradient by an output, and the output, of which the rectifier draws its mask; null where there is none.
template <typename T>
struct Output {
  const T *gradient, *y;
  Rectifier rectifier;

  // The gradient by what the rectifier was applied to.
  template <int N>
  KDP_INLINE Floats<N> before(int64_t at) const {
    auto here = load<N>(gradient + at);
    return y ? rectifier.passed<N>(here, load<N>(y + at)) : here;
  }
};

// Σ gradient and Σ gradient · (x − mean) of a stretch, both by two sums that do not wait for each other.
template <typename T>
KDP_INLINE void sums(Output<T> out, const T* x, const Stretch& s, const float* mean, float* plain, float* along) {
  kdp::by_stretch(s.channels, [&](auto width, int64_t channel) KDP_ALWAYS {
    constexpr int N = decltype(width)::value;
    auto middle = load<N>(mean + channel);
    Floats<N> plains[2] = {}, alongs[2] = {};
    auto add = [&](int64_t row, int lane) KDP_ALWAYS {
      int64_t at = row * s.channels + channel;
      auto gradient = out.template before<N>(at);
      plains[lane] += gradient;
      alongs[lane] += gradient * (load<N>(x + at) - middle);
    };
    int64_t row = s.from;
    for (; row + 2 <= s.to; row += 2) {
      add(row, 0);
      add(row + 1, 1);
    }
    if (row < s.to) add(row, 0);
    store<N>(plain + channel, (Floats<N>)(plains[0] + plains[1]));
    store<N>(along + channel, (Floats<N>)(alongs[0] + alongs[1]));
  });
}

// What backward does to each channel: (gradient − base − (x − mean) · slope) · scale.
struct Backward {
  const float *mean, *scale, *base, *slope;
};

template <typename T>
KDP_INLINE void spread(Output<T> out, const T* x, T* of_x, T* of_other, const Stretch& s, const Backward& b) {
  kdp::by_stretch(s.channels, [&](auto width, int64_t channel) KDP_ALWAYS {
    constexpr int N = decltype(width)::value;
    auto mean = load<N>(b.mean + channel), scale = load<N>(b.scale + channel);
    auto base = load<N>(b.base + channel), slope = load<N>(b.slope + channel);
    for (int64_t row = s.from; row < s.to; row++) {
      int64_t at = row * s.channels + channel;
      auto gradient = out.template before<N>(at);
      if (of_other) store<N>(of_other + at, gradient);
      store<N>(of_x + at, (Floats<N>)((gradient - base - (load<N>(x + at) - mean) * slope) * scale));
    }
  });
}

// A kernel for each type of number, compiled for several machines.
#define KERNELS(T)                                                                                                       \
  KDP_CLONES void moments_of(const T* x, const Stretch& s, float* mean, float* squares) { moments(x, s, mean, squares); } \
  KDP_CLONES void normalise_of(const T* x, const T* other, T* y, const Stretch& s, const Affine& affine,                  \
                               Rectifier rectifier) {                                                                     \
    normalise(x, other, y, s, affine, rectifier);                                                                         \
  }                                                                                                                       \
  KDP_CLONES void sums_of(Output<T> out, const T* x, const Stretch& s, const float* mean, float* plain, float* along) {   \
    sums(out, x, s, mean, plain, along);                                                                                  \
  }                                                                                                                       \
  KDP_CLONES void spread_of(Output<T> out, const T* x, T* of_x, T* of_other, const Stretch& s, const Backward& b) {       \
    spread(out, x, of_x, of_other, s, b);                                                                                 \
  }
KERNELS(float)
KERNELS(c10::BFloat16)

// Calls `body` with each block, on all threads.
template <typename Body>
void each_block(const Rows& rows, Body body) {
  at::parallel_for(0, rows.blocks(), 1, [&](int64_t from, int64_t to) {
    for (int64_t index = from; index < to; index++) body(index, block(rows, index));
  });
}

// Calls `body` with a number of the tensor's type.
template <typename Body>
void by_type(const Tensor& x, Body body) {
  TORCH_CHECK(x.is_cpu(), "this batch norm is the CPU's");
  if (x.scalar_type() == at::kBFloat16) return body(c10::BFloat16());
  TORCH_CHECK(x.scalar_type() == at::kFloat, "batch norm of ", x.scalar_type());
  body(float());
}

template <typename T>
const T* pointer(const Tensor& x) {
  return x.defined() ? x.const_data_ptr<T>() : nullptr;
}

template <typename T>
T* writable(const Tensor& x) {
  return x.defined() ? x.mutable_data_ptr<T>() : nullptr;
}

Tensor in_rows(const Tensor& x) {
  return x.contiguous(x.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
}

Rows rows_of(const Tensor& x) { return {x.numel() / x.size(1), x.size(1)}; }

// Each channel's mean and variance (over n), of the blocks' by Chan et al. 1979.
struct Statistics {
  std::vector<double> mean, variance;
};

Statistics statistics(const Tensor& x) {
  Rows rows = rows_of(x);
  int64_t blocks = rows.blocks(), channels = rows.channels;
  std::vector<float> means(blocks * channels), squares(blocks * channels);
  by_type(x, [&](auto number) {
    const auto* from = pointer<decltype(number)>(x);
    each_block(rows, [&](int64_t index, const Stretch& s) {
      moments_of(from, s, &means[index * channels], &squares[index * channels]);
    });
  });
  Statistics found{std::vector<double>(channels), std::vector<double>(channels)};
  double before = 0;
  for (int64_t index = 0; index < blocks; index++) {
    double here = (double)block(rows, index).rows(), all = before + here;
    for (int64_t c = 0; c < channels; c++) {
      double off = means[index * channels + c] - found.mean[c];
      found.mean[c] += off * here / all;
      found.variance[c] += squares[index * channels + c] + off * off * before * here / all;
    }
    before = all;
  }
  for (double& variance : found.variance) variance /= (double)rows.count;
  return found;
}

// Moves the running statistics towards a batch's; that of the variance is over n − 1.
void follow(const Statistics& found, int64_t count, const Tensor& mean, const Tensor& variance, double momentum) {
  float *means = mean.mutable_data_ptr<float>(), *variances = variance.mutable_data_ptr<float>();
  double unbiased = (double)count / (double)(count - 1);
  for (size_t c = 0; c < found.mean.size(); c++) {
    means[c] = (float)((1 - momentum) * means[c] + momentum * found.mean[c]);
    variances[c] = (float)((1 - momentum) * variances[c] + momentum * found.variance[c] * unbiased);
  }
}

struct Norm : torch::autograd::Function<Norm> {
  static Tensor forward(AutogradContext* context, const Tensor& given, const Tensor& weight, const Tensor& bias,
                        const Tensor& running_mean, const Tensor& running_variance, const std::optional<Tensor>& added,
                        double momentum, double epsilon, double ceiling) {
    Tensor x = in_rows(given), other = added ? in_rows(*added) : Tensor();
    Rows rows = rows_of(x);
    Rectifier rectifier{(float)ceiling};
    Statistics found = statistics(x);
    follow(found, rows.count, running_mean, running_variance, momentum);
    Tensor mean = at::empty_like(running_mean), deviation = at::empty_like(running_mean);
    std::vector<float> scale(rows.channels);
    Tensor weights = weight.contiguous(), biases = bias.contiguous();
    for (int64_t c = 0; c < rows.channels; c++) {
      double inverse = 1 / std::sqrt(found.variance[c] + epsilon);
      mean.mutable_data_ptr<float>()[c] = (float)found.mean[c];
      deviation.mutable_data_ptr<float>()[c] = (float)inverse;
      scale[c] = (float)(inverse * weights.const_data_ptr<float>()[c]);
    }
    Affine affine{mean.const_data_ptr<float>(), scale.data(), biases.const_data_ptr<float>()};
    Tensor y = at::empty_like(x);
    by_type(x, [&](auto number) {
      using T = decltype(number);
      const T *from = pointer<T>(x), *plus = pointer<T>(other);
      T* to = writable<T>(y);
      each_block(rows, [&](int64_t, const Stretch& s) { normalise_of(from, plus, to, s, affine, rectifier); });
    });
    context->saved_data["other"] = added.has_value();
    context->saved_data["ceiling"] = ceiling;
    context->save_for_backward({x, rectifier.is_there() ? y : Tensor(), weights, mean, deviation});
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &y = saved[1], &weight = saved[2], &mean = saved[3], &deviation = saved[4];
    Tensor of_y = in_rows(gradients[0]), of_x = at::empty_like(x), of_other;
    // An input that was not given is not counted.
    bool wanted = context->saved_data["other"].toBool() && context->needs_input_grad(5);
    // Without a rectifier the other summand's gradient is the sum's.
    if (wanted) of_other = y.defined() ? at::empty_like(x) : of_y;
    Tensor of_weight = at::empty_like(mean), of_bias = at::empty_like(mean);
    by_type(x, [&](auto number) {
      using T = decltype(number);
      Rectifier rectifier{(float)context->saved_data["ceiling"].toDouble()};
      differentiate<T>({of_y, y, x, weight, mean, deviation, rectifier}, of_x,
                       wanted && y.defined() ? of_other : Tensor(), of_weight, of_bias);
    });
    return {of_x, of_weight, of_bias, {}, {}, of_other, {}, {}, {}};
  }

  struct Given {
    const Tensor &of_y, &y, &x, &weight, &mean, &deviation;
    Rectifier rectifier;
  };

  template <typename T>
  static void differentiate(const Given& given, const Tensor& of_x, const Tensor& of_other, const Tensor& of_weight,
                            const Tensor& of_bias) {
    Rows rows = rows_of(given.x);
    int64_t blocks = rows.blocks(), channels = rows.channels;
    Output<T> out{pointer<T>(given.of_y), pointer<T>(given.y), given.rectifier};
    const T* x = pointer<T>(given.x);
    const float* mean = given.mean.const_data_ptr<float>();
    std::vector<float> plain(blocks * channels), along(blocks * channels);
    each_block(rows, [&](int64_t index, const Stretch& s) {
      sums_of(out, x, s, mean, &plain[index * channels], &along[index * channels]);
    });
    std::vector<float> scale(channels), base(channels), slope(channels);
    for (int64_t c = 0; c < channels; c++) {
      double sum = 0, product = 0, deviation = given.deviation.const_data_ptr<float>()[c];
      for (int64_t index = 0; index < blocks; index++) {
        sum += plain[index * channels + c];
        product += along[index * channels + c];
      }
      of_bias.mutable_data_ptr<float>()[c] = (float)sum;
      of_weight.mutable_data_ptr<float>()[c] = (float)(product * deviation);
      scale[c] = (float)(deviation * given.weight.const_data_ptr<float>()[c]);
      base[c] = (float)(sum / (double)rows.count);
      slope[c] = (float)(product * deviation * deviation / (double)rows.count);
    }
    Backward done{mean, scale.data(), base.data(), slope.data()};
    T *to = writable<T>(of_x), *other = writable<T>(of_other);
    each_block(rows, [&](int64_t, const Stretch& s) { spread_of(out, x, to, other, s, done); });
  }
};

}  // namespace

extern "C" int kdp_norm(const Tensor* x, const Tensor* other, const Tensor* weight, const Tensor* bias,
                        const Tensor* running_mean, const Tensor* running_variance, double momentum, double epsilon,
                        double ceiling, Tensor** out) {
  return kdp::guarded([&] {
    auto added = other ? std::optional<Tensor>(*other) : std::nullopt;
    *out = new Tensor(
        Norm::apply(*x, *weight, *bias, *running_mean, *running_variance, added, momentum, epsilon, ceiling));
  });
}
