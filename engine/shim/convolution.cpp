// A convolution for answers alone, with what follows it in one oneDNN primitive.
#include <ATen/core/List.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/conv2d.h>
#include <c10/core/GradMode.h>

#include "guard.hpp"
#include "onednn.hpp"
#include "rectifier.hpp"

namespace {

using at::Tensor;
using kdp::Rectifier;
using Scalars = c10::List<std::optional<at::Scalar>>;
using Text = std::optional<c10::string_view>;

Tensor convolution(const Tensor& x, const Tensor& weight, const std::optional<Tensor>& bias, at::IntArrayRef padding,
                   at::IntArrayRef stride, int64_t groups, Rectifier rectifier) {
  using Signature = Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&, at::IntArrayRef, at::IntArrayRef,
                           at::IntArrayRef, int64_t, c10::string_view, Scalars, Text);
  static auto operation = c10::Dispatcher::singleton()
                              .findSchemaOrThrow("mkldnn::_convolution_pointwise", "")
                              .typed<Signature>();
  c10::string_view then = rectifier.is_relu() ? "relu" : rectifier.is_there() ? "hardtanh" : "none";
  // Of these only hardtanh takes some.
  Scalars bounds({at::Scalar(0.0), at::Scalar(rectifier.ceiling)});
  return operation.call(x, weight, bias, padding, stride, {1, 1}, groups, then, bounds, "");
}

Tensor convolution_and_sum(const Tensor& x, const Tensor& other, const Tensor& weight, const std::optional<Tensor>& bias,
                           at::IntArrayRef padding, at::IntArrayRef stride, int64_t groups, Rectifier rectifier) {
  using Signature =
      Tensor(const Tensor&, const Tensor&, const Tensor&, const std::optional<Tensor>&, at::IntArrayRef, at::IntArrayRef,
             at::IntArrayRef, int64_t, c10::string_view, std::optional<at::Scalar>, Text, Scalars, Text);
  static auto operation = c10::Dispatcher::singleton()
                              .findSchemaOrThrow("mkldnn::_convolution_pointwise", "binary")
                              .typed<Signature>();
  Text then = rectifier.is_relu() ? Text("relu") : std::nullopt;
  Tensor y = operation.call(x, other, weight, bias, padding, stride, {1, 1}, groups, "add", std::nullopt, then, Scalars(), "");
  // ReLU is all that the primitive does behind a sum.
  return rectifier.is_there() && !rectifier.is_relu() ? y.clamp_(0, rectifier.ceiling) : y;
}

// The same by libtorch's own operations.
Tensor in_several_passes(const Tensor& x, const Tensor* other, const Tensor& weight, const std::optional<Tensor>& bias,
                         at::IntArrayRef padding, at::IntArrayRef stride, int64_t groups, Rectifier rectifier) {
  Tensor y = at::conv2d(x, weight, bias, stride, padding, {1, 1}, groups);
  if (other) y.add_(*other);
  return rectifier.is_there() ? y.clamp_(0, rectifier.ceiling) : y;
}

}  // namespace

extern "C" int kdp_convolution(const Tensor* x, const Tensor* weight, const Tensor* bias, const Tensor* other,
                               int64_t stride, int64_t padding, int64_t groups, double ceiling, Tensor** out) {
  return kdp::guarded([&] {
    at::NoGradGuard guard;
    std::optional<Tensor> added;
    Rectifier rectifier{(float)ceiling};
    if (bias) added = *bias;
    int64_t strides[] = {stride, stride}, paddings[] = {padding, padding};
    if (!kdp::by_onednn(*x)) {
      *out = new Tensor(in_several_passes(*x, other, *weight, added, paddings, strides, groups, rectifier));
      return;
    }
    *out = new Tensor(other ? convolution_and_sum(*x, *other, *weight, added, paddings, strides, groups, rectifier)
                            : convolution(*x, *weight, added, paddings, strides, groups, rectifier));
  });
}
