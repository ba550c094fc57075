// A linear layer on oneDNN's matrix product, whose float32 is exact and on some processors twice as
// quick as the BLAS that at::linear takes.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <torch/csrc/autograd/custom_function.h>

#include "guard.hpp"
#include "onednn.hpp"

// Of ATen/native/mkldnn/Matmul.h, which is not among the installed headers everywhere:
// out ← beta · out + alpha · a · b.
namespace at::native {
TORCH_API void mkldnn_matmul(const Tensor& a, const Tensor& b, const Tensor& out, float beta, float alpha);
}

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

Tensor product(const Tensor& a, const Tensor& b) {
  Tensor out = at::empty({a.size(0), b.size(1)}, a.options());
  at::native::mkldnn_matmul(a, b, out, 0.f, 1.f);
  return out;
}

Tensor as_rows(const Tensor& x) { return x.reshape({-1, x.size(-1)}).contiguous(); }

// y = x wᵀ + b over the last dimension.
struct Linear : torch::autograd::Function<Linear> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const std::optional<Tensor>& bias) {
    context->save_for_backward({x, weight});
    context->saved_data["bias"] = bias.has_value();
    auto sizes = x.sizes().vec();
    sizes.back() = weight.size(0);
    Tensor rows = as_rows(x);
    if (!bias) return product(rows, weight.t()).view(sizes);
    // oneDNN writes past its scratch memory where it adds the float32 product of a single row to what is there, from some
    // thousand columns on. One after the other gives the same bits.
    if (rows.size(0) == 1 && rows.scalar_type() == at::kFloat) return product(rows, weight.t()).add_(*bias).view(sizes);
    // A copy even of one row, which would be contiguous as it is: the product is added to it in place.
    Tensor out = bias->expand({rows.size(0), weight.size(0)}).clone(at::MemoryFormat::Contiguous);
    at::native::mkldnn_matmul(rows, weight.t(), out, 1.f, 1.f);
    return out.view(sizes);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    Tensor of_y = as_rows(gradients[0]);
    Tensor of_x, of_weight, of_bias;
    if (context->needs_input_grad(0)) of_x = product(of_y, weight).view(x.sizes());
    if (context->needs_input_grad(1)) of_weight = product(of_y.t(), as_rows(x));
    // An input that was not given is not counted.
    bool biased = context->saved_data["bias"].toBool();
    if (biased && context->needs_input_grad(2)) of_bias = of_y.sum(at::IntArrayRef{0});
    return {of_x, of_weight, of_bias};
  }
};

}  // namespace

extern "C" int kdp_linear(const Tensor* x, const Tensor* weight, const Tensor* bias, Tensor** out) {
  return kdp::guarded([&] {
    auto added = bias ? std::optional<Tensor>(*bias) : std::nullopt;
    // libtorch hands float32 on to oneDNN only with the units that bfloat16 needs.
    bool taken = kdp::by_onednn(*x) && kdp::has_bfloat_units();
    *out = new Tensor(taken ? Linear::apply(*x, *weight, added) : at::linear(*x, *weight, added));
  });
}
