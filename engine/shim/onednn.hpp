// Whether oneDNN computes something here; where it does not, libtorch's own operations do.
#pragma once

#include <ATen/Context.h>
#include <ATen/core/Tensor.h>

namespace kdp {

// oneDNN takes bfloat16 only with these units (and aborts the call without them).
inline bool has_bfloat_units() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
#else
  return false;
#endif
}

inline bool by_onednn(const at::Tensor& x) {
  if (!at::globalContext().userEnabledMkldnn() || !at::hasMKLDNN() || !x.is_cpu()) return false;
  return x.scalar_type() == at::kFloat || (x.scalar_type() == at::kBFloat16 && has_bfloat_units());
}

}  // namespace kdp
