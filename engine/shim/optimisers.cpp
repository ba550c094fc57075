// libtorch's fused optimisers: one pass over the parameters.
#include <ATen/core/Tensor.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/scalar_tensor.h>
#include <c10/core/GradMode.h>

#include "guard.hpp"

using at::Tensor;

extern "C" int kdp_sgd(Tensor* parameters, const Tensor* gradient, Tensor* velocity, double lr, double weight_decay,
                       double momentum, bool nesterov) {
  return kdp::guarded([&] {
    at::NoGradGuard guard;
    std::vector<Tensor> velocities;
    if (velocity) velocities.push_back(*velocity);
    at::_fused_sgd_({*parameters}, {*gradient}, velocities, weight_decay, momentum, lr, /*dampening=*/0.0, nesterov,
                    /*maximize=*/false, /*is_first_step=*/false);
  });
}

// `step` counts from 1.
extern "C" int kdp_adamw(Tensor* parameters, const Tensor* gradient, Tensor* first, Tensor* second, int64_t step,
                         double lr, double weight_decay, double beta1, double beta2, double epsilon) {
  return kdp::guarded([&] {
    at::NoGradGuard guard;
    Tensor count = at::scalar_tensor(step, parameters->options());
    at::_fused_adamw_({*parameters}, {*gradient}, {*first}, {*second}, {}, {count}, lr, beta1, beta2, weight_decay,
                      epsilon, /*amsgrad=*/false, /*maximize=*/false);
  });
}
